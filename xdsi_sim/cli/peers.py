"""`--peer ACTOR=URL` and `--proxy ACTOR=URL`: who plays an actor of a topology that is used as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, get_args

from xdsi_sim.cli.conventions import peer_address
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.topology.model import Topology

__all__ = ["with_peers"]

_FORM: Final = (
    "ACTOR=URL, for an imaging source ACTOR=URL,BASE[,WADO] with its addresses of DICOMweb and WADO-URI, "
    "for an imaging gateway ACTOR=URL,BASE with that of XC-WADO"
)
_PROXY_FORM: Final = f"{_FORM}; a mode may follow: {{}}"


def with_peers(
    topology: Topology, options: Sequence[str] | None, proxies: Sequence[str] | None = None
) -> Topology:
    """The topology with a peer for each option; raises UsageError where one cannot be."""
    if not options and not proxies:
        return topology
    from pydantic import ValidationError

    from xdsi_sim.topology.model import Peer, Topology

    roles = {placed.actor.id: placed.actor.role for placed in topology.actors()}
    told = [_played("--peer", option, _FORM, roles) for option in options or ()]
    told += [_proxy(option, roles) for option in proxies or ()]
    taken = {each["plays"] for each in told}
    if len(taken) < len(told):
        raise UsageError("--peer and --proxy: one system stands for each actor.")
    kept = [peer for peer in topology.peers if peer.plays not in taken]
    try:
        peers = (*kept, *(Peer.model_validate(each) for each in told))
        return Topology.model_validate({**dict(topology), "peers": peers})
    except ValidationError as error:
        option = "--peer" if options else "--proxy"
        first = error.errors()[0]
        hint = first.get("ctx", {}).get("hint")
        raise UsageError(f"{option}: {first['msg'].rstrip('.')}.", hint=hint) from None


def _proxy(option: str, roles: Mapping[str, str]) -> dict[str, Any]:
    """The last word may be a mode, else it records."""
    from xdsi_sim.topology.federation import ProxyMode

    modes = get_args(ProxyMode)
    addresses, _, mode = option.rpartition(",")
    if addresses and "/" not in mode and mode not in modes:  # an address has a slash
        from xdsi_sim.topology.checked import did_you_mean

        raise UsageError(f"--proxy: there is no mode '{mode}'.", hint=did_you_mean(mode, modes))
    if mode not in modes:
        addresses, mode = option, modes[0]
    form = _PROXY_FORM.format(", ".join(modes))
    return {**_played("--proxy", addresses, form, roles), "proxy": mode}


def _played(name: str, option: str, form: str, roles: Mapping[str, str]) -> dict[str, Any]:
    actor, separator, addresses = option.partition("=")
    if not separator:
        raise UsageError(f"{name}: '{option}' is not {form}.")
    url, _, web = addresses.partition(",")
    base, _, wado = web.partition(",")
    face = "xcWado" if "Imaging Gateway" in roles.get(actor, "") else "dicomweb"
    return {
        "id": f"peer-{actor}",
        "plays": actor,
        "url": peer_address(name, url, "http", "https"),
        face: peer_address(name, base, "http", "https") if base else None,
        "wado": peer_address(name, wado, "http", "https") if wado else None,
    }

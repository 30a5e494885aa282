"""A system under test laid over the topology of a suite: it takes the part of our own actors of its roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.sut.loader import LoadedSystem
from xdsi_sim.sut.model import Role
from xdsi_sim.sut.suites import topology_of
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.loader import find_topology, load_topology, with_files
from xdsi_sim.topology.model import Peer, Topology
from xdsi_sim.topology.yaml import Document, read_yaml

__all__ = ["deployment_of", "is_system", "laid_over"]

_OIDS: Final = ("repositoryUniqueId", "oid", "aeTitle")
"""By these a role says what our actor has otherwise: others name the system by them."""
_WHOLE: Final = ("listen", "tls", "timeouts")
"""Settings of the topology that are those of the system under test."""


_GATEWAYS: Final = "gateway"
"""What roles are called that take a federation."""


def laid_over(role: str, loaded: LoadedSystem | None) -> Topology:
    """The topology of a suite with the system in it; without a system it is that which ships.

    The ids of its community and of its roles stand wherever the suite has those of ours. Raises UsageError
    where they are ids of others in the suite, too.
    """
    path = topology_of(role)
    return load_topology(path) if loaded is None else _laid(path, role, loaded, f"the suite '{role}'")


def is_system(path: Path) -> bool:
    """Whether a file describes a system under test, and no topology; raises UsageError for no YAML."""
    value = read_yaml(path).value
    return isinstance(value, dict) and "roles" in value and "communities" not in value


def deployment_of(loaded: LoadedSystem) -> Topology:
    """The system among actors of ours, with all its roles: one community, or two where it has gateways."""
    roles = [name for name, _ in loaded.system.roles.given()]
    federated = any(name.endswith(_GATEWAYS) for name in roles)
    return _laid(find_topology("tested-federated" if federated else "tested"), roles[0], loaded, "a survey")


def _laid(path: Path, role: str, loaded: LoadedSystem, what: str) -> Topology:
    plain = load_topology(path)
    document = read_yaml(path)
    value = _replaced(document.value, dict(_ids(plain, role, loaded)))
    for community in value["communities"]:
        community.pop("listen", None)  # all answer where the system looks for them
    value["peers"] = [*value.get("peers", ()), *_peers(plain, role, loaded)]
    value["tls"] = loaded.system.tls is not None  # the settings themselves follow
    laid = Document(document.file, value, document.marks, document.keys)
    try:
        topology = with_files(check(Topology, laid), laid, Path(path).parent)
    except UsageError as error:
        text = f"with it {what} does not work: {error.message}"
        raise loaded.document.error(("roles", role), text, hint=error.hint) from None
    return topology.model_copy(update={key: getattr(loaded.system, key) for key in _WHOLE})


def _played(plain: Topology, role: str, loaded: LoadedSystem) -> Iterator[tuple[str, Role]]:
    """Roles of the system that are in the suite, in the community of the one that is tested."""
    community = plain.find(role).community
    ids = {actor.id for _, actor in community.actors()}
    return ((name, each) for name, each in loaded.system.roles.given() if name in ids)


def _peers(plain: Topology, role: str, loaded: LoadedSystem) -> Iterator[Mapping[str, Any]]:
    for name, each in _played(plain, role, loaded):
        told = {key: getattr(each, key) for key in type(each).model_fields if key in Peer.model_fields}
        if name == "registry":
            told["patients"] = loaded.system.patients
        if loaded.system.codes is not None:
            told["codes"] = loaded.system.codes.given
        told = {key: value for key, value in told.items() if value is not None}
        yield {"id": f"{loaded.system.name}-{name}", "plays": name, **told}


def _ids(plain: Topology, role: str, loaded: LoadedSystem) -> Iterator[tuple[str, str]]:
    """Ids of ours, each with what the system has in its place."""
    placed = plain.find(role)
    for key in ("homeCommunityId", "patientAuthority"):
        if (own := getattr(loaded.system, key)) is not None:
            yield getattr(placed.community, key), own
    for name, each in _played(plain, role, loaded):
        actor = plain.find(name).actor
        for key in _OIDS:
            former, own = getattr(actor, key, None), getattr(each, key, None)
            if former is not None and own is not None:
                yield former, own


def _replaced(value: Any, ids: Mapping[str, str]) -> Any:
    """A value of YAML with ids replaced, also where they are the authority of a CX."""
    if isinstance(value, dict):
        return {_replaced(key, ids): _replaced(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, ids) for item in value]
    if not isinstance(value, str):
        return value
    for former, own in ids.items():
        value = own if value == former else value.replace(f"&{former}&", f"&{own}&")
    return value

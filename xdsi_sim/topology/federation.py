"""What a topology says of systems and communities outside it: peers, and what patients are called there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Tag, WithJsonSchema, model_validator

from xdsi_sim.soap.peers import is_address
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.coded import OwnCodes
from xdsi_sim.topology.listen import Listen, read_listen
from xdsi_sim.topology.names import HomeCommunityId, Id, PatientId
from xdsi_sim.topology.yaml import Place
from xdsi_sim.vocab import TRANSACTIONS

__all__ = [
    "Correlation",
    "KnownPatients",
    "MllpAddress",
    "Peer",
    "ProxyMode",
    "Transactions",
    "check_parts",
    "diverted",
]

ProxyMode = Literal["record", "replay", "replay-else-record", "spy"]
"""What an address does that stands in front of a real system."""


class Correlation(Checked):
    """The ids of one patient in two communities."""

    here: PatientId
    """In the gateway's own community."""
    homeCommunityId: HomeCommunityId
    """The other one."""
    there: PatientId
    """In that one; a CX where the community is no part of the topology."""

    def check(self, known: Collection[str], inside: Collection[str], at: Place) -> None:
        """Raises where the community is not `known`, or is not `inside` the topology and the id no CX."""
        home = self.homeCommunityId
        if home not in known:
            raise wrong(
                f"no community '{home}'.", hint=did_you_mean(home, known), at=(*at, "homeCommunityId")
            )
        if home not in inside and "^" not in self.there:
            text = f"'{self.there}' is no CX, and the authority of {home} is not known"
            raise wrong(text, at=(*at, "there"))


def _address(value: str) -> str:
    if not is_address(value):
        raise wrong(f"'{value}' is not the address of a peer, such as http://127.0.0.1:9000/")
    return value


def _base(value: str) -> str:
    return _address(value).rstrip("/")


_KNOWN: Final = tuple(dict.fromkeys(name.partition(" ")[0] for name in TRANSACTIONS))


def _transaction(name: str) -> str:
    if name not in _KNOWN:
        raise wrong(f"no SOAP transaction '{name}'.", hint=did_you_mean(name, _KNOWN), at_key=True)
    return name


Transactions = dict[Annotated[str, AfterValidator(_transaction)], Annotated[str, AfterValidator(_address)]]
"""Addresses of single transactions."""
_PATIENTS: Final = ("announce", "accept")


def _known(value: Any) -> Any:
    if isinstance(value, str) and value not in _PATIENTS:
        hint = did_you_mean(value, _PATIENTS)
        raise wrong(f"'{value}' is neither a list of patient ids, nor 'announce', nor 'accept'", hint=hint)
    return value


def _form(value: Any) -> str:
    return "word" if isinstance(value, str) else "ids"


KnownPatients = Annotated[
    Annotated[Literal["announce", "accept"], Tag("word")] | Annotated[tuple[PatientId, ...], Tag("ids")],
    Discriminator(_form),
    BeforeValidator(_known),
]
"""Which patients a foreign registry knows: `announce` has them told by the feed, `accept` takes any, a list
has those that it knows already."""
MllpAddress = Annotated[
    Listen, BeforeValidator(read_listen), WithJsonSchema({"type": "string", "examples": ["192.0.2.7:2575"]})
]


class Peer(Checked):
    """A foreign system.

    It plays an actor of a community, or is the gateway of a community that the topology does not have; where
    it is neither, answers may be sent to it.
    """

    id: Id
    url: Annotated[str, AfterValidator(_address)]
    """Its address; all that is below it counts as well, by whole segments of the path."""
    addresses: Transactions = {}
    """By the transaction, such as ITI-42: an address of its own, where that is not `url`."""
    plays: str | None = None
    """Id of the actor whose part it takes: all who know that actor call the peer, which has its OID."""
    dicomweb: Annotated[str, AfterValidator(_base)] | None = None
    """Base URI of WADO-RS, QIDO-RS and STOW-RS, where it plays an imaging source."""
    wado: Annotated[str, AfterValidator(_base)] | None = None
    """Its address of WADO-URI (RAD-55), where it plays an imaging source."""
    studies: Literal["stored", "loaded"] = "stored"
    """How studies that a step `store` names come into an imaging source that it plays: by that step, or
    `loaded` by somebody before."""
    role: Literal["respondingGateway", "respondingImagingGateway"] | None = None
    """What it is to the gateways of the topology; absent, nothing."""
    homeCommunityId: HomeCommunityId | None = None
    """Of the community that it is the gateway of."""
    xcWado: Annotated[str, AfterValidator(_base)] | None = None
    """Base of its addresses of XC-WADO, where a Responding Imaging Gateway has them."""
    mllp: MllpAddress | None = None
    """Where it takes the patient feed by ITI-8, where it plays a registry."""
    patients: KnownPatients = "announce"
    """How a scenario that needs a new patient gets one, where it plays a registry: `announce` tells it by the
    feed, `accept` says nothing as it takes any, and a list has patients that it knows, each for one use."""

    codes: OwnCodes | None = None
    """Codes of the metadata that scenarios make up for it, where it does not take ours."""
    proxy: ProxyMode | None = None
    """Whether the address of the actor stays ours, and stands in front of the peer: `record` passes all on
    and keeps it, `replay` answers from what was kept, `replay-else-record` passes on what was not, `spy`
    keeps nothing."""
    recording: Path | None = None
    """Folder of what is kept; absent, it is in the data folder."""

    def address_of(self, transaction: str) -> str:
        """Where a message of a transaction goes, which the client may name in full, as `ITI-44 add`."""
        return self.addresses.get(transaction.partition(" ")[0], self.url)

    def beside(self, folder: Path) -> Peer:
        """The same with a relative path taken from `folder`, where the topology's file is."""
        if self.recording is None:
            return self
        return self.model_copy(update={"recording": folder / self.recording})

    @model_validator(mode="after")
    def _a_proxy_plays(self) -> Peer:
        if self.proxy is not None and self.plays is None:
            raise wrong("a proxy stands at the address of an actor, which 'plays' names", at=("proxy",))
        if self.recording is not None and self.proxy in (None, "spy"):
            raise wrong("only what records or replays has a recording", at=("recording",))
        return self

    @model_validator(mode="after")
    def _a_gateway_has_a_home(self) -> Peer:
        if (self.role is None) != (self.homeCommunityId is None):
            raise wrong("a peer that is a gateway has role and homeCommunityId, any other neither")
        if self.xcWado is not None and self.plays is None and self.role != "respondingImagingGateway":
            raise wrong("xcWado is of a peer with the role respondingImagingGateway", at=("xcWado",))
        return self

    @model_validator(mode="after")
    def _plays_one_part(self) -> Peer:
        if self.plays is not None and self.role is not None:
            text = "a peer plays an actor of the topology, or is the gateway of a community outside it"
            raise wrong(text, at=("plays",))
        return self


def diverted(peers: Sequence[Peer]) -> Mapping[tuple[str, str], str]:
    """By the address of a peer and a transaction: the address that it has for that."""
    return {
        (peer.url, transaction): peer.address_of(transaction)
        for peer in peers
        for transaction in TRANSACTIONS
    }


def check_parts(peers: Sequence[Peer], roles: Mapping[str, str], *, secured: bool) -> None:
    """Raises where a peer plays nobody of those who answer, or has an id or an address that it cannot have.

    `roles` are those of all who answer, by id; TLS is spoken where the topology is `secured`.
    """
    for number, peer in enumerate(peers):
        if peer.id in roles and peer.plays != peer.id:
            raise wrong(f"the id '{peer.id}' is that of an actor", at=("peers", number, "id"))
        if not secured:
            _check_plain(peer, number)
        if peer.plays is not None and peer.plays not in roles:
            hint = did_you_mean(peer.plays, roles)
            raise wrong(f"no actor '{peer.plays}' that answers.", hint=hint, at=("peers", number, "plays"))
        role = roles.get(peer.plays or "", "")
        for key, who, fits in (
            ("mllp", "a registry", "Registry" in role),
            ("patients", "a registry", "Registry" in role),
            ("dicomweb", "an imaging source", role == "Imaging Document Source"),
            ("wado", "an imaging source", role == "Imaging Document Source"),
        ):
            if key in peer.model_fields_set and getattr(peer, key) is not None and not fits:
                text = f"only a peer that plays {who} has '{key}'"
                raise wrong(text, at=("peers", number, key), at_key=True)
        if peer.xcWado is not None and role and "Imaging Gateway" not in role:
            text = "only a peer that is an imaging gateway has 'xcWado'"
            raise wrong(text, at=("peers", number, "xcWado"), at_key=True)


def _check_plain(peer: Peer, number: int) -> None:
    single = ((("addresses", name), url) for name, url in peer.addresses.items())
    for place, url in (*(((key,), getattr(peer, key)) for key in _URLS), *single):
        if url is not None and url.lower().startswith("https:"):
            hint = "`tls: true` secures all of it."
            text = "https is spoken where the topology has the setting tls."
            raise wrong(text, hint=hint, at=("peers", number, *place))


_URLS: Final = ("url", "dicomweb", "wado", "xcWado")

"""A topology as values: communities, their actors, and where each answers.

Values only; nothing here opens a file or a socket. Ids of actors are unique in the whole topology, so
that logs, scenarios and reports can name an actor by its id alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from xdsi_sim.actors.acceptance import PARTS, Undeliverable
from xdsi_sim.dicom.titles import ManifestProfile
from xdsi_sim.limits import Limits
from xdsi_sim.soap.schema import Validation
from xdsi_sim.topology.across import GATEWAYS, check_across
from xdsi_sim.topology.backend import BackendOption
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.codes.settings import CodeSettings
from xdsi_sim.topology.dicomweb import DicomWebFace, PublicUrl
from xdsi_sim.topology.discovery import OTHERS, DiscoverySettings, PatientWays
from xdsi_sim.topology.fault import Fault
from xdsi_sim.topology.federation import Correlation, Peer
from xdsi_sim.topology.limits import CheckedLimits
from xdsi_sim.topology.listen import HIGHEST_PORT, Listen, read_listen
from xdsi_sim.topology.log import Log
from xdsi_sim.topology.names import AeTitle, HomeCommunityId, Id, Oid, PatientId, Port, matching
from xdsi_sim.topology.patience import Patience
from xdsi_sim.topology.rules import CheckedProfile
from xdsi_sim.topology.takes import Feed, TakesFrom
from xdsi_sim.topology.tls import TlsOption
from xdsi_sim.topology.viewer import ViewerOption
from xdsi_sim.topology.yaml import Place

__all__ = [
    "Actor",
    "Community",
    "Consumer",
    "Correlation",
    "Dimse",
    "Feed",
    "InitiatingGateway",
    "InitiatingImagingGateway",
    "Listen",
    "Log",
    "Mhd",
    "OnDemandSource",
    "Patience",
    "Peer",
    "Placed",
    "Recipient",
    "Registry",
    "Repository",
    "RespondingGateway",
    "RespondingImagingGateway",
    "Server",
    "Source",
    "TakesFrom",
    "Topology",
]

ListenOption = Annotated[
    Listen, BeforeValidator(read_listen), WithJsonSchema({"type": "string", "examples": ["127.0.0.1:8080"]})
]
_ADDRESSEE: Final = re.compile(r".*[^|^\s].*")


def _a_part(word: str) -> str:
    if word not in PARTS:
        raise wrong(f"'{word}' is no content of submissions.", hint=did_you_mean(word, PARTS))
    return word


Addressee = Annotated[str, matching(_ADDRESSEE, "a recipient, such as 'South Clinic' or '|^Roth^Miriam'")]
"""What an intendedRecipient must hold, `XON|XCN|XTN`; a part or component that is empty may be anything."""


class Actor(Checked):
    """What all actors have."""

    role: ClassVar[str]
    """The profile's word."""
    oid_key: ClassVar[str | None] = None
    """The key that holds metadata_oid."""

    id: Id
    title: str | None = None
    """For people: `Hospital North, radiology`."""
    validation: Validation = Validation.OFF
    """What is done about bodies that break the schemas: nothing, a finding, or a fault. Answers that it
    gets are never refused. Off unless asked for: it makes reading a submission half as dear again."""

    @property
    def metadata_oid(self) -> str | None:
        """The OID by which metadata and manifests name the actor; None for one that they never name."""
        return getattr(self, self.oid_key) if self.oid_key else None


class Server(Actor):
    """An actor that answers at an address of its own."""

    role = "one with an address"

    port: Port | None = None
    """A port of its own; absent is the port of the topology."""
    strictness: Literal["lenient", "strict"] = "lenient"
    """`lenient` serves what can be served and notes each deviation of the dialect, `strict` refuses."""
    asynchronous: bool = False
    """Whether an answer may go to an address of its own, if that is one of a peer (ITI TF-2: V.5)."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with its answers from the start, on purpose."""


class Registry(Server):
    """Document Registry."""

    role = "Document Registry"

    patients: Literal["accept", "fed-only"] = "accept"
    """`accept` takes any patient of the community's authority, `fed-only` those that a feed announced."""
    unknownPatients: Literal["nothing", "refuse"] = "nothing"
    """Whether a query for a patient who is not known, or was merged away, finds nothing or is refused."""
    mostResults: Annotated[int, Field(ge=1)] = 100_000
    """Objects that the answer to a query may hold; where more match, it is XDSTooManyResults."""
    queries: Literal["strict", "lenient"] = "strict"
    """Whether parameters whose coding strays from the profile are refused, or served with one meaning."""
    takesFrom: TakesFrom = TakesFrom()
    """From whom metadata are taken without a warning."""
    feed: Feed | None = None
    """The feed by ITI-8; ITI-44 is always served at the registry's address."""


class Repository(Server):
    """Document Repository, which registers at the registry of its community."""

    role = "Document Repository"
    oid_key = "repositoryUniqueId"

    repositoryUniqueId: Oid


class Dimse(Checked):
    """Where an imaging source takes and gives images by DIMSE, beside SOAP and the web."""

    port: Annotated[int, Field(ge=1, le=HIGHEST_PORT)]
    """On the host of the topology."""
    destinations: Mapping[AeTitle, ListenOption] = {}
    """To whom C-MOVE may send: `HOST:PORT` by AE title."""


class Source(Server):
    """Imaging Document Source: an archive that publishes manifests and hands out images."""

    role = "Imaging Document Source"
    oid_key = "oid"

    oid: Oid
    """Retrieve Location UID in manifests, sourceId of submissions."""
    aeTitle: AeTitle
    publishesTo: str
    """Id of the repository of its community, or of the recipient, that takes its manifests and reports."""
    imagesAt: str | None = None
    """Id of the source of its community that keeps its images, which its manifests then name; else itself."""
    institution: str | None = None
    """Name of the house, as author of what it publishes."""
    dicomweb: DicomWebFace = DicomWebFace()
    dimse: Dimse | None = None
    """C-ECHO, C-STORE, C-GET and C-MOVE; None where there is no such port."""
    backend: BackendOption = None
    """The archive that it stands in front of; None where it has its own store."""
    manifest: ManifestProfile = "xds-i"
    """Of the manifests that it makes: XDS-I's own, or those of MADO, which describe what they list."""
    accessionAuthority: Oid | None = None
    """Issuer of accession numbers whose images name none."""
    orderAuthority: Oid | None = None
    """The same for placer order numbers."""


class InitiatingGateway(Server):
    """Initiating Gateway: the way of its community's consumers to the documents of all others."""

    role = "Initiating Gateway"

    patients: PatientWays = {OTHERS: "same"}
    """How it finds what its patients are called elsewhere: `same` has the same id there unless patientIds
    names another, `table` knows those alone that patientIds names, `xcpd` asks the community by ITI-55."""
    patientIds: tuple[Correlation, ...] = ()
    """What its patients are called elsewhere."""


class RespondingGateway(Server):
    """Responding Gateway: the way of other communities to the documents and the patients of its own."""

    role = "Responding Gateway"

    providesTo: str | None = None
    """Id of the repository or recipient of its community that takes documents of others; else the first."""
    discovery: DiscoverySettings = DiscoverySettings()
    """How it answers who asks for a patient."""


class InitiatingImagingGateway(Server):
    """Initiating Imaging Gateway: the way of its community's consumers to the images of all others."""

    role = "Initiating Imaging Gateway"


class RespondingImagingGateway(Server):
    """Responding Imaging Gateway: the way of other communities to the images of its own."""

    role = "Responding Imaging Gateway"


class Recipient(Server):
    """Document Recipient of XDR: takes what sources send it from point to point, and keeps it as it came."""

    role = "Document Recipient"

    limitedMetadata: Literal["accept", "refuse"] = "accept"
    """Whether it has the Accepts Limited Metadata Option."""
    intendedRecipients: tuple[Addressee, ...] | None = None
    """Whom it can hand on to; absent is anybody."""
    unavailableRecipients: tuple[Addressee, ...] = ()
    """Whom it knows, but cannot reach."""
    undeliverable: Undeliverable = "error"
    """How it says that it cannot hand on: an `error` refuses the submission."""
    notProcessed: tuple[Annotated[str, AfterValidator(_a_part)], ...] = ()
    """Content that it keeps and does nothing with; it warns of each."""
    queued: bool = False
    """Hands documents on later; it warns of each."""


class OnDemandSource(Server):
    """On-Demand Document Source: makes imaging summaries of patients when they are asked for."""

    role = "On-Demand Document Source"
    oid_key = "repositoryUniqueId"

    repositoryUniqueId: Oid
    """Also sourceId of its submissions."""
    persists: bool = False
    """Whether it keeps what it has made, and registers it as a snapshot."""
    institution: str | None = None
    """Name of the house, as author of what it makes."""
    offers: tuple[PatientId, ...] = ()
    """Patients whose summary is offered from the start: CX, or bare ids of the community's authority."""


class Mhd(Server):
    """The FHIR face of its community: Document Responder and Document Recipient of MHD."""

    role = "MHD Responder and Recipient"

    publishesTo: str | None = None
    """Id of the repository or recipient of its community that takes what is provided; else the first."""
    publicUrl: PublicUrl | None = None
    """Address that clients use, where it is not that of the actor: behind a proxy."""

    @model_validator(mode="after")
    def _has_no_soap(self) -> Mhd:
        for key, asked in (("asynchronous", self.asynchronous), ("validation", self.validation != "off")):
            if asked:
                raise wrong(f"'{key}' is about SOAP, and mhd speaks FHIR alone", at=(key,), at_key=True)
        return self


class Consumer(Actor):
    """Imaging Document Consumer; it only asks, so it has no address."""

    role = "Imaging Document Consumer"


class Community(Checked):
    """One affinity domain: its ids and actors."""

    id: Id
    title: str | None = None
    homeCommunityId: HomeCommunityId
    patientAuthority: Oid
    """Assigning authority of the patient ids that its metadata uses."""
    listen: ListenOption | None = None
    """Host and port of its actors; None where they answer at those of the topology."""
    codes: CodeSettings | None = None
    """The codes that its metadata may use; absent, any."""
    rules: CheckedProfile = {}
    """By id what a rule of submissions weighs in this community instead of what the catalogue says."""
    registry: Registry | None = None
    """None where documents only go from point to point."""
    mhd: Mhd | None = None
    """None where nobody speaks FHIR."""
    repositories: tuple[Repository, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    sources: tuple[Source, ...] = ()
    onDemandSources: tuple[OnDemandSource, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    initiatingGateway: InitiatingGateway | None = None
    respondingGateway: RespondingGateway | None = None
    initiatingImagingGateway: InitiatingImagingGateway | None = None
    respondingImagingGateway: RespondingImagingGateway | None = None

    @property
    def taker(self) -> str | None:
        """Id of who takes documents that come through a gateway; None where nobody can."""
        gateway = self.respondingGateway
        return (gateway.providesTo if gateway is not None else None) or self._first_taker

    @property
    def fhir_taker(self) -> str | None:
        """Id of who takes documents that come by MHD; None where nobody can."""
        return (self.mhd.publishesTo if self.mhd is not None else None) or self._first_taker

    @property
    def _first_taker(self) -> str | None:
        return next((each.id for each in (*self.repositories, *self.recipients)), None)

    def actors(self) -> Iterator[tuple[Place, Actor]]:
        """All actors, each with its place in the community."""
        for kind in ("registry", "mhd", *GATEWAYS):
            if (actor := getattr(self, kind)) is not None:
                yield (kind,), actor
        for kind in ("repositories", "recipients", "sources", "onDemandSources", "consumers"):
            for index, actor in enumerate(getattr(self, kind)):
                yield (kind, index), actor


@dataclass(frozen=True, slots=True)
class Placed:
    """An actor and the community that it belongs to."""

    community: Community
    actor: Actor

    @property
    def address_less(self) -> bool:
        """Whether the actor only asks and never answers."""
        return not isinstance(self.actor, Server)

    @property
    def path(self) -> str:
        """Path of the actor's address: `/{community}/{actor}`."""
        return f"/{self.community.id}/{self.actor.id}"


class Topology(Checked):
    """Everything that `up` starts."""

    name: Id
    title: str | None = None
    description: str = ""
    listen: ListenOption = Listen()
    log: Log = Log()
    tls: TlsOption = None
    """How connections are secured; None where they are not."""
    limits: CheckedLimits = Limits()
    """What a peer may ask of the topology."""
    communities: tuple[Community, ...]
    peers: tuple[Peer, ...] = ()
    """Foreign systems: who plays actors of the topology, gateways of other communities, and whom asynchronous
    actors may answer (the actors of the topology are always among them)."""
    timeouts: Patience = Patience()
    viewer: ViewerOption = None
    """A web viewer of the studies of all sources, at the address of the topology; None without one."""
    sessions: Literal["off", "open", "closed"] = "off"
    """Whether there are worlds below `/s/NAME`: `open` at the first request, `closed` by command alone."""

    def actors(self) -> tuple[Placed, ...]:
        """All actors, in the order of the file."""
        return tuple(
            Placed(community, actor) for community in self.communities for _, actor in community.actors()
        )

    def find(self, actor_id: str) -> Placed:
        """The actor of that id; raises KeyError where there is none."""
        for placed in self.actors():
            if placed.actor.id == actor_id:
                return placed
        raise KeyError(actor_id)

    def played_by(self, actor_id: str) -> Peer | None:
        """The foreign system that takes the part of an actor; None where that is simulated."""
        return next((peer for peer in self.peers if peer.plays == actor_id), None)

    def viewer_at(self, listen: Listen) -> str | None:
        """Address of the viewer, with a slash at its end, if it listens there; None without a viewer."""
        if self.viewer is None:
            return None
        own = f"{'http' if self.tls is None else 'https'}://{listen}"
        return f"{self.viewer.publicUrl or own}/"

    @model_validator(mode="after")
    def _fits_together(self) -> Topology:
        check_across(self)
        return self

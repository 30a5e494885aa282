"""What was observed of a deployment: values that the survey collects once, and all checks look at.

Nothing here asks anybody. Ids of exchanges lead to the messages in the log.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from xdsi_sim.checklist.answers import Answers
from xdsi_sim.checklist.by_fhir import ByFhir
from xdsi_sim.checklist.described import Described
from xdsi_sim.checklist.layout import Layout, Member
from xdsi_sim.checklist.results import Evidence
from xdsi_sim.checklist.rows import ROWS, Row
from xdsi_sim.checklist.sites import SiteStudies
from xdsi_sim.dicom.kos_document import Item, KosDocument
from xdsi_sim.dicom.manifest import Manifest
from xdsi_sim.dicom.study import Study
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Finding
from xdsi_sim.vocab import APPROVED

__all__ = [
    "Change",
    "Fetched",
    "Hop",
    "LinkTried",
    "Located",
    "Moved",
    "Note",
    "Observed",
    "Piece",
    "Publication",
    "Question",
    "SeenManifest",
    "SeenReport",
    "Tolerance",
]

SUCCESS: Final = "Success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One message of the survey, or that it has caused."""

    id: str
    transaction: str
    sender: str
    receiver: str
    status: str

    @property
    def good(self) -> bool:
        """Whether it was answered as it should be."""
        return self.status == SUCCESS or self.status.startswith("HTTP 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A document that was published in the survey."""

    kind: str
    """`manifest` or `report`."""
    source: str
    studyInstanceUID: str
    ready: float
    """When the images were stored, or the report signed; seconds since the epoch."""
    sent: float
    """When the message began."""
    status: str
    replaces: bool = False
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query, and what it should have found by the entries that are known."""

    topic: str
    """`modality`, `region`, `accession`, …"""
    level: int
    value: str
    patientId: str
    expected: frozenset[str]
    """uniqueIds of Approved entries that have the value."""
    found: frozenset[str]
    status: str
    message: str | None = None

    @property
    def evidence(self) -> Evidence:
        """The message."""
        return Evidence(message=self.message)

    @property
    def right(self) -> bool:
        """Whether it found what it should, and nothing else."""
        return self.status == SUCCESS and self.found == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A series of a manifest, and where it was found."""

    seriesInstanceUID: str
    mode: str
    """`retrieve-url` or `location-uid`."""
    base: str | None
    """Base of WADO-RS; None where it leads nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A key image note among the instances that a source serves."""

    sopInstanceUID: str
    title: str
    description: str | None
    references: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenManifest:
    """A manifest that was retrieved, with its entry and what its source serves of the study."""

    entry: DocumentEntry
    document: KosDocument
    root: Item
    manifest: Manifest | None
    """None where nobody can read it as one."""
    described: Described
    findings: tuple[Finding, ...] = ()
    """Of the rules of manifests, judged as what its title says."""
    served: Study | None = None
    notes: tuple[Note, ...] = ()
    located: tuple[Located, ...] = ()
    remade: tuple[str, ...] | None = None
    """Fields that a manifest made anew from the images says otherwise; None where there are no images."""
    message: str | None = None
    """Of its retrieval."""
    served_by: str | None = None
    """Of the metadata that its source serves."""

    def at(self, path: str = "") -> Evidence:
        """A place in it."""
        return Evidence(message=self.message, at=path, document=self.name)

    @property
    def evidence(self) -> Evidence:
        """It as a whole."""
        return self.at()

    @property
    def name(self) -> str:
        """Its uniqueId."""
        return self.entry.uniqueId or ""

    @property
    def study(self) -> str:
        """Its Study Instance UID."""
        return self.root.text("StudyInstanceUID") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReport:
    """A report that was retrieved, with its entry."""

    entry: DocumentEntry
    header: frozenset[str] | None = None
    """Ids in the header, `id of OID` or a bare UID; None where it has no header that anybody can read."""
    message: str | None = None

    @property
    def evidence(self) -> Evidence:
        """It as a whole."""
        return Evidence(message=self.message, document=self.name)

    @property
    def name(self) -> str:
        """Its uniqueId."""
        return self.entry.uniqueId or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The images of one manifest, by one way."""

    by: str
    """`wado-rs`, `rad-69` or `xc-wado`."""
    level: str
    mode: str
    """How the series were located."""
    studyInstanceUID: str
    home: str | None
    listed: frozenset[str]
    digests: Mapping[str, str]
    """SHA-1 of each instance that came, by its UID."""
    status: str
    message: str | None = None

    @property
    def evidence(self) -> Evidence:
        """The last of its messages."""
        return Evidence(message=self.message, document=self.studyInstanceUID)

    @property
    def complete(self) -> bool:
        """Whether just those came that are listed."""
        return bool(self.listed) and self.digests.keys() == self.listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One GET of WADO-RS for an instance."""

    sopClassUID: str
    sopInstanceUID: str
    status: str
    came: bool
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A manifest that was replaced."""

    studyInstanceUID: str
    former: DocumentEntry
    now: DocumentEntry
    replaces: bool
    """Whether an RPLC association leads from the new to the former."""
    report_before: DocumentEntry | None = None
    report_after: DocumentEntry | None = None
    message: str | None = None

    @property
    def evidence(self) -> Evidence:
        """The query that told so."""
        return Evidence(message=self.message, document=self.now.uniqueId or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTried:
    """A link to a viewer that was followed."""

    kind: str
    """`Display URI` or `RAD-106`."""
    url: str
    studyInstanceUID: str
    status: int
    """Of the page at its end."""
    names_study: bool
    """Whether page or address is about the study."""
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An archive that got another address, while its manifests went on naming the former one."""

    source: str
    by_url: str
    """Status of a GET at the former address."""
    by_oid: str
    """Status at the address that the OID leads to."""
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """A retrieval that asked for one instance too many."""

    listed: frozenset[str]
    absent: str
    received: frozenset[str]
    missing: frozenset[str]
    """What the consumer told as missing."""
    status: str
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Observed:
    """All of it."""

    layout: Layout
    declared: str | None = None
    """The architecture that the deployment calls itself."""
    rows: tuple[Row, ...] = tuple(ROWS.values())
    stacks: frozenset[str] = frozenset()
    """Profile stacks that were surveyed beside SOAP and DICOMweb."""
    jurisdictions: tuple[Answers, ...] = ()
    entries: tuple[DocumentEntry, ...] = ()
    """All that are Approved or Deprecated."""
    retrieved: tuple[DocumentEntry, ...] = ()
    """Those whose documents were asked for."""
    questions: tuple[Question, ...] = ()
    manifests: tuple[SeenManifest, ...] = ()
    """Those that are Approved."""
    reports: tuple[SeenReport, ...] = ()
    fetched: tuple[Fetched, ...] = ()
    pieces: tuple[Piece, ...] = ()
    publications: tuple[Publication, ...] = ()
    changes: tuple[Change, ...] = ()
    links: tuple[LinkTried, ...] = ()
    sites: tuple[SiteStudies, ...] = ()
    fhir: ByFhir | None = None
    """What a FHIR face says; None where there is none."""
    moved: Moved | None = None
    tolerance: Tolerance | None = None
    hops: tuple[Hop, ...] = ()
    elsewhere: frozenset[str] = field(default=frozenset())
    """Ids of actors that others play: what they send is not in our log."""

    @property
    def architecture(self) -> str:
        """As declared, else as it is laid out."""
        return self.declared or self.layout.name

    def members_of(self, letter: str) -> tuple[Member, ...]:
        """The communities that are to be built so."""
        if self.architecture == letter:
            return self.layout.members
        mixed = self.architecture == "mixed"
        return tuple(member for member in self.layout.members if mixed and member.kind == letter)

    @cached_property
    def approved(self) -> tuple[DocumentEntry, ...]:
        """The entries that hold."""
        return tuple(entry for entry in self.entries if entry.availabilityStatus == APPROVED)

    def asked(self, *topics: str) -> Iterator[Question]:
        """The questions on a topic."""
        return (question for question in self.questions if question.topic in topics)

    def got(self, *ways: str) -> Iterator[Fetched]:
        """The images that came by one of these ways."""
        return (each for each in self.fetched if each.by in ways)

    def succeeded(self, transaction: str, receivers: Collection[str] = ()) -> Hop | None:
        """A message of that transaction that was answered as it should be."""
        return next(
            (
                hop
                for hop in self.hops
                if hop.transaction == transaction
                and hop.good
                and (not receivers or hop.receiver in receivers)
            ),
            None,
        )

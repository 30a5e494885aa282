"""What actors need from outside, as Protocols: stores, peers, clock, random ids.

Everything that reads may answer at once; everything that must be durable gives a Future, done when a
crash can no longer lose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from xdsi_sim.clock import now
from xdsi_sim.content import Content
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.search import Found, Search
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import XdsiSimError
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.removal import Fate

__all__ = [
    "BackendFailed",
    "Clock",
    "DocumentStore",
    "Inbox",
    "InstanceStore",
    "Kept",
    "NewDocument",
    "NewId",
    "Publication",
    "ReceivedDocument",
    "ReceivedSubmission",
    "StoredDocument",
    "StoredImage",
    "Transcoder",
    "utc_now",
]


class Clock(Protocol):
    """Gives the present time."""

    def __call__(self) -> datetime:
        """Now, with zone UTC."""
        ...


def utc_now() -> datetime:
    """The clock of the machine."""
    return now()


class NewId(Protocol):
    """Gives fresh object ids."""

    def __call__(self) -> str:
        """`urn:uuid:…`, never given before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document that a repository is to keep."""

    uniqueId: str
    mimeType: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document in a repository."""

    uniqueId: str
    mimeType: str
    hash: str
    """SHA-1, lower-case hex."""
    size: int
    content: Content


class DocumentStore(Protocol):
    """Documents by uniqueId; whole and durable, or absent."""

    def find(self, uniqueIds: Sequence[str]) -> Mapping[str, StoredDocument]:
        """Those of the documents that are here."""
        ...

    def keep(self, submission: str, documents: Sequence[NewDocument]) -> Future[None]:
        """Keep the documents of one submission; done when they are durable, all or none.

        They can be found from then on, but count as unsettled until `settle` says how the
        registration ended. Fails with XdsError where a uniqueId is taken by other bytes.
        """
        ...

    def settle(self, submission: str, *, registered: bool) -> Future[None]:
        """Keep the documents of a submission for good, or drop those that it brought."""
        ...

    def remove(self, uniqueIds: Sequence[str]) -> Future[Mapping[str, Fate]]:
        """Take documents out; done when that is durable, with the fate of each one that was here.

        `Fate.BUSY` is one that a submission under way brings: it stays. Who reads a document that goes
        can read it to its end.
        """
        ...

    def unsettled(self) -> Mapping[str, Sequence[str]]:
        """Submissions that a crash cut short: their uniqueIds by submission."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDocument:
    """A document of a submission that a recipient got, with what its entry says of it."""

    entryUUID: str
    uniqueId: str
    mimeType: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSubmission:
    """A submission that a recipient got."""

    received: datetime
    metadata: SubmitObjectsRequest
    """As it came."""
    documents: tuple[ReceivedDocument, ...]


class Inbox(Protocol):
    """Submissions one after the other; each whole and durable, or absent."""

    def keep(self, submission: ReceivedSubmission) -> Future[None]:
        """Keep one; done when it is durable."""
        ...


class StoredImage(Protocol):
    """A DICOM instance in an instance store."""

    @property
    def studyInstanceUID(self) -> str:
        """(0020,000D)."""
        ...

    @property
    def seriesInstanceUID(self) -> str:
        """(0020,000E)."""
        ...

    @property
    def sopInstanceUID(self) -> str:
        """(0008,0018)."""
        ...

    @property
    def transferSyntaxUID(self) -> str:
        """In which the content is encoded."""
        ...

    @property
    def frames(self) -> int | None:
        """Number of its images; None for an object without pixels."""
        ...

    @property
    def content(self) -> Content:
        """The DICOM file."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of an object that was to be stored; UIDs are None where it could not be read."""

    studyInstanceUID: str | None = None
    seriesInstanceUID: str | None = None
    sopInstanceUID: str | None = None
    sopClassUID: str | None = None
    error: DicomError | OSError | None = None
    """Why it was not stored."""
    otherPatient: bool = False
    """Whether its study has another patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A document about a study as it was published last."""

    entry: DocumentEntry
    fingerprint: str | None = None
    """Of all that it says; the same as long as nothing of it has changed."""


class BackendFailed(XdsiSimError):
    """The archive that has the instances gave no answer, or a wrong one; the message says what."""

    def __init__(self, reason: str, *, late: bool = False) -> None:
        super().__init__(f"the archive behind this source failed: {reason}")
        self.late = late
        """Whether it was waited for in vain."""


class InstanceStore(Protocol):
    """DICOM instances by UID, here or in another archive.

    Whatever gives no Future may wait for that archive, so it is called in threads, or where `at_hand` says
    that it need not. Anything that asks may raise BackendFailed.
    """

    @property
    def at_hand(self) -> bool:
        """Whether the index is on this machine, so that a look into it takes no time."""
        ...

    def fetch(self, study: str, series: str, sop: str) -> Future[StoredImage | None]:
        """The instance of that SOP Instance UID, be it where it is expected or not; None where none is.

        Fails with BackendFailed.
        """
        ...

    def instances(
        self, study: str, series: str | None = None, sop: str | None = None
    ) -> Sequence[StoredImage]:
        """The instances of a study, series or instance, in a stable order; empty where unknown."""
        ...

    def rejection(self, sop: str) -> str | None:
        """Why the instance of that SOP Instance UID is rejected, in words; None where it is not.

        It never waits.
        """
        ...

    def metadata(
        self, study: str, series: str | None = None, sop: str | None = None, *, base: str
    ) -> Sequence[bytes]:
        """DICOM JSON of each of the `instances`, its bulk data by URLs below `base` (PS3.18: Annex F)."""
        ...

    def search(self, search: Search, *, base: str, most: int) -> Found:
        """Studies, series or instances that fit, in a total and stable order, no more than `most` at once."""
        ...

    def keep(self, contents: Iterable[Content], *, study: str | None = None) -> Sequence[Kept]:
        """Store DICOM files, those of another than `study` excepted; durable when this returns.

        One outcome for each, in their order. What is stored already is stored; another object under a
        known SOP Instance UID is not.
        """
        ...

    def remove(self, study: str, series: str | None = None, sop: str | None = None) -> int:
        """Forget instances, chosen as in `instances`; gives how many there were, 0 for none."""
        ...


class Transcoder(Protocol):
    """Gives DICOM objects in other transfer syntaxes than the one they are stored in."""

    def transcode(self, content: Content, to: str) -> Future[Content]:
        """The object of `content` in the transfer syntax `to`.

        Fails with DicomError where it cannot be decoded, with OSError where there is no room.
        """
        ...

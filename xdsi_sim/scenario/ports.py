"""What scenarios need of a running topology, as Protocols: a blocking client, stores, the exchange log.

`topology.build` starts what realises them; a test may give any other realisation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.on_demand_source import OnDemandDocumentSource
from xdsi_sim.actors.ports import Publication, ReceivedSubmission
from xdsi_sim.content import Content
from xdsi_sim.deviations.switches import Switchboard
from xdsi_sim.dicom.media import Arrival
from xdsi_sim.dicom.study import Study
from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.roster import Roster

__all__ = ["Client", "HttpReply", "Part", "Reply", "Running", "StudyStore"]


class Reply(Protocol):
    """What came back for one SOAP message."""

    @property
    def answer(self) -> Any:
        """The response value of the transaction, or `actors.flow.NoAnswer`."""
        ...

    @property
    def exchange(self) -> str:
        """Id of the exchange in the log."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the answer as a message."""
        ...


class Part(Protocol):
    """One part of an HTTP answer."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields of the part, names in lower case."""
        ...

    @property
    def content(self) -> Content:
        """The octets."""
        ...


class HttpReply(Protocol):
    """What came back for one GET."""

    @property
    def status(self) -> int:
        """HTTP status; 0 where no answer came."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields, names in lower case."""
        ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of a multipart answer; one where the answer is not multipart."""
        ...

    @property
    def exchange(self) -> str:
        """Id of the exchange in the log."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why there is no answer, or not all of it."""
        ...


class Client(Protocol):
    """Sends for whatever actor the scenario plays, and blocks until the answer is there."""

    def call(self, call: Call, *, sender: str, conversation: str) -> Reply:
        """Send a SOAP message."""
        ...

    def get(self, url: str, *, accept: str, transaction: str, sender: str, conversation: str) -> HttpReply:
        """Send a GET of DICOMweb."""
        ...

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Sequence[tuple[str, str]],
        body: Content,
        transaction: str,
        sender: str,
        conversation: str,
    ) -> HttpReply:
        """Send any HTTP message; the headers are those that do not belong to the connection."""
        ...

    def send_mllp(self, to: Listen, message: bytes, *, sender: str, conversation: str) -> Reply:
        """Send a message of HL7 v2."""
        ...


class StudyStore(Protocol):
    """The instance store of an imaging source, as its own administrator uses it."""

    def add_all(self, files: Iterable[Path | Arrival], progress: Callable[[Path], None] | None = None) -> Any:
        """Take DICOM files in; `progress` is told of each."""
        ...

    def add(self, content: Content) -> Any:
        """Take one DICOM file in."""
        ...

    def studies(self) -> Sequence[Any]:
        """The studies that are here."""
        ...

    def study(self, uid: str) -> Study | None:
        """One study, summarised from its stored instances; None where it is not here."""
        ...

    def published(self, study: str, what: str) -> Publication | None:
        """The document about a study that was published last."""
        ...

    def studies_with(self, what: str) -> Sequence[str]:
        """The studies of which that is published, be they still here or not."""
        ...

    def note_published(self, study: str, what: str, published: Publication) -> None:
        """Remember what was published, so that the next of its kind can replace it."""
        ...

    def note_withdrawn(self, study: str, what: str) -> None:
        """Remember that what was published is not there to be replaced any more."""
        ...


class Running(Protocol):
    """A topology whose actors answer."""

    @property
    def topology(self) -> Topology:
        """What was started."""
        ...

    @property
    def elsewhere(self) -> Collection[str]:
        """Ids of the actors that somebody else plays."""
        ...

    @property
    def client(self) -> Client:
        """For the actors that the scenario plays."""
        ...

    @property
    def trust(self) -> Path | None:
        """File of the CA that peers have to trust; None without TLS."""
        ...

    def store_of(self, source_id: str) -> StudyStore:
        """The instance store of an imaging source."""
        ...

    def on_demand_source(self, source_id: str) -> OnDemandDocumentSource:
        """The actor of an On-Demand source."""
        ...

    def url_of(self, actor_id: str) -> str:
        """Where the actor answers."""
        ...

    def dicomweb_of(self, source_id: str) -> str:
        """Base URI of an imaging source's DICOMweb face."""
        ...

    def xc_wado_of(self, gateway_id: str) -> str:
        """Base of an imaging gateway's addresses of XC-WADO."""
        ...

    def wado_of(self, source_id: str) -> str:
        """Address of an imaging source's WADO-URI."""
        ...

    def viewer_of(self, source_id: str, *studies: str) -> str | None:
        """Where the viewer lists the studies of a source, or shows some of them; None without a viewer."""
        ...

    def image_display_of(self, source_id: str) -> str | None:
        """Where a source opens the viewer on what an address asks for; None without a viewer."""
        ...

    def mllp_of(self, registry_id: str) -> Listen | None:
        """Where a registry takes its patient identity feed by ITI-8; None where it does not."""
        ...

    def inbox_of(self, recipient_id: str) -> Path:
        """Folder in which a recipient keeps what it gets."""
        ...

    def received_by(self, recipient_id: str) -> Sequence[ReceivedSubmission]:
        """What a recipient has taken in since the topology was started, in the order of its coming."""
        ...

    def stop(self, actor_id: str) -> None:
        """Let an actor answer nobody any more."""
        ...

    def delay(self, actor_id: str, seconds: float) -> None:
        """Let an actor be late with every answer."""
        ...

    def move(self, source_id: str) -> None:
        """Give the DICOMweb face of an imaging source another address."""
        ...

    @property
    def faults(self) -> Switchboard:
        """The deviations that are on."""
        ...

    @property
    def roster(self) -> Roster:
        """Patients that foreign registries know already."""
        ...

    @property
    def admin(self) -> str:
        """Where they are switched on and off by HTTP."""
        ...

    @property
    def sessions(self) -> str | None:
        """Below which address sessions are, with a slash at its end; None where there are none."""
        ...

    def exchanges(self, conversation: str | None = None) -> Sequence[Exchange]:
        """The log, whole or of one conversation, in the order in which the exchanges began."""
        ...

    def mark(self) -> int:
        """Stands behind all exchanges that were recorded so far."""
        ...

    def heard(self, since: int) -> Sequence[tuple[int, Exchange]]:
        """What was recorded after a mark, a page at most and in that order; each with the mark behind it."""
        ...

    def close(self) -> None:
        """Stop the actors and give up what they hold."""
        ...

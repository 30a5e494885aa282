"""What every foreign client is sent to do with a manifest and two patients.

It publishes the manifest, registers, finds and fetches it and its images; it tells of another patient,
asks for the documents of both, and says that the two are one.

A client is a program. It takes `name=value` arguments (see `Errand.arguments`), calls each operation once
and prints one JSON document, by transaction: `status` (of an acknowledgement its code), and `entries` or
`documents` where there are any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from a_domain import topology
from foreign_clients import FEED
from tap import Tap

from xdsi_sim.actors.identity_source import PatientIdentitySource
from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.dicom.imaging_metadata import manifest_entry, submission
from xdsi_sim.dicom.kos import write_manifest
from xdsi_sim.dicom.manifest import RetrieveLocation, compose_manifest
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.ebrim.model import DocumentEntry, RegistryObjectList
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.messages.patient_feed import (
    Event,
    Ii,
    PatientFeed,
    Person,
    PersonName,
    patient_id,
    read_patient_id,
)
from xdsi_sim.messages.prpa import in_v3, write_prpa
from xdsi_sim.store.instances import StoredInstance
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import SUCCESS, TRANSACTIONS

ROOT = Path(__file__).parents[1]
WIRE = ROOT / "tests" / "wire"
SAMPLE = "cr-chest"
AUTHORITY = "2.999.10.1"
"""The one that issued the patient's national id, by which the sample goes from site to site."""
SOURCE = "2.999.1.21"
OTHER = Ii(AUTHORITY, "P2")
"""A patient who is announced, revised, and turns out to be that of the study."""
REPOSITORY = "2.999.1.3"
PACS = "pacs"
WRITTEN = datetime(2024, 2, 12, 9, tzinfo=UTC)
SAMPLE_PORT = 18080
"""Stands in a sample for the port that was used: as many digits, so that no length changes."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A study, its manifest and metadata; the same octets in every run, so that samples stay good."""

    images: tuple[StoredInstance, ...]
    uniqueId: str
    """Of the manifest."""
    patientId: str
    manifest: bytes
    provide: RegistryObjectList
    """Metadata of the manifest, for ITI-41."""
    register: RegistryObjectList
    """Metadata of a document that is elsewhere, for ITI-42."""
    feed: Mapping[str, PatientFeed]
    """What ITI-44 tells of the other patient, by event."""

    @property
    def otherPatientId(self) -> str:
        """Of the patient whom ITI-44 tells of."""
        return patient_id(OTHER, AUTHORITY)

    @property
    def content(self) -> BytesContent:
        """The manifest."""
        return BytesContent(self.manifest)

    def arguments(self, urls: Mapping[str, str], folder: Path) -> list[str]:
        """What a client is told; files that it is to read are put into `folder`."""
        files = {
            "provide": write_object_list(self.provide),
            "register": write_object_list(self.register),
            "document": self.manifest,
            **{event: write_prpa(message) for event, message in self.feed.items()},
        }
        for name, data in files.items():
            (folder / name).write_bytes(data)
        told = {
            **urls,
            **{name: str(folder / name) for name in files},
            "entryUUID": self.provide.documentEntries[0].entryUUID,
            "patientId": self.patientId,
            "otherPatientId": self.otherPatientId,
            "repositoryUniqueId": REPOSITORY,
            "documentUniqueId": self.uniqueId,
            "sourceUniqueId": SOURCE,
            "study": self.images[0].studyInstanceUID,
            "series": self.images[0].seriesInstanceUID,
            "instances": ",".join(image.sopInstanceUID for image in self.images),
            "transferSyntax": self.images[0].transferSyntaxUID,
        }
        return [f"{name}={value}" for name, value in told.items()]


def loaded(running: RunningTopology, folder: Path) -> Errand:
    """Load the study into the source and make all that is to be published."""
    store = running.store_of(PACS)
    folder.mkdir(parents=True)
    images = store.add_all(write_sample(SAMPLE, folder)).instances
    study = store.study(images[0].studyInstanceUID)
    assert study is not None
    numbers = count(1)
    # the address is in the manifest, and the port must not be: see SAMPLE_PORT
    location = RetrieveLocation(oid=SOURCE, ae_title="PACS", retrieve_url="http://pacs.example.org/dicom-web")
    manifest = compose_manifest(study, location, now=WRITTEN, new_uid=lambda: f"2.999.9.{next(numbers)}")
    publisher = Publisher(sourceId=SOURCE, patient_authority=AUTHORITY)
    entry = manifest_entry(study, manifest, publisher, entryUUID="document-1")
    made = write_manifest(manifest)
    elsewhere = replace(
        entry,
        entryUUID="document-2",
        uniqueId="2.999.9.200",
        repositoryUniqueId=REPOSITORY,
        hash=sha1_of(BytesContent(made)),
        size=str(len(made)),
    )
    return Errand(
        images=images,
        uniqueId=manifest.sop_instance_uid,
        patientId=entry.patientId or "",
        manifest=made,
        provide=_submission(entry, publisher, "2.999.9.101"),
        register=_submission(elsewhere, publisher, "2.999.9.102"),
        feed=_feed(read_patient_id(entry.patientId or "")),
    )


def _submission(entry: DocumentEntry, publisher: Publisher, uniqueId: str) -> RegistryObjectList:
    return submission((entry,), publisher, entryUUID="set-1", uniqueId=uniqueId, submissionTime=WRITTEN)


def _feed(patient: Ii) -> dict[str, PatientFeed]:
    numbers = count(1)
    source = PatientIdentitySource(
        receiver=AUTHORITY, clock=lambda: WRITTEN, new_id=lambda: f"2.999.9.3.{next(numbers)}"
    )
    told = (
        source.announce(OTHER, person=Person(name=PersonName("Roth"))),
        replace(source.announce(OTHER, person=Person(name=PersonName("Roth", "Miriam"))), event=Event.REVISE),
        source.merge(patient, OTHER),
    )
    return {str(message.event): in_v3(message) for message in told}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Running actors with the study loaded, and what there is to do with them."""

    running: RunningTopology
    errand: Errand
    folder: Path
    tap: Tap

    def url_of(self, actor: str) -> str:
        """The address of an actor, by way of the tap."""
        return urlsplit(self.running.url_of(actor))._replace(netloc=f"127.0.0.1:{self.tap.port}").geturl()

    @property
    def arguments(self) -> list[str]:
        """Of any client."""
        urls = {"registry": "registry", "repository": "repository", "source": PACS}
        return self.errand.arguments({name: self.url_of(actor) for name, actor in urls.items()}, self.folder)


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Registry, repository and source, fresh."""
    community = topology().communities[0].model_copy(update={"patientAuthority": AUTHORITY})
    here = topology().model_copy(update={"communities": (community,)})
    with (
        start(here, folder / "data", Listen("127.0.0.1", 0)) as running,
        Tap(urlsplit(running.url_of(PACS)).port or 0) as tap,
    ):
        yield Scene(running=running, errand=loaded(running, folder / "study"), folder=folder, tap=tap)


def transaction_of(request: bytes) -> str:
    """`ITI-18` and so on, by the action that stands in head or body; empty for what is no message."""
    return next((item.name for item in TRANSACTIONS.values() if _names(request, item.action)), "")


def _names(request: bytes, action: str) -> bool:
    return (
        request.startswith(b"POST ")
        and re.search(re.escape(action.encode()) + rb"[^\w-]", request) is not None
    )


def accepted(transaction: str) -> str:
    """What an answer says where all went well: its status, or the code of an acknowledgement."""
    return "CA" if transaction in FEED else SUCCESS


def findings_of(running: RunningTopology, transaction: str) -> set[str]:
    """Rules that requests of clients broke, in the eyes of the actors."""
    actors = [placed.actor.id for placed in running.topology.actors()]
    # ITI-41 brings a manifest; the log knows one ITI-44 for all events
    called = "RAD-68" if transaction == "ITI-41" else transaction.partition(" ")[0]
    return {
        finding.rule
        for exchange in running.exchanges()
        if exchange.transaction == called and exchange.sender not in actors
        for finding in exchange.findings
    }


def sample(client: str, transaction: str) -> Path:
    """Where it is kept what a client sends in a transaction."""
    return WIRE / client / f"{transaction.replace(' ', '-')}.http"


def capture(client: str, tap: Tap) -> None:
    """Keep what was sent as samples, a file a transaction; its port becomes SAMPLE_PORT."""
    here, there = f"127.0.0.1:{tap.port}".encode(), f"127.0.0.1:{SAMPLE_PORT}".encode()
    assert len(here) == len(there), "a port of five digits keeps the lengths; run it again"
    (WIRE / client).mkdir(parents=True, exist_ok=True)
    for request in tap.requests():
        if name := transaction_of(request):
            sample(client, name).write_bytes(request.replace(here, there))

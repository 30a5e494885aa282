"""Surveys of real deployments, made once in a process, and what they come to when one fact is another."""

from __future__ import annotations

import atexit
import functools
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pydicom
from a_viewer import a_viewer
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from xdsi_sim.checklist.answers import Answers
from xdsi_sim.checklist.described import describe
from xdsi_sim.checklist.gaps import GapReport, gaps_of
from xdsi_sim.checklist.observed import Observed, SeenManifest
from xdsi_sim.checklist.survey import Surveyed, observe
from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.kos import read_manifest
from xdsi_sim.dicom.kos_document import read_document
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.rules.manifest import check_manifest
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen, Topology

FREE = Listen("127.0.0.1", 0)
ALL_ASKED = ("S-15", "M-18", "T-04")
UTOPIA = Answers.model_validate({"jurisdiction": "Utopia", "answers": dict.fromkeys(ALL_ASKED, "yes")})

ARCADIA = Answers.model_validate(
    {
        "jurisdiction": "Arcadia",
        "answers": {"S-15": "planned", "K-09": "yes", "T-04": {"answer": "no", "remark": "=cmd()"}},
    }
)

HOUSES = {
    "city-pacs": "North Hospital^^^^^^^^^2.999.20",
    "coast-pacs": "South Clinic^^^^^^^^^2.999.30",
    "south-vna": "South Clinic^^^^^^^^^2.999.30",
}
"""Institutions with their ids, by the names that sample studies have."""


def topology(name: str, **sources: Any) -> Topology:
    """One that ships, its sources changed."""
    loaded = load_topology(find_topology(name))
    communities = (
        each.model_copy(
            update={"sources": tuple(source.model_copy(update=sources) for source in each.sources)}
        )
        for each in loaded.communities
    )
    return loaded.model_copy(update={"communities": tuple(communities)})


@functools.cache
def surveyed(name: str, manifest: str = "xds-i") -> Surveyed:
    """A topology that ships, with manifests of that profile."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # the bodies of messages stay until then
    with start(topology(name, manifest=manifest), folder, FREE) as running:
        return observe(running)


@functools.cache
def complete() -> Observed:
    """One that keeps to every row: regions and a central archive, joined, over TLS, with viewer and FHIR."""
    mixed = topology("mixed", manifest="mado")
    communities = tuple(
        each.model_copy(
            update={
                "sources": tuple(
                    source.model_copy(update={"institution": HOUSES[source.id]}) for source in each.sources
                )
            }
        )
        for each in mixed.communities
    )
    with TemporaryDirectory() as folder:
        viewer = {"folder": a_viewer(Path(folder) / "viewer")}
        north = {**dict(communities[0]), "mhd": {"id": "north-fhir"}}
        told = {**dict(mixed), "communities": (north, *communities[1:]), "tls": True, "viewer": viewer}
        with start(Topology.model_validate(told), listen=FREE) as running:
            return observe(running, declared="mixed", jurisdictions=(UTOPIA,)).observed


def report(*jurisdictions: Answers, sets: tuple[str, ...] = ()) -> GapReport:
    """The gap report of `central`, with these answers."""
    found = surveyed("central")
    return gaps_of(replace(found, observed=replace(found.observed, jurisdictions=jurisdictions)), sets)


# --- one fact is another ---------------------------------------------------------------------


def _file_of(manifest: SeenManifest, edit: Callable[[Dataset], None]) -> bytes:
    dataset = Dataset.from_json(deepcopy(dict(manifest.root.attributes)))
    edit(dataset)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    target = BytesIO()
    pydicom.dcmwrite(target, dataset, enforce_file_format=True)
    return target.getvalue()


def edited(manifest: SeenManifest, edit: Callable[[Dataset], None]) -> SeenManifest:
    """The manifest as another file, read and judged as the survey does."""
    content = BytesContent(_file_of(manifest, edit))
    document = read_document(content)
    assert document.root is not None
    try:
        read = read_manifest(content)
    except DicomError:
        read = None
    verdict = check_manifest(document, entry=manifest.entry, served=manifest.served)
    return replace(
        manifest,
        document=document,
        root=document.root,
        manifest=read,
        described=describe(document, read.library if read else None),
        findings=verdict.findings,
    )


def with_manifests(seen: Observed, change: Callable[[SeenManifest], SeenManifest]) -> Observed:
    """All manifests changed."""
    return replace(seen, manifests=tuple(map(change, seen.manifests)))


def with_files(edit: Callable[[Dataset], None]) -> Callable[[Observed], Observed]:
    """All manifests as other files."""
    return lambda seen: with_manifests(seen, lambda manifest: edited(manifest, edit))


def with_entries(
    change: Callable[[DocumentEntry], DocumentEntry], *, reports: bool = False
) -> Callable[[Observed], Observed]:
    """All entries of manifests changed, or all of reports."""

    def changed(entry: DocumentEntry) -> DocumentEntry:
        return change(entry) if (entry.mimeType != "application/dicom") is reports else entry

    def broken(seen: Observed) -> Observed:
        documents = {
            "manifests": tuple(replace(each, entry=changed(each.entry)) for each in seen.manifests),
            "reports": tuple(replace(each, entry=changed(each.entry)) for each in seen.reports),
        }
        return replace(seen, entries=tuple(map(changed, seen.entries)), **documents)

    return broken


def content_items(dataset: Dataset) -> Iterator[tuple[Dataset, Dataset]]:
    """Every content item below the root, with what holds it."""
    for item in dataset.get("ContentSequence", ()):
        yield dataset, item
        yield from content_items(item)


def without_items(code: str) -> Callable[[Dataset], None]:
    """Removes the content items with that concept, at any depth."""

    def edit(dataset: Dataset) -> None:
        for holder, item in list(content_items(dataset)):
            concept = item.get("ConceptNameCodeSequence")
            if concept and concept[0].CodeValue == code:
                holder.ContentSequence = [each for each in holder.ContentSequence if each is not item]

    return edit

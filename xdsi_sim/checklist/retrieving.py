"""Documents in a survey: each that is Approved is fetched and read; of manifests also what they stand for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.checklist.cda import header_ids
from xdsi_sim.checklist.described import describe
from xdsi_sim.checklist.observed import Located, Note, SeenManifest, SeenReport
from xdsi_sim.checklist.playing import Played, Player
from xdsi_sim.checklist.two_level import is_manifest
from xdsi_sim.clock import now
from xdsi_sim.content import read_all
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.kos_document import Item, read_document
from xdsi_sim.dicom.manifest import Manifest, RetrieveLocation, compose_manifest
from xdsi_sim.dicom.manifest_diff import differences
from xdsi_sim.dicom.manifest_header import Custodian
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION, Study
from xdsi_sim.dicom.summary import header_of, summarise
from xdsi_sim.dicom.titles import MANIFEST_TITLES
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.rules.manifest import check_manifest
from xdsi_sim.scenario.steps.locate import LOCATE, LocatedSeries
from xdsi_sim.scenario.steps.retrieve import RETRIEVE, RetrievedDocument
from xdsi_sim.topology.model import Source, Topology
from xdsi_sim.vocab import APPROVED

__all__ = ["Read", "read_documents"]

_JSON: Final = "application/dicom+json"
_MODES: Final = ("retrieve-url", "location-uid")
_CDA: Final = ("text/xml", "application/xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What retrieval has brought."""

    asked: tuple[DocumentEntry, ...]
    """Entries whose documents were asked for."""
    manifests: tuple[SeenManifest, ...]
    reports: tuple[SeenReport, ...]
    series: dict[tuple[str, str], tuple[LocatedSeries, ...]]
    """What was located, by uniqueId of the manifest and mode."""


def read_documents(player: Player, entries: Iterable[DocumentEntry], most: int) -> Read:
    """Fetch what holds, one message each, so that none stands in the way of others.

    Of manifests, and of reports, so many at `most`: a real patient has more than can be fetched.
    """
    manifests, reports = [], []
    series: dict[tuple[str, str], tuple[LocatedSeries, ...]] = {}
    holding = [entry for entry in entries if entry.availabilityStatus == APPROVED]
    kinds = ([entry for entry in holding if is_manifest(entry) is kind] for kind in (True, False))
    asked = tuple(entry for kind in kinds for entry in kind[:most])
    for entry in asked:
        document, played = _fetch(player, entry)
        if not is_manifest(entry):
            reports.append(_report(entry, document, played))
        elif document is not None:
            seen, located = _manifest(player, document, played)
            if seen is not None:
                manifests.append(seen)
                series.update({(seen.name, mode): found for mode, found in located.items()})
    return Read(asked=asked, manifests=tuple(manifests), reports=tuple(reports), series=series)


def _fetch(player: Player, entry: DocumentEntry) -> tuple[RetrievedDocument | None, Played]:
    asker = player.asker
    played = player.play(
        f"{entry.title or entry.uniqueId}",
        RETRIEVE,
        consumer=asker.consumer,
        entries=(entry,),
        through=asker.through,
    )
    documents = played.value["documents"] if played.value else ()
    return (documents[0] if documents else None), played


def _report(entry: DocumentEntry, document: RetrievedDocument | None, played: Played) -> SeenReport:
    readable = document is not None and document.mimeType.partition(";")[0].strip() in _CDA
    header = header_ids(document.content) if document is not None and readable else None
    return SeenReport(entry=entry, header=header, message=played.message)


# --- manifests -------------------------------------------------------------------------------


def _manifest(
    player: Player, retrieved: RetrievedDocument, played: Played
) -> tuple[SeenManifest | None, dict[str, tuple[LocatedSeries, ...]]]:
    """Read it, locate its series, and ask its source; None for what is no DICOM object at all."""
    document = read_document(retrieved.content)
    if document.root is None:
        return None, {}
    manifest = _read(retrieved)
    located = {mode: _locate(player, retrieved, mode) for mode in _MODES} if manifest else {}
    bases = [each.base for mode in _MODES for each in located.get(mode, ())]
    uid = document.root.text("StudyInstanceUID") or ""
    served, notes, served_by = _served(player, bases[0], uid) if bases else (None, (), None)
    verdict = check_manifest(document, entry=retrieved.entry, served=served)
    seen = SeenManifest(
        entry=retrieved.entry,
        document=document,
        root=document.root,
        manifest=manifest,
        described=describe(document, manifest.library if manifest else None),
        findings=verdict.findings,
        served=served,
        notes=notes,
        located=tuple(_located(document_series, located) for document_series in _wanted(manifest)),
        remade=_remade(player.running.topology, manifest, served),
        message=played.message,
        served_by=served_by,
    )
    return seen, located


def _read(retrieved: RetrievedDocument) -> Manifest | None:
    from xdsi_sim.dicom.kos import read_manifest  # noqa: PLC0415  brings pydicom

    try:
        return read_manifest(retrieved.content)
    except DicomError:
        return None


def _wanted(manifest: Manifest | None) -> Iterator[tuple[str, str]]:
    """Each series, by each mode."""
    return (
        (series.series_instance_uid, mode)
        for series in (manifest.series if manifest else ())
        for mode in _MODES
    )


def _located(wanted: tuple[str, str], located: dict[str, tuple[LocatedSeries, ...]]) -> Located:
    uid, mode = wanted
    base = next((each.base for each in located.get(mode, ()) if each.seriesInstanceUID == uid), None)
    return Located(seriesInstanceUID=uid, mode=mode, base=base)


def _locate(player: Player, document: RetrievedDocument, mode: str) -> tuple[LocatedSeries, ...]:
    played = player.play(
        f"Where {document.entry.title} is, by {mode}",
        LOCATE,
        consumer=player.asker.consumer,
        manifests=(document,),
        mode=mode,
        complete=False,
    )
    return played.value["series"] if played.value else ()


# --- what the source has ---------------------------------------------------------------------


def _served(player: Player, base: str, uid: str) -> tuple[Study | None, tuple[Note, ...], str | None]:
    """The study as its source tells it, and the key image notes in it (PS3.18: 10.4)."""
    reply, played = player.get(f"What {uid} is at its source", f"{base}/studies/{uid}/metadata", _JSON)
    if reply is None or reply.status != 200 or not reply.parts:
        return None, (), played.message
    try:
        instances: list[dict[str, Any]] = json.loads(read_all(reply.parts[0].content))
        study = summarise(header_of(instance) for instance in instances)
        notes = tuple(_notes(instances))
    except (ValueError, AttributeError, TypeError, DicomError):
        return None, (), played.message
    return study, notes, played.message


def _notes(instances: Iterable[dict[str, Any]]) -> Iterator[Note]:
    for instance in map(Item, instances):
        title = instance.code("ConceptNameCodeSequence")
        if instance.text("SOPClassUID") != KEY_OBJECT_SELECTION or title is None:
            continue
        if title.value not in MANIFEST_TITLES:
            yield Note(
                sopInstanceUID=instance.text("SOPInstanceUID") or "",
                title=title.value,
                description=_description(instance),
                references=frozenset(
                    item.text("ReferencedSOPInstanceUID") or ""
                    for study in instance.members("CurrentRequestedProcedureEvidenceSequence")
                    for series in study.members("ReferencedSeriesSequence")
                    for item in series.members("ReferencedSOPSequence")
                ),
            )


def _description(note: Item) -> str | None:
    content = note.members("ContentSequence")
    return next((item.text("TextValue") for item in content if item.text("ValueType") == "TEXT"), None)


def _remade(topology: Topology, manifest: Manifest | None, served: Study | None) -> tuple[str, ...] | None:
    """What a manifest that is made anew from the images says otherwise; None where it cannot be made."""
    if manifest is None or served is None or not manifest.series:
        return None
    first = manifest.series[0]
    location = RetrieveLocation(
        oid=first.retrieve_location_uid or "",
        ae_title=first.retrieve_ae_title,
        retrieve_url=first.retrieve_url,
        display_uri=manifest.display_uri,
    )
    try:
        again = compose_manifest(
            served,
            location,
            now=now(),
            new_uid=lambda: "2.999",
            profile="mado" if manifest.library is not None else "xds-i",
            custodian=_custodian(topology, location.oid),
        )
    except (DicomError, ValueError):
        return None
    return tuple(each.name for each in differences(manifest, again))


def _custodian(topology: Topology, oid: str) -> Custodian:
    """What the source with this OID adds of its own."""
    for placed in topology.actors():
        source = placed.actor
        if isinstance(source, Source) and source.oid == oid:
            return Custodian(
                institution=source.institution,
                patients=placed.community.patientAuthority,
                accessions=source.accessionAuthority,
                orders=source.orderAuthority,
            )
    return Custodian()

"""What `manifest` shows of a document: lines for people, values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xdsi_sim.dicom.image_library import LibraryEntry, LibraryGroup
from xdsi_sim.dicom.manifest import Manifest, ManifestSeries, Reference
from xdsi_sim.dicom.manifest_diff import shown

__all__ = ["facts_of", "lines_of", "value_of"]


def facts_of(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    """Labels and texts of the header, those without a text left out."""
    header, title = manifest.header, manifest.title
    written = f"{manifest.content_date or ''} {manifest.content_time or ''} {header.timezone_offset or ''}"
    facts = (
        ("Title", f"{title.value} {title.meaning}"),
        ("SOP Instance UID", manifest.sop_instance_uid),
        ("Written", " ".join(written.split())),
        ("Because", ", ".join(modifier.meaning for modifier in manifest.modifiers)),
        ("Note", manifest.description),
        ("Patient", header.patient.name),
        ("Patient ids", ", ".join(shown(identifier) or "" for identifier in header.patient.ids)),
        ("Study", header.study_instance_uid),
        ("Described as", header.description),
        ("Done", f"{header.date or ''} {header.time or ''}".strip()),
        ("Institution", header.institution),
        ("Accession", shown(header.accession)),
        *(("Request", text) for text in _requests(manifest)),
        ("Viewer", manifest.display_uri),
    )
    return tuple((label, text) for label, text in facts if text)


def _requests(manifest: Manifest) -> Iterator[str]:
    for request in manifest.header.requests:
        told = {
            "accession": shown(request.accession),
            "order": shown(request.placer_order),
            "procedure": request.procedure_description,
        }
        yield ", ".join(f"{name} {text}" for name, text in told.items() if text)


def lines_of(manifest: Manifest) -> Iterator[str]:
    """The header, then the tree of series and instances."""
    yield from (f"{label:<17} {text}" for label, text in facts_of(manifest))
    groups = _groups(manifest)
    for series in manifest.series:
        group = groups.get(series.series_instance_uid)
        yield f"Series {series.series_instance_uid}{_told(_series_facts(series, group))}"
        entries = {entry.sop_instance_uid: entry for entry in group.entries} if group else {}
        for reference in series.references:
            told = _instance_facts(reference, entries.get(reference.sop_instance_uid))
            yield f"  {reference.sop_instance_uid}{_told(told)}"


def _groups(manifest: Manifest) -> dict[str | None, LibraryGroup]:
    groups = manifest.library.groups if manifest.library else ()
    return {group.series_instance_uid: group for group in groups}


def _told(facts: dict[str, Any]) -> str:
    texts = [f"{name} {value}" for name, value in facts.items() if value not in (None, "")]
    return f"  {', '.join(texts)}" if texts else ""


def _series_facts(series: ManifestSeries, group: LibraryGroup | None) -> dict[str, Any]:
    described = {
        "modality": group.modality.value if group and group.modality else None,
        "number": group.number if group else None,
        "description": group.description if group else None,
        "laterality": group.laterality.meaning if group and group.laterality else None,
        "region": ", ".join(region.meaning for region in group.regions) if group else None,
    }
    return {
        **described,
        "instances": len(series.references),
        "location": series.retrieve_location_uid,
        "AE": series.retrieve_ae_title,
        "URL": series.retrieve_url,
    }


def _instance_facts(reference: Reference, entry: LibraryEntry | None) -> dict[str, Any]:
    return {
        "class": reference.sop_class_uid,
        "number": entry.number if entry else None,
        "frames": entry.frames if entry else None,
        "title": entry.title.meaning if entry and entry.title else None,
        "note": entry.description if entry else None,
    }


def value_of(manifest: Manifest) -> dict[str, Any]:
    """The same for programs; what is not told is null."""
    header, groups = manifest.header, _groups(manifest)
    return {
        "title": {"code": manifest.title.value, "meaning": manifest.title.meaning},
        "sopInstanceUID": manifest.sop_instance_uid,
        "seriesInstanceUID": manifest.series_instance_uid,
        "description": manifest.description,
        "patient": {
            "name": header.patient.name,
            "birthDate": header.patient.birth_date,
            "sex": header.patient.sex,
            "ids": [shown(identifier) for identifier in header.patient.ids],
        },
        "studyInstanceUID": header.study_instance_uid,
        "studyDescription": header.description,
        "studyDate": header.date,
        "accession": shown(header.accession),
        "requests": [
            {"accession": shown(request.accession), "order": shown(request.placer_order)}
            for request in header.requests
        ],
        "series": [
            _series_value(series, groups.get(series.series_instance_uid)) for series in manifest.series
        ],
    }


def _series_value(series: ManifestSeries, group: LibraryGroup | None) -> dict[str, Any]:
    entries = {entry.sop_instance_uid: entry for entry in group.entries} if group else {}
    facts = _series_facts(series, group)
    return {
        "seriesInstanceUID": series.series_instance_uid,
        **{name: facts[name] for name in ("modality", "number", "description")},
        "retrieveLocationUID": series.retrieve_location_uid,
        "retrieveAETitle": series.retrieve_ae_title,
        "retrieveURL": series.retrieve_url,
        "instances": [
            {
                "sopInstanceUID": reference.sop_instance_uid,
                "sopClassUID": reference.sop_class_uid,
                "number": entries[reference.sop_instance_uid].number
                if reference.sop_instance_uid in entries
                else None,
            }
            for reference in series.references
        ],
    }

from __future__ import annotations

import io
import shutil
import subprocess
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileDataset

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.errors import DicomError, NotDicom, NotKeyObjectSelection, NotManifest
from xdsi_sim.dicom.image_library import ImageLibrary, LibraryEntry, LibraryGroup
from xdsi_sim.dicom.kos import read_manifest, read_selection, write_manifest
from xdsi_sim.dicom.manifest import (
    MANIFEST_TITLES,
    ContentReference,
    Manifest,
    ManifestSeries,
    Reference,
    RetrieveLocation,
    compose_manifest,
    compose_note,
)
from xdsi_sim.dicom.samples import SAMPLES
from xdsi_sim.dicom.study import Patient, Request, Study, StudyHeader
from xdsi_sim.dicom.titles import NOTE_TITLES, PROFILE_TITLES, TITLE_MODIFIERS, ManifestProfile

NORTH = RetrieveLocation(oid="2.999.20", ae_title="NORTH_PACS", retrieve_url="https://north/dicom-web")
NOW = datetime(2024, 7, 1, 12, 0, 0, tzinfo=UTC)
NIST = Path(__file__).parents[3] / "shared" / "data" / "nist" / "dicom"


def built(study: Study, profile: ManifestProfile = "xds-i") -> bytes:
    numbers = count(1)
    manifest = compose_manifest(
        study, NORTH, now=NOW, new_uid=lambda: f"2.999.99.{next(numbers)}", profile=profile
    )
    return write_manifest(manifest)


@pytest.fixture(scope="module")
def ct_head(studies: dict[str, Study]) -> FileDataset:
    """The manifest of a study with all there can be, as a foreign reader sees it."""
    return pydicom.dcmread(io.BytesIO(built(studies["ct-head"])))


# --- round trip ---

text = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\\^="), min_size=1
)
short = text.filter(lambda value: len(value) <= 16)
uids = st.from_regex(r"2\.999(\.[1-9][0-9]{0,5}){1,5}", fullmatch=True)
maybe_short = st.none() | short
issuers = st.builds(HierarchicDesignator.of, uids, maybe_short) | st.builds(
    HierarchicDesignator, namespace_id=short
)
identifiers = st.builds(Identifier, short, st.none() | issuers)
codes = st.builds(CodedEntry, short, short, short)
dates = st.dates().map(lambda day: day.strftime("%Y%m%d").zfill(8))
times = st.times().map(lambda time: time.strftime("%H%M%S"))
requests = st.builds(
    Request,
    accession=identifiers,
    placer_order=st.none() | identifiers,
    filler_order=st.none() | identifiers,
    procedure_id=maybe_short,
    procedure_description=maybe_short,
    procedure_codes=st.lists(codes, max_size=2, unique=True).map(tuple),
)
patients = st.builds(
    Patient,
    ids=st.lists(identifiers, min_size=1, max_size=3, unique=True).map(tuple),
    name=st.none() | st.lists(short, min_size=1, max_size=5).map("^".join),
    birth_date=st.none() | dates,
    sex=st.sampled_from([None, "F", "M", "O"]),
)
headers = st.builds(
    StudyHeader,
    study_instance_uid=uids,
    patient=patients,
    date=st.none() | dates,
    time=st.none() | times,
    timezone_offset=st.sampled_from([None, "+0100", "-0330"]),
    study_id=maybe_short,
    description=maybe_short,
    referring_physician=maybe_short,
    institution=maybe_short,
    accession=st.none(),
    procedure_codes=st.lists(codes, max_size=2, unique=True).map(tuple),
    requests=st.lists(requests, min_size=2, max_size=3, unique=True).map(tuple),
)
references = st.builds(Reference, uids, uids)
series = st.builds(
    ManifestSeries,
    study_instance_uid=st.just("2.999.1"),
    series_instance_uid=uids,
    retrieve_location_uid=st.none() | uids,
    retrieve_ae_title=st.sampled_from([None, "PACS"]),
    retrieve_url=st.sampled_from([None, "https://h/dicom-web", "http://h/studies/1"]),
    references=st.lists(references, max_size=3).map(tuple),
)
numbers = st.none() | st.integers(0, 2**31 - 1)
entries = st.builds(
    LibraryEntry,
    value_type=st.sampled_from(["IMAGE", "WAVEFORM", "COMPOSITE"]),
    sop_class_uid=uids,
    sop_instance_uid=uids,
    frames=numbers,
    number=maybe_short,
    title=st.none() | codes,
    description=maybe_short,
)
groups = st.builds(
    LibraryGroup,
    series_instance_uid=st.none() | uids,
    modality=st.none() | codes,
    date=st.none() | dates,
    time=st.none() | times,
    description=maybe_short,
    number=maybe_short,
    regions=st.lists(codes, max_size=2).map(tuple),
    count=numbers,
    laterality=st.none() | codes,
    entries=st.lists(entries, max_size=2).map(tuple),
)
libraries = st.builds(
    ImageLibrary,
    modalities=st.lists(codes, max_size=2).map(tuple),
    regions=st.lists(codes, max_size=2).map(tuple),
    count=numbers,
    groups=st.lists(groups, max_size=2).map(tuple),
)
manifests = st.builds(
    Manifest,
    sop_instance_uid=uids,
    series_instance_uid=uids,
    title=st.sampled_from(list(MANIFEST_TITLES.values())),
    header=headers,
    content_date=st.none() | dates,
    content_time=st.none() | times,
    manufacturer=maybe_short,
    series_number=numbers,
    series=st.lists(series, max_size=3).map(tuple),
    content=st.lists(
        st.builds(ContentReference, st.sampled_from(["IMAGE", "WAVEFORM", "COMPOSITE"]), references),
        max_size=3,
    ).map(tuple),
    modifiers=st.lists(codes, max_size=1).map(tuple),
    description=maybe_short,
    library=st.none() | libraries,
)


@given(manifests)
def test_what_is_written_is_read_again(manifest: Manifest) -> None:
    assert read_manifest(BytesContent(write_manifest(manifest))) == manifest


each_sample = pytest.mark.parametrize("name", SAMPLES)
each_profile = pytest.mark.parametrize("profile", PROFILE_TITLES)


@each_sample
@each_profile
def test_the_manifest_of_a_sample_is_read_again(
    name: str, profile: ManifestProfile, studies: dict[str, Study]
) -> None:
    uids = count(1)
    manifest = compose_manifest(
        studies[name], NORTH, now=NOW, new_uid=lambda: f"2.999.99.{next(uids)}", profile=profile
    )
    assert read_manifest(BytesContent(built(studies[name], profile))) == manifest
    assert manifest.title == PROFILE_TITLES[profile]


def test_where_the_study_is_shown_is_read_again(studies: dict[str, Study]) -> None:
    location = replace(NORTH, display_uri="https://viewer.example.org/?study=1")
    uids = count(1)
    manifest = compose_manifest(
        studies["cr-chest"], location, now=NOW, new_uid=lambda: f"2.999.99.{next(uids)}"
    )
    assert read_manifest(BytesContent(write_manifest(manifest))) == manifest
    assert manifest.display_uri == location.display_uri


# --- the file, read by others ---


SHORT = {
    "SERIES": "CurrentRequestedProcedureEvidenceSequence.0.ReferencedSeriesSequence.1",
    "REQUEST": "ReferencedRequestSequence.0",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.88.59"),
        ("SOPInstanceUID", "2.999.99.1"),
        ("SpecificCharacterSet", "ISO_IR 192"),
        ("TimezoneOffsetFromUTC", "+0100"),
        ("PatientName", "Bergström^Anna^Maria"),
        ("PatientID", "N-4711"),
        ("IssuerOfPatientID", "NORTH"),
        ("IssuerOfPatientIDQualifiersSequence.0.UniversalEntityID", "2.999.20.1"),
        ("IssuerOfPatientIDQualifiersSequence.0.UniversalEntityIDType", "ISO"),
        ("PatientBirthDate", "19740312"),
        ("PatientSex", "F"),
        ("OtherPatientIDsSequence.0.PatientID", "N-4711"),
        ("OtherPatientIDsSequence.1.PatientID", "NAT-1001"),
        ("OtherPatientIDsSequence.1.TypeOfPatientID", "TEXT"),
        ("StudyInstanceUID", "2.999.76.1"),
        ("StudyDate", "20240212"),
        ("StudyTime", "083015"),
        ("ReferringPhysicianName", "Weiss^Clara^^Dr"),
        ("StudyID", "S1"),
        ("AccessionNumber", "ACC-0001"),
        ("IssuerOfAccessionNumberSequence.0.UniversalEntityID", "2.999.20.2"),
        ("StudyDescription", "CT Head"),
        ("ProcedureCodeSequence.0.CodeValue", "24725-4"),
        ("Modality", "KO"),
        ("SeriesInstanceUID", "2.999.99.2"),
        ("SeriesNumber", 59),
        ("SeriesDate", "20240701"),
        ("SeriesTime", "130000"),
        ("SeriesDescription", "Manifest"),
        ("ReferencedPerformedProcedureStepSequence", []),
        ("Manufacturer", "XDS-I simulator"),
        ("InstitutionName", "North Hospital"),
        ("InstanceNumber", 1),
        ("ContentDate", "20240701"),
        ("ContentTime", "130000"),
        ("REQUEST.StudyInstanceUID", "2.999.76.1"),
        ("REQUEST.ReferencedStudySequence", []),
        ("REQUEST.AccessionNumber", "ACC-0001"),
        ("REQUEST.IssuerOfAccessionNumberSequence.0.UniversalEntityID", "2.999.20.2"),
        ("REQUEST.PlacerOrderNumberImagingServiceRequest", "ORD-0001"),
        ("REQUEST.OrderPlacerIdentifierSequence.0.UniversalEntityID", "2.999.10.2"),
        ("REQUEST.FillerOrderNumberImagingServiceRequest", ""),
        ("REQUEST.RequestedProcedureID", "RP1"),
        ("REQUEST.RequestedProcedureDescription", "CT Head"),
        ("REQUEST.RequestedProcedureCodeSequence.0.CodeValue", "24725-4"),
        ("CurrentRequestedProcedureEvidenceSequence.0.StudyInstanceUID", "2.999.76.1"),
        ("SERIES.SeriesInstanceUID", "2.999.76.1.2"),
        ("SERIES.RetrieveAETitle", "NORTH_PACS"),
        ("SERIES.RetrieveLocationUID", "2.999.20"),
        ("SERIES.RetrieveURL", "https://north/dicom-web"),
        ("SERIES.ReferencedSOPSequence.0.ReferencedSOPClassUID", "1.2.840.10008.5.1.4.1.1.2"),
        ("SERIES.ReferencedSOPSequence.0.ReferencedSOPInstanceUID", "2.999.76.1.2.1"),
        ("ValueType", "CONTAINER"),
        ("ConceptNameCodeSequence.0.CodeValue", "113030"),
        ("ConceptNameCodeSequence.0.CodingSchemeDesignator", "DCM"),
        ("ConceptNameCodeSequence.0.CodeMeaning", "Manifest"),
        ("ContinuityOfContent", "SEPARATE"),
        ("ContentTemplateSequence.0.MappingResource", "DCMR"),
        ("ContentTemplateSequence.0.TemplateIdentifier", "2010"),
        ("ContentSequence.0.RelationshipType", "CONTAINS"),
        ("ContentSequence.0.ValueType", "IMAGE"),
        ("ContentSequence.0.ReferencedSOPSequence.0.ReferencedSOPInstanceUID", "2.999.76.1.1.1"),
    ],
)
def test_a_foreign_reader_finds_each_attribute_of_the_baseline(
    ct_head: FileDataset, path: str, expected: object
) -> None:
    value: object = ct_head
    first, _, rest = path.partition(".")
    for step in f"{SHORT.get(first, first)}.{rest}".rstrip(".").split("."):
        value = value[int(step)] if step.isdigit() else getattr(value, step)  # type: ignore[index]
    assert value == expected


@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        ("MediaStorageSOPClassUID", "1.2.840.10008.5.1.4.1.1.88.59"),
        ("MediaStorageSOPInstanceUID", "2.999.99.1"),
        ("TransferSyntaxUID", "1.2.840.10008.1.2.1"),
        ("ImplementationClassUID", part10.IMPLEMENTATION_CLASS_UID),
    ],
)
def test_the_meta_header_names_the_manifest(ct_head: FileDataset, keyword: str, expected: str) -> None:
    assert ct_head.file_meta[keyword].value == expected


def a_note(study: Study, title: str = "113001", modifier: str = "111210") -> bytes:
    uids = count(1)
    return write_manifest(
        compose_note(
            study,
            [study.instances[0].sop_instance_uid],
            title=NOTE_TITLES[title],
            now=NOW,
            new_uid=lambda: f"2.999.98.{next(uids)}",
            description="Blurred",
            modifiers=(TITLE_MODIFIERS[title][modifier],),
        )
    )


KINDS: dict[str, Callable[[Study], bytes]] = {
    "xds-i": built,
    "mado": lambda study: built(study, "mado"),
    "note": a_note,
}
each_kind = pytest.mark.parametrize("kind", KINDS)

# The checkers know the templates of a Key Object Selection as they were before MADO added to them.
NEWER_VALUE_TYPES = tuple(f"enumerated value <{name}>" for name in ("NUM", "DATE", "TIME"))


def complaints(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [
        line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("Error", "E:", "F:"))
    ]


@pytest.mark.skipif(
    shutil.which("dciodvfy") is None, reason="dciodvfy (Debian package dicom3tools) is not installed"
)
@each_sample
@each_kind
def test_the_iod_checker_finds_no_error(
    name: str, kind: str, studies: dict[str, Study], tmp_path: Path
) -> None:
    path = tmp_path / "manifest.dcm"
    path.write_bytes(KINDS[kind](studies[name]))
    known = ("Inappropriate example root for UID", *(NEWER_VALUE_TYPES if kind == "mado" else ()))
    found = complaints("dciodvfy", str(path))
    assert [error for error in found if not any(text in error for text in known)] == []


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="dsrdump (Debian package dcmtk) is not installed")
@each_sample
@each_kind
def test_the_reader_of_structured_reports_finds_no_error(
    name: str, kind: str, studies: dict[str, Study], tmp_path: Path
) -> None:
    path = tmp_path / "manifest.dcm"
    path.write_bytes(KINDS[kind](studies[name]))
    relations = ["--ignore-constraints"] if kind == "mado" else []
    assert complaints("dsrdump", *relations, str(path)) == []


# --- other people's files ---


@pytest.mark.skipif(not NIST.is_dir(), reason=f"no {NIST}")
@pytest.mark.parametrize(
    ("name", "location", "instances"),
    [
        ("kos-4801a-evaluate.dcm", "1.3.6.1.4.1.21367.13.80.110", 1),
        ("kos-idc-001a.dcm", "1.3.6.1.4.1.21367.102.1.1", 1),
        ("kos-idc-012a.dcm", "1.3.6.1.4.1.21367.102.1.1", 1),
        ("kos-idc-033a.dcm", "1.3.6.1.4.1.21367.102.1.1", 2),
    ],
)
def test_manifests_of_a_test_tool_are_read(name: str, location: str, instances: int) -> None:
    manifest = read_manifest(FileContent.of(NIST / name))
    assert [series.retrieve_location_uid for series in manifest.series] == [location]
    assert len(manifest.references) == instances
    assert {member.reference for member in manifest.content} == set(manifest.references)


def test_bytes_that_are_not_dicom_are_no_manifest() -> None:
    with pytest.raises(NotDicom):
        read_manifest(BytesContent(b"%PDF-1.7"))


def test_an_image_is_no_manifest(sample_files: dict[str, tuple[Path, ...]]) -> None:
    with pytest.raises(NotKeyObjectSelection, match=r"1\.2\.840\.10008\.5\.1\.4\.1\.1\.2"):
        read_manifest(FileContent.of(sample_files["ct-head"][0]))


def test_a_key_image_note_is_no_manifest(studies: dict[str, Study]) -> None:
    note = BytesContent(a_note(studies["cr-chest"]))
    with pytest.raises(NotManifest, match="Rejected for Quality Reasons"):
        read_manifest(note)


def test_a_key_image_note_is_read_with_what_it_says(studies: dict[str, Study]) -> None:
    note = read_selection(BytesContent(a_note(studies["cr-chest"])))
    assert (note.title.meaning, note.description) == ("Rejected for Quality Reasons", "Blurred")
    assert [modifier.meaning for modifier in note.modifiers] == ["Motion blur"]
    assert len(note.references) == 1


def test_an_image_library_does_not_count_its_instances_twice(studies: dict[str, Study]) -> None:
    dataset = part10.read(BytesContent(built(studies["cr-chest"])))
    library = Dataset()
    library.ValueType = "CONTAINER"
    library.ContentSequence = list(dataset.ContentSequence)
    dataset.ContentSequence = [library, *dataset.ContentSequence]
    manifest = read_manifest(BytesContent(part10.write(dataset)))
    assert [member.reference for member in manifest.content] == list(manifest.references)


@given(st.integers(132, 4000), st.binary(min_size=1, max_size=8))
def test_octets_overwritten_give_a_document_or_a_refusal(
    studies: dict[str, Study], place: int, octets: bytes
) -> None:
    data = bytearray(built(studies["ct-head"], "mado"))
    place %= len(data)
    data[place : place + len(octets)] = octets
    with warnings.catch_warnings(), suppress(DicomError):
        warnings.simplefilter("ignore")
        read_selection(BytesContent(bytes(data)))

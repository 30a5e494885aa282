from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manifest_examples import EXAMPLES, base, entry, study

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom.kos_document import read_document
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.rules.manifest import MANIFEST_RULES, check_manifest
from xdsi_sim.rules.manifest_subject import Kind
from xdsi_sim.vocab import NS

NIST = Path(__file__).parents[3] / "shared" / "data" / "nist" / "dicom"
KINDS: tuple[Kind, ...] = get_args(Kind)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong_with_a_sound_document(kind: Kind) -> None:
    document = read_document(BytesContent(base(kind)))
    told = None if kind == "note" else entry(kind)
    assert check_manifest(document, expected=kind, entry=told, served=study()).findings == ()


def test_each_rule_has_an_example() -> None:
    assert {example.rule for example in EXAMPLES} == {rule.id for rule in MANIFEST_RULES}


def test_each_rule_says_where_it_is_from() -> None:
    assert [rule.id for rule in MANIFEST_RULES if not (rule.cites and rule.text)] == []


def test_each_rule_is_in_the_manual() -> None:
    page = (Path(__file__).parents[2] / "docs" / "manifests.md").read_text(encoding="utf-8")
    rows = [f"| {rule.id} | {rule.severity} | {rule.text} | {rule.cites} |" for rule in MANIFEST_RULES]
    assert [row for row in rows if row not in page] == []


# --- many faults at once ---


def ten_faults() -> bytes:
    """Each in another place, so that none may hide another."""
    dataset = pydicom.dcmread(io.BytesIO(base("mado")))
    evidence = dataset.CurrentRequestedProcedureEvidenceSequence[0]
    first, second = evidence.ReferencedSeriesSequence[:2]
    del dataset.StudyID
    dataset.StudyDate = "12.02.2024"
    dataset.ContinuityOfContent = "CONTINUOUS"
    del first.RetrieveLocationUID
    first.RetrieveURL = "ftp://north/"
    second.RetrieveURL = "https://north/studies/2.999.76.1"
    second.ReferencedSOPSequence[0].ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    del dataset.ReferencedRequestSequence[0].OrderPlacerIdentifierSequence
    dataset.OtherPatientIDsSequence[1].IssuerOfPatientIDQualifiersSequence[0].UniversalEntityID = "1.02"
    library = dataset.ContentSequence[1]
    library.ContentSequence[2].MeasuredValueSequence[0].NumericValue = "5"
    target = io.BytesIO()
    dataset.save_as(target)
    return target.getvalue()


def test_ten_faults_are_ten_findings_with_path_and_citation() -> None:
    found = check_manifest(read_document(BytesContent(ten_faults()))).findings
    series = "(0040,A375)[1].(0008,1115)"
    assert sorted((one.rule, one.location or "") for one in found) == [
        ("M06", "(0020,0010)"),
        ("M13", "(0008,0020)"),
        ("M14", "(0010,1002)[2].(0010,0024)[1].(0040,0032)"),
        ("M20", "(0040,A050)"),
        ("M26", "(0040,A730)[9].(0008,1199)[1].(0008,1150)"),
        ("M34", f"{series}[1].(0040,E011)"),
        ("M36", f"{series}[1].(0008,1190)"),
        ("M37", f"{series}[2].(0008,1190)"),
        ("M44", "(0040,A370)[1].(0040,0026)"),
        ("M56", "(0040,A730)[2].(0040,A730)[3]"),
    ]
    assert all(one.cites for one in found)


# --- what comes from elsewhere ---

ADVICE = {"M36", "M43", "M45"}


@pytest.mark.skipif(not NIST.is_dir(), reason=f"no {NIST}")
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("kos-4801a-evaluate.dcm", {("M08", Severity.ERROR)}),
        ("kos-idc-001a.dcm", {("M28", Severity.WARNING)}),
        ("kos-idc-012a.dcm", {("M28", Severity.WARNING)}),
        ("kos-idc-033a.dcm", {("M28", Severity.WARNING)}),
    ],
)
def test_manifests_of_a_test_tool_break_what_they_break(name: str, wrong: set[tuple[str, Severity]]) -> None:
    found = check_manifest(read_document(FileContent.of(NIST / name))).findings
    assert {(one.rule, one.severity) for one in found} == wrong | {(id, Severity.INFO) for id in ADVICE}


@pytest.mark.skipif(not NIST.is_dir(), reason=f"no {NIST}")
@pytest.mark.parametrize(("name", "of_entry"), [("001a", {"M70"}), ("033a", {"M62", "M70"})])
def test_metadata_of_a_test_tool_agree_but_for_times_and_reference_ids(name: str, of_entry: set[str]) -> None:
    metadata = parse((NIST / f"kos-idc-{name}-metadata.xml").read_bytes())
    objects = read_object_list(next(metadata.iter(f"{{{NS.RIM}}}RegistryObjectList")))
    document = read_document(FileContent.of(NIST / f"kos-idc-{name}.dcm"))
    found = check_manifest(document, entry=objects.documentEntries[0]).findings
    linked = {one.rule for one in found if one.rule >= "M60"}
    assert linked == {"M65", "M66"} | of_entry
    assert {one.severity for one in found if one.rule >= "M60"} == {Severity.WARNING}


def test_an_image_is_told_to_be_something_else(tmp_path: Path) -> None:
    from xdsi_sim.dicom.samples import write_sample  # noqa: PLC0415

    image = write_sample("cr-chest", tmp_path)[0]
    found = check_manifest(read_document(FileContent.of(image))).findings
    assert [one.rule for one in found] == ["M04", "M04"]


@pytest.mark.parametrize("expected", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_document_of_one_kind_judged_as_another_is_told_so(kind: Kind, expected: Kind) -> None:
    found = check_manifest(read_document(BytesContent(base(kind))), expected=expected).findings
    assert ("M22" in {one.rule for one in found}) is (kind != expected)


# --- any octets ---


def judged(data: bytes, kind: Kind) -> tuple[Finding, ...]:
    document = read_document(BytesContent(data))
    return check_manifest(document, entry=replace(entry(kind), hash=None), served=study()).findings


@given(st.binary(max_size=300))
def test_any_octets_come_to_findings(data: bytes) -> None:
    assert "M01" in {one.rule for one in judged(data, "mado")}


@given(st.sampled_from(KINDS[:2]), st.integers(132, 4000), st.binary(min_size=1, max_size=8))
def test_a_manifest_with_octets_overwritten_is_judged(kind: Kind, place: int, octets: bytes) -> None:
    data = bytearray(base(kind))
    place %= len(data)
    data[place : place + len(octets)] = octets
    judged(bytes(data), kind)


@given(st.sampled_from(KINDS[:2]), st.integers(0, 6000))
def test_a_manifest_that_breaks_off_has_findings(kind: Kind, length: int) -> None:
    data = base(kind)
    assert judged(data[: length % len(data)], kind)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileDataset

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10


def tree(node: Dataset) -> Iterator[Dataset]:
    for member in node.get("ContentSequence", []):
        yield member
        yield from tree(member)


@pytest.fixture(scope="module")
def report(sample_files: dict[str, tuple[Path, ...]]) -> FileDataset:
    return part10.read(FileContent.of(sample_files["ct-head"][-1]))


def test_it_points_to_an_image_of_its_study(
    report: FileDataset, sample_files: dict[str, tuple[Path, ...]]
) -> None:
    image = part10.read(FileContent.of(sample_files["ct-head"][0]))
    references = [node.ReferencedSOPSequence[0] for node in tree(report) if node.ValueType == "IMAGE"]
    assert [reference.ReferencedSOPInstanceUID for reference in references] == [image.SOPInstanceUID]


def test_its_evidence_names_what_its_content_names(report: FileDataset) -> None:
    (series,) = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    named = {
        node.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        for node in tree(report)
        if "ReferencedSOPSequence" in node
    }
    assert {sop.ReferencedSOPInstanceUID for sop in series.ReferencedSOPSequence} == named


def test_it_has_findings_and_a_conclusion(report: FileDataset) -> None:
    texts = {
        node.ConceptNameCodeSequence[0].CodeMeaning: node.TextValue
        for node in tree(report)
        if node.ValueType == "TEXT"
    }
    assert texts["Conclusion"] == "Normal examination."
    assert "Finding" in texts

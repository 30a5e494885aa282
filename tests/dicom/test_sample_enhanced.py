from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import FileDataset

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.sample_enhanced import FRAMES


@pytest.fixture(scope="module")
def enhanced(sample_files: dict[str, tuple[Path, ...]]) -> FileDataset:
    return part10.read(FileContent.of(sample_files["mr-brain-enhanced"][0]))


def test_every_frame_has_its_functional_groups_and_a_place_of_its_own(enhanced: FileDataset) -> None:
    groups = enhanced.PerFrameFunctionalGroupsSequence
    positions = {tuple(frame.PlanePositionSequence[0].ImagePositionPatient) for frame in groups}
    assert len(groups) == len(positions) == enhanced.NumberOfFrames == FRAMES


def test_the_dimension_index_counts_the_frames(enhanced: FileDataset) -> None:
    groups = enhanced.PerFrameFunctionalGroupsSequence
    values = [list(frame.FrameContentSequence[0].DimensionIndexValues) for frame in groups]
    assert values == [[1, number] for number in range(1, FRAMES + 1)]


def test_there_are_pixels_for_every_frame_and_no_two_are_the_same(enhanced: FileDataset) -> None:
    size = enhanced.Rows * enhanced.Columns * enhanced.BitsAllocated // 8
    frames = [enhanced.PixelData[start : start + size] for start in range(0, len(enhanced.PixelData), size)]
    assert len(set(frames)) == len(frames) == FRAMES


def test_the_region_stands_in_the_shared_groups(enhanced: FileDataset) -> None:
    (anatomy,) = enhanced.SharedFunctionalGroupsSequence[0].FrameAnatomySequence
    assert anatomy.AnatomicRegionSequence[0].CodeValue == "12738006"
    assert "AnatomicRegionSequence" not in enhanced

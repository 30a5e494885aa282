from __future__ import annotations

from collections.abc import Iterable

import pytest
from pydicom.dataset import Dataset

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.image_library import ImageLibrary, LibraryGroup, compose_library
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.library_items import ENTRY, GROUP, LIBRARY, Descriptor, library_item, read_library
from xdsi_sim.dicom.modules import code_items, item
from xdsi_sim.dicom.study import Study


def read(*members: Dataset) -> ImageLibrary | None:
    root = item(StudyInstanceUID="1", SeriesInstanceUID="2", SOPInstanceUID="3")
    root.ContentSequence = list(members)
    return read_library(to_json(root))


def test_what_is_written_is_read_again(studies: dict[str, Study]) -> None:
    for study in studies.values():
        made = compose_library(study)
        assert read(library_item(made)) == made


def test_without_a_library_nothing_is_read() -> None:
    assert read(item(ValueType="IMAGE")) is None


@pytest.mark.parametrize("table", [LIBRARY, GROUP, ENTRY])
def test_each_concept_stands_once_in_a_table(table: Iterable[Descriptor]) -> None:
    concepts = [descriptor.concept for descriptor in table]
    assert len(set(concepts)) == len(concepts)


def test_the_codes_and_the_text_of_the_trial_edition_are_read() -> None:
    written = library_item(ImageLibrary(groups=(LibraryGroup(series_instance_uid="2.999.1", count=7),)))
    count = written.ContentSequence[0].ContentSequence[1]
    count.ConceptNameCodeSequence = code_items(CodedEntry("MADOTEMP007", "99IHE", "Number of Instances"))
    count.ValueType = "TEXT"
    del count.MeasuredValueSequence
    count.TextValue = "7"
    found = read(written)
    assert found is not None
    assert [group.count for group in found.groups] == [7]

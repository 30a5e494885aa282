from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.rejection import REJECTION_TITLES, rejection_in
from xdsi_sim.dicom.rejection_note import write_rejection_note
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.dicom.study import Study
from xdsi_sim.dicom.summary import header_of, summarise


@pytest.fixture
def study(tmp_path: Path) -> Study:
    files = write_sample("ct-head", tmp_path)
    return summarise(header_of(to_json(part10.read(FileContent.of(path)))) for path in files)


@pytest.mark.parametrize("title", REJECTION_TITLES)
def test_a_note_is_read_as_what_it_rejects(study: Study, title: str) -> None:
    uids, numbers = [instance.sop_instance_uid for instance in study.instances[1:3]], count()
    data = write_rejection_note(
        study,
        uids,
        title=title,
        now=datetime(2024, 4, 25, tzinfo=UTC),
        new_uid=lambda: f"2.999.{next(numbers)}",
    )
    dataset = part10.read(BytesContent(data))
    note = rejection_in(to_json(dataset))
    assert note is not None
    assert note.title == title
    assert note.rejected == {(study.header.study_instance_uid, uid) for uid in uids}
    assert (dataset.StudyInstanceUID, dataset.Modality) == (study.header.study_instance_uid, "KO")
    assert "RetrieveLocationUID" not in to_json(dataset)["0040A375"]["Value"][0]["00081115"]["Value"][0]
    named = [item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in dataset.ContentSequence]
    assert named == uids

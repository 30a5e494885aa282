from __future__ import annotations

from concurrent.futures import wait
from contextlib import closing
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from xdsi_sim.actors.ports import Transcoder
from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import NotDicom
from xdsi_sim.store.transcoding import SpoolingTranscoder

IMPLICIT = "1.2.840.10008.1.2"
SAMPLE = FileContent.of(Path(str(get_testdata_file("MR_small.dcm"))))


def test_many_are_transcoded_at_once_and_each_file_goes_with_its_handle(tmp_path: Path) -> None:
    with closing(SpoolingTranscoder(tmp_path)) as opened:
        transcoder: Transcoder = opened
        begun = [transcoder.transcode(SAMPLE, IMPLICIT) for _ in range(5)]
        wait(begun)
        contents = [future.result() for future in begun]
    assert {str(part10.read(content).file_meta.TransferSyntaxUID) for content in contents} == {IMPLICIT}
    assert len(list(tmp_path.iterdir())) == 5
    del contents, begun
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_fails_and_leaves_no_file(tmp_path: Path) -> None:
    with closing(SpoolingTranscoder(tmp_path)) as transcoder, pytest.raises(NotDicom):
        transcoder.transcode(BytesContent(b"%PDF-1.7"), IMPLICIT).result()
    assert list(tmp_path.iterdir()) == []

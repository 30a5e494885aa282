from __future__ import annotations

from pathlib import Path

from xdsi_sim.content import FileContent
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.scenario.images import Image, digest_of, image_of

A = Image(sopInstanceUID="1", sha1="aa", size=3)
B = Image(sopInstanceUID="2", sha1="bb", size=3)


def test_a_digest_tells_uids_and_bytes_apart_and_no_order() -> None:
    swapped = (Image(sopInstanceUID="1", sha1="bb", size=3), Image(sopInstanceUID="2", sha1="aa", size=3))
    assert digest_of((A, B)) == digest_of((B, A))
    assert len({digest_of(images) for images in ((A, B), (A,), swapped, ())}) == 4


def test_an_image_is_known_by_its_own_uid(tmp_path: Path) -> None:
    first, second = (image_of(FileContent.of(path)) for path in write_sample("cr-chest", tmp_path))
    assert first.sopInstanceUID != second.sopInstanceUID
    assert first.sha1 != second.sha1
    assert first.size == (tmp_path / "cr-chest-001.dcm").stat().st_size

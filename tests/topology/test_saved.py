from __future__ import annotations

from pathlib import Path

import pytest
from submissions import a_submission
from wire import message

from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.submit import write_submit_objects
from xdsi_sim.topology.saved import metadata_files, read_saved, saved_in

REQUEST = write_submit_objects(a_submission())


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (REQUEST, [None]),
        (REQUEST + b"\n", [None]),
        (REQUEST + b"\n" + REQUEST + b"\n\n" + REQUEST, [1, 2, 4]),
        (b"<?xml version='1.0'?>\n" + REQUEST, [None]),
        (REQUEST.replace(b"><", b">\n<"), [None]),
        (b"no XML", [None]),
        (b"", [None]),
    ],
)
def test_a_file_is_one_submission_or_each_of_its_lines(
    tmp_path: Path, data: bytes, lines: list[int | None]
) -> None:
    path = tmp_path / "saved.xml"
    path.write_bytes(data)
    found = list(saved_in([path]))
    assert [one.line for one in found] == lines
    assert [str(one) for one in found] == [f"{path}:{line}" if line else str(path) for line in lines]
    assert b"".join(one.data for one in found).replace(b"\n", b"") == data.replace(b"\n", b"")


def test_a_request_is_found_alone_and_inside_of_a_message() -> None:
    _, envelope = message("http://127.0.0.1/registry", "ITI-42", a_submission())
    for data in (REQUEST, envelope):
        assert [entry.uniqueId for entry in read_saved(data).objects.documentEntries] == ["2.999.2.1"]


@pytest.mark.parametrize("data", [b"", b"no XML", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_what_is_no_request_is_told(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        read_saved(data)


def test_folders_stand_for_all_that_is_below_them(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    for name in ("b/2.xml", "b/1.xml", "b/deep/3", "single"):
        (tmp_path / name).touch()
    found = metadata_files([tmp_path / "single", tmp_path / "b"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["single", "b/1.xml", "b/2.xml", "b/deep/3"]

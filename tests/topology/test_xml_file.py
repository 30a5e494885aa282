from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.xml_file import read_xml


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b'<?xml version="1.0"?>\n<!-- ours -->\n<a/>')
    assert read_xml(tmp_path / "a.xml").tag == "a"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<a>\n  <b>\n</a>", "a.xml:3:5: not well-formed XML: Opening and ending tag mismatch"),
        (b"", "a.xml:1:1: not well-formed XML: Document is empty"),
        (b"<!DOCTYPE a><a/>", "a.xml: a document type declaration is not allowed"),
        (b"<?xml version='1.0' encoding='latin-1'?><a/>", "a.xml: XML is declared as latin-1"),
    ],
)
def test_what_is_no_xml_of_ours_is_told_with_its_place(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "a.xml").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_xml(tmp_path / "a.xml")
    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.xml: cannot be read: No such file"):
        read_xml(tmp_path / "gone.xml")

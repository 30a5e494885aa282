from __future__ import annotations

from pathlib import Path

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.inspector.views.octets import rows


def test_sixteen_octets_make_a_line() -> None:
    found = rows(BytesContent(b"<script>\0\xff\n" + b"abcdefgh"))
    assert [row.cells for row in found.rows] == [
        ("00000000", "3c 73 63 72 69 70 74 3e 00 ff 0a 61 62 63 64 65", "<script>···abcde"),
        ("00000010", "66 67 68", "fgh"),
    ]
    assert found.notes == ()


def test_only_the_beginning_is_shown() -> None:
    found = rows(BytesContent(bytes(100_000)))
    assert (len(found.rows), found.notes) == (256, ("first 4.1 kB of 100 kB",))


def test_what_is_lost_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in rows(FileContent(tmp_path / "gone", 5)).notes[0]

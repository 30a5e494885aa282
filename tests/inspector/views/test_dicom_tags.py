from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.inspector.views import HEAD, views_for
from xdsi_sim.inspector.views.dicom_tags import rows
from xdsi_sim.scenario.reports.media import Kind


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sample")
    write_sample("cr-chest", folder)
    return next(path for path in sorted(folder.rglob("*")) if path.is_file()).read_bytes()


def test_an_object_is_its_elements(instance: bytes) -> None:
    found = rows(BytesContent(instance))
    by_tag = {row.cells[0]: row for row in found.rows}
    assert by_tag["(0002,0010)"].cells[1:3] == ("UI", "Transfer Syntax UID")
    assert by_tag["(0010,0010)"].cells[3] == "Okonkwo^Bruno^^Dr"
    assert by_tag["(7FE0,0010)"].cells[3].endswith(" octets")
    assert any(row.depth == 2 for row in found.rows)
    assert found.notes == ()


@pytest.mark.parametrize("octets", [b"", b"x", b"\0" * 200, b"\0" * 128 + b"DICM", b"\xff" * 4_000])
def test_what_is_no_object_is_told(octets: bytes) -> None:
    assert rows(BytesContent(octets)).notes


def test_an_object_that_is_cut_is_shown_as_far_as_it_goes(instance: bytes) -> None:
    found = rows(BytesContent(instance[: len(instance) // 2]))
    assert any(row.cells[0] == "(0010,0010)" for row in found.rows)
    assert found.notes


def test_a_value_without_end_is_cut(instance: bytes) -> None:
    name = b"Okonkwo^Bruno^^Dr"
    at = instance.index(name)
    longer = b"PN" + (6_000).to_bytes(2, "little") + b"X" * 6_000
    changed = instance[: at - 4] + longer + instance[at + len(name) + len(name) % 2 :]
    found = rows(BytesContent(changed))
    assert (
        "5,700 more characters" in next(row for row in found.rows if row.cells[0] == "(0010,0010)").cells[3]
    )


def test_what_is_lost_or_too_large_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in rows(FileContent(tmp_path / "gone", 5)).notes[0]
    assert "larger" in rows(FileContent(tmp_path / "gone", 10**9)).notes[0]


def test_tags_are_offered_of_objects_alone(instance: bytes) -> None:
    assert [view.name for view in views_for(Kind.DICOM, instance[:HEAD])] == ["tags", "octets"]
    assert [view.name for view in views_for(Kind.XML, b"<a/>")] == ["octets"]

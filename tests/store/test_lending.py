from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.content import read_all
from xdsi_sim.store.lending import LentFiles


@pytest.fixture
def files(tmp_path: Path) -> LentFiles:
    (tmp_path / "a").write_bytes(b"text")
    return LentFiles(tmp_path)


def test_a_file_that_nobody_has_goes_at_once(files: LentFiles, tmp_path: Path) -> None:
    files.remove("a")
    assert not (tmp_path / "a").exists()
    assert files.lend("a", 4, "") is None


def test_a_file_that_somebody_has_goes_with_the_last_handle(files: LentFiles, tmp_path: Path) -> None:
    first, second = files.lend("a", 4, ""), files.lend("a", 4, "")
    files.remove("a")
    assert first is not None
    assert read_all(first) == b"text"
    first = None
    assert (tmp_path / "a").exists()
    second = None
    assert second is None
    assert not (tmp_path / "a").exists()


def test_a_file_that_is_handed_back_stays(files: LentFiles, tmp_path: Path) -> None:
    assert files.lend("a", 4, "") is not None
    assert (tmp_path / "a").exists()


def test_what_is_not_there_can_be_let_go(files: LentFiles) -> None:
    files.remove("b")

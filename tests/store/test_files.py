from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent, FileContent, PassingContent
from xdsi_sim.store.files import Disk, Turn, link, put, sync_folder, take


def test_a_file_has_a_second_name(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"x")
    assert link(first, second)
    assert first.samefile(second)


def test_where_there_can_be_no_link_it_is_said_so(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"x")
    second.write_bytes(b"y")
    assert not link(first, second)
    assert second.read_bytes() == b"y"


def test_a_content_becomes_a_file_or_another_name_of_one(tmp_path: Path) -> None:
    put(BytesContent(b"bytes"), tmp_path / "first")
    put(FileContent.of(tmp_path / "first"), tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == b"bytes"
    assert (tmp_path / "first").samefile(tmp_path / "second")


def test_a_content_takes_no_file_away(tmp_path: Path) -> None:
    (tmp_path / "first").write_bytes(b"x")
    with pytest.raises(FileExistsError):
        put(BytesContent(b"y"), tmp_path / "first")


def test_a_folder_that_cannot_be_synced_is_an_error(tmp_path: Path) -> None:
    sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "none")


def test_a_turn_waits_for_the_one_before_it(tmp_path: Path) -> None:
    first, second = Turn(tmp_path / "turn"), Turn(tmp_path / "turn")
    order: list[str] = []

    def take() -> None:
        with second:
            order.append("second")

    waiting = threading.Thread(target=take)
    with first:
        waiting.start()
        waiting.join(0.05)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
    first.close()
    second.close()


def test_a_disk_takes_files_and_folders_and_fails_each_by_itself(tmp_path: Path) -> None:
    disk = Disk()
    path = tmp_path / "file"
    path.write_bytes(b"x")
    synced = [disk.sync(each) for each in (path, Path("/dev/null"), tmp_path)]
    path.rename(tmp_path / "elsewhere")
    assert [type(each.exception(10)) for each in synced] == [type(None), OSError, type(None)]
    with pytest.raises(FileNotFoundError):
        disk.sync(path)
    disk.close()


def test_a_passing_file_gets_another_name_and_any_other_is_copied(tmp_path: Path) -> None:
    passing, lasting = tmp_path / "passing", tmp_path / "lasting"
    for path in (passing, lasting):
        path.write_bytes(b"x" * 100_000)
    content = PassingContent(passing, 100_000)
    sha256 = hashlib.sha256(b"x" * 100_000).hexdigest()
    assert take(content, tmp_path / "first") == take(FileContent.of(lasting), tmp_path / "second") == sha256
    assert (tmp_path / "first").samefile(passing)
    assert not (tmp_path / "second").samefile(lasting)
    assert (tmp_path / "second").read_bytes() == lasting.read_bytes()

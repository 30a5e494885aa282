from __future__ import annotations

from contextlib import closing
from multiprocessing import Pipe
from pathlib import Path

import pytest
from a_domain import topology
from submissions import a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.errors import CannotRun
from xdsi_sim.messages.submit import write_submit_objects
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.topology import bulk
from xdsi_sim.topology.bulk import load_metadata
from xdsi_sim.topology.bulk_work import Judged, Task
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as AssociationType


def save(folder: Path, *contents: bytes) -> list[Path]:
    """Files that are named in their order."""
    paths = [folder / f"{number:03}.xml" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def version(number: int) -> bytes:
    """A document that replaces the one before it."""
    replaces = (an_association(uuid(number), uuid(number - 1), AssociationType.RPLC),) if number > 1 else ()
    return write_submit_objects(
        a_submission(entries=(an_entry(number),), set_=a_set(1000 + number), more=replaces)
    )


def statuses(data: Path) -> dict[str, str | None]:
    with closing(SqliteRegistryStore(data / "registry")) as store:
        rows = store._database.reader().execute(
            "SELECT entryUUID, availabilityStatus FROM object WHERE kind = 'DocumentEntry'"
        )
        return dict(rows)


@pytest.mark.parametrize("workers", [1, 3])
def test_each_submission_is_told_once_and_finds_those_before_it(tmp_path: Path, workers: int) -> None:
    files = save(tmp_path, *map(version, range(1, 10)))
    told: list[Judged] = []
    refused = load_metadata(topology(), "registry", tmp_path / "data", files, told.append, workers=workers)
    assert refused == []
    assert sorted(one.number for one in told) == [*range(9)]
    assert {one.where for one in told} == {str(path) for path in files}
    assert sum(one.octets for one in told) == sum(path.stat().st_size for path in files)
    assert sum(one.objects for one in told) == 3 * 9 + 8
    expected = {uuid(number): DEPRECATED for number in range(1, 9)} | {uuid(9): APPROVED}
    assert statuses(tmp_path / "data") == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_refused_is_told_with_its_place_and_keeps_nobody_out(tmp_path: Path, workers: int) -> None:
    lines = b"\n".join((version(1), b"<oops/>", version(1)))
    files = save(tmp_path, lines, version(5), b"<half", version(2))
    told: list[Judged] = []
    refused = load_metadata(topology(), "registry", tmp_path / "data", files, told.append, workers=workers)
    first = files[0]
    assert [one.where for one in refused] == [f"{first}:2", f"{first}:3", str(files[1]), str(files[2])]
    assert [one.errors[0][0] for one in refused] == [
        "not read",
        "XDSRegistryMetadataError",  # its ids are taken, too
        "UnresolvedReferenceException",
        "not read",
    ]
    assert "holds no lcm:SubmitObjectsRequest" in refused[0].errors[0][1]
    assert sorted(one.number for one in told) == [*range(6)]
    assert sum(one.objects for one in told) == 3 + 4
    assert set(statuses(tmp_path / "data")) == {uuid(1), uuid(2)}


def test_a_registry_that_is_running_is_left_alone(tmp_path: Path) -> None:
    files = save(tmp_path, version(1))
    with (
        closing(SqliteRegistryStore(tmp_path / "data" / "registry")),
        pytest.raises(CannotRun, match="Stop the other process"),
    ):
        load_metadata(topology(), "registry", tmp_path / "data", files, lambda _one: None)


def test_a_registry_takes_whom_its_topology_says(tmp_path: Path) -> None:
    fed = topology(patients="fed-only")
    files = save(tmp_path, version(1))
    (refused,) = load_metadata(fed, "registry", tmp_path / "data", files, lambda _one: None)
    assert {code for code, _ in refused.errors} == {"XDSUnknownPatientId"}


def test_a_process_that_cannot_go_on_says_why(tmp_path: Path) -> None:
    files = [*save(tmp_path, version(1)), tmp_path / "gone.xml"]
    with pytest.raises(CannotRun, match=r"could not go on: .*gone\.xml"):
        load_metadata(topology(), "registry", tmp_path / "data", files, lambda _one: None, workers=2)


def test_a_process_that_ends_before_it_is_told_its_task_is_missed(tmp_path: Path) -> None:
    ours, theirs = Pipe()
    theirs.close()
    task = Task(settings={}, folder=tmp_path, files=[], which=0, workers=1)
    with pytest.raises(CannotRun, match="it has ended"):
        list(bulk._shared_out(task, [ours]))

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from multiprocessing import Pipe
from pathlib import Path

from a_domain import topology
from submissions import a_set, a_submission, an_entry

from xdsi_sim.messages.submit import write_submit_objects
from xdsi_sim.store.opening import Share
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.topology.bulk_work import Judged, Task, load_requests, settings, work
from xdsi_sim.topology.saved import Saved
from xdsi_sim.topology.settings import registry_of


def submitted(number: int) -> bytes:
    return write_submit_objects(a_submission(entries=(an_entry(number),), set_=a_set(1000 + number)))


def test_what_became_of_each_is_given_in_their_order(tmp_path: Path) -> None:
    contents = (submitted(1), b"<oops/>", submitted(1), b"<half", submitted(2))
    saved = [Saved(tmp_path / str(number), None, content) for number, content in enumerate(contents)]
    with closing(SqliteRegistryStore(tmp_path / "registry")) as store:
        registry = registry_of(topology().find("registry"), store)
        judged = list(load_requests(registry, enumerate(saved)))
    assert [one.number for one in judged] == [0, 1, 2, 3, 4]
    assert [one.objects for one in judged] == [3, 0, 0, 0, 3]
    assert [bool(one.errors) for one in judged] == [False, True, True, True, False]


def test_one_of_several_takes_its_share_by_the_settings_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "saved.xml"
    file.write_bytes(b"\n".join(map(submitted, range(1, 6))))
    ours, theirs = Pipe()
    with closing(SqliteRegistryStore(tmp_path / "registry", Share.FIRST)) as store:
        registry = registry_of(topology(patients="fed-only").find("registry"), store)
        task = Task(
            settings=settings(registry), folder=tmp_path / "registry", files=[file], which=1, workers=2
        )
        ours.send(task)
        work(theirs)
    told: list[Judged] = [ours.recv(), ours.recv()]
    assert [one.number for one in told] == [1, 3]
    assert {code for one in told for code, _ in one.errors} == {"XDSUnknownPatientId"}
    assert ours.recv() is None


def test_a_process_of_it_need_not_load_what_serves_and_what_reads_topologies() -> None:
    code = "import sys, xdsi_sim.cli, xdsi_sim.topology.bulk_work; print(*sys.modules)"  # the script is, too
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert {"twisted", "pydantic", "typer", "xdsi_sim.topology.model"}.isdisjoint(loaded.split())


def test_one_that_is_never_told_what_to_do_ends() -> None:
    ours, theirs = Pipe()
    ours.close()
    work(theirs)

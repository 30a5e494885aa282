from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.surveying import Survey, Surveys
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen, Topology

FREE = Listen("127.0.0.1", 0)


def central() -> Topology:
    return load_topology(find_topology("central"))


def ended(survey: Survey) -> Survey:
    until = time.monotonic() + 30
    while not survey.over and time.monotonic() < until:
        time.sleep(0.02)
    return survey


def test_a_survey_is_made_on_actors_of_its_own(tmp_path: Path) -> None:
    with start(central(), tmp_path, FREE) as running:
        before = running.dicomweb_of("pacs-north")
        surveys = Surveys(running)
        one = surveys.begin("mado", "A")
        with pytest.raises(UsageError, match="run already"):
            surveys.begin()
        report = ended(one).report
        assert report is not None, one.trouble
        assert report.architecture == "A"
        assert "D-01" not in {line.row.id for line in report.gaps}  # they are manifests of MADO
        assert [phase.name for phase in one.phases][-1] == "Viewers and sites"
        assert running.exchanges() == ()
        assert running.dicomweb_of("pacs-north") == before  # it is another one that has moved
        assert {each.name for each in one.folder.iterdir()} >= {"gaps.html", "gaps.json", "gaps.csv", "trace"}
        assert list((tmp_path / "spool").iterdir()) == []
        assert surveys.numbered("1") is one


def test_a_report_of_a_former_start_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("xdsi_sim.inspector.surveying.observe", fails)
    (tmp_path / "checklists" / "0007").mkdir(parents=True)
    with start(central(), tmp_path, FREE) as running:
        one = ended(Surveys(running).begin())
        assert (one.number, one.trouble, one.over) == (8, "RuntimeError: broken", True)


def test_a_topology_in_which_nobody_asks_is_told_before_anything_starts(tmp_path: Path) -> None:
    (community,) = central().communities
    bare = central().model_copy(
        update={"communities": (community.model_copy(update={"consumers": (), "mhd": None}),)}
    )
    with start(bare, tmp_path, FREE) as running:
        surveys = Surveys(running)
        with pytest.raises(UsageError, match="nobody to ask with"):
            surveys.begin()
        assert surveys.last() == ()

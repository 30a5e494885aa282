from __future__ import annotations

from pathlib import Path

from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.record import Verdict

STOP = "  - {name: stop, stop: {actors: [%s]}}\n"


def test_a_stopped_actor_answers_nobody_and_the_log_says_so(tmp_path: Path) -> None:
    again = PUBLISHED[PUBLISHED.index("  - name: find") :].replace("save: found", "save: again")
    record = run(tmp_path, PUBLISHED + STOP % "registry" + again)
    stopped, last = record.steps[-2:]
    assert (stopped.verdict, stopped.text) == (Verdict.PASS, "1 actor stopped")
    assert last.verdict is Verdict.FAIL
    assert any("registry is stopped." in str(check.observed) for check in last.checks)
    assert [(each.receiver, each.status) for each in record.exchanges][-1] == ("registry", "HTTP 503")


def test_all_others_go_on(tmp_path: Path) -> None:
    record = run(
        tmp_path, STOP % "repository, pacs-south" + PUBLISHED[: PUBLISHED.index("  - {name: publish")]
    )
    assert record.verdict is Verdict.PASS

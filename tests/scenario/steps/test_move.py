from __future__ import annotations

from pathlib import Path

from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.record import Verdict

MOVE = "  - {name: move, move: {source: pacs-north}, save: %s}\n"
GET = '  - {name: get, retrieve: {consumer: workstation, entries: "${found.entries}"}, save: got}\n'
LOCATE = (
    '  - {name: at, locate: {consumer: workstation, manifests: "${got.manifests}", mode: %s}, save: at}\n'
)
FETCH = '  - {name: fetch, fetch: {consumer: workstation, series: "${at.series}", by: wado-rs}}\n'


def test_a_face_that_has_moved_is_found_by_its_oid_and_not_by_its_former_address(tmp_path: Path) -> None:
    steps = PUBLISHED + GET + MOVE % "one" + MOVE % "two" + LOCATE % "location-uid" + FETCH
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS
    assert dict(record.steps[-4].details)["Now"] == dict(record.steps[-3].details)["Formerly"]
    stale = run(tmp_path / "stale", PUBLISHED + GET + MOVE % "one" + LOCATE % "retrieve-url" + FETCH)
    assert stale.verdict is Verdict.FAIL
    assert "404" in [check.observed for check in stale.steps[-1].checks if not check.ok]

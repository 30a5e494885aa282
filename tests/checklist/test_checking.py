from __future__ import annotations

from collections.abc import Iterator

import pytest
from a_survey import surveyed

from xdsi_sim.checklist import checking
from xdsi_sim.checklist.checking import CHECKS, Check, check, judge, manifests, whole
from xdsi_sim.checklist.layout import Layout, Member
from xdsi_sim.checklist.observed import Observed
from xdsi_sim.checklist.results import Evidence, NotApplicable, NotTested, Point, Result, doubt, good, lack
from xdsi_sim.checklist.rows import ROWS

NOTHING = Observed(layout=Layout(members=(Member(id="c", homeCommunityId="urn:oid:2.999", registry=True),)))


def noting(*points: Point, reason: Exception | None = None) -> Check:
    def function(_: object, __: Observed) -> Iterator[Point]:
        if reason is not None:
            raise reason
        yield from points

    return Check(row="S-15", expects="what should be", of=whole, function=function, cites="RAD MADO")


def judged(monkeypatch: pytest.MonkeyPatch, one: Check) -> checking.Judgement:
    monkeypatch.setitem(CHECKS, "S-15", one)
    return judge(ROWS["S-15"], NOTHING)


def test_the_worst_point_is_the_result_and_tells_its_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    at = Evidence(message="m1", at="(0008,0050)")
    found = judged(monkeypatch, noting(good("fine"), doubt("odd"), lack("missing", at), lack("missing", at)))
    assert (found.result, found.observed, found.evidence) == (Result.FAIL, "missing", (at, at))
    assert (found.expected, found.cites, len(found.points)) == ("what should be", "RAD MADO", 4)
    assert judged(monkeypatch, noting(good("fine"), doubt("odd"))).result is Result.WARN


def test_many_points_are_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, noting(*(lack(f"no {number}") for number in range(9))))
    assert found.observed == "no 0; no 1; no 2; and 6 more"


def test_a_check_without_points_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, noting())
    assert (found.result, found.observed) == (Result.PASS, "holds for 1 deployment")


@pytest.mark.parametrize(
    ("reason", "result"),
    [(NotTested("why"), Result.NOT_TESTED), (NotApplicable("why"), Result.NOT_APPLICABLE)],
)
def test_a_check_may_say_that_there_is_nothing_to_judge(
    monkeypatch: pytest.MonkeyPatch, reason: Exception, result: Result
) -> None:
    found = judged(monkeypatch, noting(reason=reason))
    assert (found.result, found.observed) == (result, "why")


def test_a_deployment_without_anything_fails_or_is_not_tested_and_raises_nothing() -> None:
    results = {row.id: judge(row, NOTHING).result for row in ROWS.values()}
    passing = {id_ for id_, result in results.items() if result is Result.PASS}
    assert passing == {"T-01"}
    assert results["K-01"] is Result.NOT_TESTED
    assert results["S-07"] is Result.NOT_APPLICABLE


def test_rows_on_mhd_wait_for_deployments_that_have_it() -> None:
    assert judge(ROWS["S-11"], NOTHING).observed == "no MHD in this deployment"


def test_a_row_has_one_check_and_a_check_one_row() -> None:
    for row in ("S-01", "X-01"):
        with pytest.raises(ValueError, match=r"no row|already"):
            check(row, "")


def test_subjects_are_counted_and_are_evidence_themselves() -> None:
    seen = surveyed("central").observed
    found = judge(ROWS["K-01"], seen)
    assert found.observed == "holds for 3 manifests"
    assert [each.document for each in found.evidence] == [each.name for each in manifests.select(seen)]

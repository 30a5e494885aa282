from __future__ import annotations

from a_test_run import a_test_run

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.sut.reports.as_junit import render


def test_each_role_is_a_suite_and_each_test_a_case() -> None:
    (suite,) = parse(render(a_test_run()).encode()).iter("testsuite")
    assert suite.get("name") == "registry"
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "1", "errors": "2", "skipped": "2"}
    results = [[child.tag for child in case if child.tag != "system-out"] for case in suite.iter("testcase")]
    assert results == [[], ["failure"], ["skipped"], ["error"], ["skipped"], ["error"]]
    known = next(case for case in suite.iter("testcase") if (case.get("name") or "").startswith("REG-03"))
    assert known[0].get("message") == "known deviation: bug 7: Ask: no answer"


def test_what_a_peer_has_said_cannot_break_the_document() -> None:
    assert "\x1b" not in render(a_test_run())

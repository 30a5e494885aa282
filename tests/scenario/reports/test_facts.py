from __future__ import annotations

import json

from an_exchange import FINDING, SOAP, an_exchange

from xdsi_sim.scenario.reports.facts import facts_of


def test_facts_are_plain_values_in_the_units_of_the_reports() -> None:
    facts = json.loads(json.dumps(facts_of(an_exchange(1, findings=(FINDING,)))))
    assert (facts["started"], facts["duration"]) == ("1970-01-01T00:16:41.000Z", 0.018)
    assert facts["request"]["start_line"] == "POST /c/registry HTTP/1.1"
    assert facts["request"]["size"] == len(SOAP)
    assert facts["findings"][0]["rule"] == "A12"


def test_an_answer_that_did_not_come_is_null() -> None:
    assert facts_of(an_exchange(response=None))["response"] is None


def test_the_session_is_a_fact() -> None:
    assert facts_of(an_exchange(session="acme"))["session"] == "acme"
    assert facts_of(an_exchange())["session"] is None

from __future__ import annotations

import pytest
from answer_examples import BROKEN, MORE, Example, registered, rules_of
from rule_examples import in_module

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.rules.answers import ANSWER_RULES, check_answer
from xdsi_sim.rules.error_codes import ERROR_CODES
from xdsi_sim.vocab import TRANSACTIONS


def test_every_rule_of_an_answer_holds_for_some_transaction_and_has_an_example() -> None:
    held = {rule.id for rules in ANSWER_RULES.values() for rule in rules.status + rules.objects}
    assert held == set(BROKEN)
    of_answers = {rule for module in ("answer", "found") for rule in in_module(module)}
    assert of_answers <= held


@pytest.mark.parametrize(("rule", "example"), MORE)
def test_there_are_other_ways_to_break_a_rule(rule: str, example: Example) -> None:
    assert rule in rules_of(example)


@pytest.mark.parametrize("name", [name for name in TRANSACTIONS if not name.startswith("ITI-44")])
def test_every_transaction_has_rules_for_its_answer_and_codes_for_its_errors(name: str) -> None:
    assert ANSWER_RULES[name].status
    assert any(name in code.transactions for code in ERROR_CODES.values())


def test_metadata_are_judged_only_where_they_are_read_anyway() -> None:
    transaction, element, _ = BROKEN["I24"]
    assert check_answer(transaction, element, None).findings == ()
    assert [one.rule for one in check_answer(transaction, element, None, objects=True).findings] == ["I24"]


def test_an_acknowledgement_has_rules_of_its_own() -> None:
    assert check_answer("ITI-44 add", parse(b"<x/>"), None).findings == ()


def test_nobody_is_told_of_an_answer() -> None:
    assert check_answer("ITI-42", registered("Success"), RegistryResponse()).errors == ()

from __future__ import annotations

from pathlib import Path

import pytest
from a_faulty_domain import ASKED, FaultyDomain
from faults_page import catalogue as page

from xdsi_sim.deviations.catalogue import (
    catalogue,
    deviation_named,
    explain,
    facts_of,
    families,
    near,
    set_parameters,
)
from xdsi_sim.deviations.deviation import Deviation, Family
from xdsi_sim.errors import UsageError
from xdsi_sim.rules.catalogue import catalogue as rules

ENDLESS = {"no-answer", "stall"}
"""Whoever asks has to give up, which takes a while: tried by themselves."""
QUICK = {
    "delay": {"seconds": 0.05},
    "delay-random": {"most": 0.05},
    "dribble": {"octets": 8192, "pause": 0.01},
}
BY_SOAP = [
    row for row in catalogue() if row.id not in ENDLESS and any(map(row.fits, [*ASKED][:-1])) and row.id
]


def transaction_of(row: Deviation) -> str:
    return next(name for name in ASKED if row.fits(name))


@pytest.mark.parametrize("row", BY_SOAP, ids=lambda row: row.id)
def test_our_own_client_sees_what_the_catalogue_says(faulty: FaultyDomain, row: Deviation) -> None:
    transaction = transaction_of(row)
    setting = {"transaction": transaction, "parameters": QUICK.get(row.id, {})}
    with faulty.deviating(ASKED[transaction], row.id, **setting) as switch:
        references = row.id == "objects-for-references"
        seen = faulty.ask_for_references() if references else faulty.ask(transaction)
    assert row.comes in seen.outcome
    assert seen.rules == set(row.finds), seen.outcome
    assert bool(row.comes or row.finds) or seen.outcome == "Success"
    assert switch.fired == 1
    assert switch.words in faulty.deviations()


@pytest.mark.parametrize("transaction", [*ASKED][:8])
def test_without_deviations_our_own_client_finds_nothing(faulty: FaultyDomain, transaction: str) -> None:
    seen = faulty.ask(transaction)
    assert (seen.outcome, seen.rules, faulty.deviations()) == ("Success", set(), ())


def test_there_are_many_and_each_says_what_is_wrong() -> None:
    rows = catalogue()
    assert len([row for row in rows if row.family is not Family.CODE]) > 100
    assert len({row.text for row in rows if row.family is not Family.CODE}) > 100
    assert [row.id for row in rows if not row.text.endswith(".")] == []
    assert {family for family, _ in families()} == set(Family)


def test_the_rules_that_are_found_are_rules() -> None:
    known = rules()
    assert [row.id for row in catalogue() if not set(row.finds) <= set(known)] == []


def test_the_manual_shows_the_catalogue(project_root: Path) -> None:
    text = (project_root / "docs" / "faults.md").read_text(encoding="utf-8")
    assert page() in text, "python tests/faults_page.py prints it"


def test_an_unknown_deviation_is_told_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"unknown deviation 'relates-to-wron'.*'relates-to-wrong'"):
        deviation_named("relates-to-wron")
    assert near("xdstoomanyresult", ["XDSTooManyResults"]) == "Did you mean 'XDSTooManyResults'?"
    assert near("zzz", ["abc"]) is None


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"second": 1}, "has no parameter 'second'. Did you mean 'seconds'"),
        ({"seconds": "soon"}, "seconds is a number, found 'soon'"),
        ({"seconds": -1}, "seconds is at least 0, found -1"),
        ({"seconds": [1]}, "seconds is a number"),
    ],
)
def test_a_wrong_parameter_is_told(given: dict[str, object], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        set_parameters(deviation_named("delay"), given)


def test_parameters_have_types_and_defaults() -> None:
    assert set_parameters(deviation_named("dribble"), {"octets": "10"}) == {"octets": 10, "pause": 0.05}


def test_a_deviation_is_explained() -> None:
    text = explain(deviation_named("delay"))
    assert "The answer comes late." in text
    assert "seconds=1.0" in text
    assert "notices nothing" in text
    text = explain(deviation_named("XDSTooManyResults"))
    assert "The actor is not asked" in text
    assert "ITI-18" in text
    facts = facts_of(deviation_named("relates-to-wrong"))
    assert facts["finds"] == ["A19"]
    assert facts["cites"] == "ITI TF-2: V.3"

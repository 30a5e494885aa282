from __future__ import annotations

import pytest
from a_faulty_domain import ASKED, FaultyDomain

from xdsi_sim.deviations.deviation import DEVIATIONS, STATUS, Family
from xdsi_sim.errors import Severity
from xdsi_sim.rules.error_codes import ERROR_CODES

CODES = [row for row in DEVIATIONS.values() if row.family is Family.CODE]


def test_every_code_of_an_answer_has_its_deviation() -> None:
    known = {code for code, row in ERROR_CODES.items() if row.transactions & set(STATUS)}
    assert {row.id for row in CODES} == known


@pytest.mark.parametrize("transaction", ["ITI-18", "ITI-43", "RAD-69", "ITI-38"])
def test_a_code_comes_from_every_transaction_of_it(faulty: FaultyDomain, transaction: str) -> None:
    for row in CODES:
        if not row.fits(transaction) or row.finds:
            continue
        with faulty.deviating(ASKED[transaction], row.id):
            seen = faulty.ask(transaction)
        assert {error.errorCode for error in seen.answer.errors} == {row.id}
        assert (seen.outcome, seen.rules) == ("Failure", set())


def test_a_code_that_only_warns_does_so_in_a_success(faulty: FaultyDomain) -> None:
    assert ERROR_CODES["DocumentQueued"].severities == (Severity.WARNING,)
    with faulty.deviating("north-repository", "DocumentQueued"):
        seen = faulty.ask("ITI-41")
    assert (seen.outcome, [error.errorCode for error in seen.answer.errors]) == (
        "Success",
        ["DocumentQueued"],
    )


def test_the_context_may_be_any(faulty: FaultyDomain) -> None:
    parameters = {"context": 'more than 5 & "less" than 6'}
    with faulty.deviating("north-registry", "XDSTooManyResults", parameters=parameters):
        (error,) = faulty.ask("ITI-18").answer.errors
    assert error.codeContext == parameters["context"]

from __future__ import annotations

import re

import pytest
from a_faulty_domain import ASKED, FaultyDomain
from wire import message, post, send

from xdsi_sim.deviations.deviation import QUERIES, RETRIEVES, STATUS, Case
from xdsi_sim.deviations.status import an_error, asked, failing
from xdsi_sim.vocab import FAILURE


def octets(faulty: FaultyDomain, transaction: str, deviation: str) -> bytes:
    url = faulty.running.url_of(ASKED[transaction])
    with faulty.deviating(ASKED[transaction], deviation):
        return send(url, post(url, *message(url, transaction, faulty.message(transaction)))).body


@pytest.mark.parametrize("transaction", ["ITI-18", "ITI-42", "ITI-43"])
@pytest.mark.parametrize(
    ("deviation", "status", "errors"),
    [
        ("success-with-error", rb'status="urn:[^"]*:Success"', 1),
        ("failure-without-error", rb'status="urn:[^"]*:Failure"', 0),
        ("status-short", rb'status="Success"', 0),
        ("status-unknown", rb'status="urn:[^"]*:Unavailable"', 0),
        ("highest-severity-wrong", rb'highestSeverity="urn:[^"]*:Warning"', 1),
        ("error-with-content", rb">something is wrong</rs:RegistryError>", 1),
        ("error-without-context", rb'codeContext=""', 1),
    ],
)
def test_status_and_errors_are_wrong(
    faulty: FaultyDomain, transaction: str, deviation: str, status: bytes, errors: int
) -> None:
    found = octets(faulty, transaction, deviation)
    assert re.search(status, found)
    assert found.count(b"<rs:RegistryError ") == errors


def test_a_status_is_missing(faulty: FaultyDomain) -> None:
    assert b"<rs:RegistryResponse xmlns:rs" in octets(faulty, "ITI-42", "status-missing")
    assert b" status=" not in octets(faulty, "ITI-42", "status-missing")


def test_a_list_of_objects_is_missing(faulty: FaultyDomain) -> None:
    assert b"RegistryObjectList" not in octets(faulty, "ITI-18", "object-list-missing")


@pytest.mark.parametrize("transaction", [name for name in ASKED if name in STATUS])
def test_an_error_keeps_the_rules_of_its_transaction(faulty: FaultyDomain, transaction: str) -> None:
    case = Case(transaction=transaction, request=faulty.message(transaction))
    error = an_error(case)
    assert error.errorCode == ("XDSRegistryError" if "registry" in ASKED[transaction] else error.errorCode)
    assert (error.location is None) is (transaction not in (*RETRIEVES, "ITI-38"))
    assert failing(case, error).status == FAILURE
    assert failing(case).errors == ()


def test_what_is_asked_for_is_known_of_retrieves_alone(faulty: FaultyDomain) -> None:
    assert asked(faulty.message("ITI-43")) == [faulty.entry.uniqueId]
    assert len(asked(faulty.message("RAD-69"))) == 2
    assert asked(faulty.message(QUERIES[0])) == []


def test_a_transaction_without_status_cannot_fail() -> None:
    with pytest.raises(ValueError, match="has no status"):
        failing(Case(transaction="ITI-44 add"))

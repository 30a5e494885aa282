from __future__ import annotations

from datetime import timedelta

import pytest

from xdsi_sim.messages.discovery import (
    DiscoveryResponse,
    folded,
    home_of,
    lifetime,
    name_key,
    oid_of,
    read_duration,
)
from xdsi_sim.messages.patient_feed import PersonName
from xdsi_sim.vocab import FAILURE, SUCCESS


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1H", 3600), ("P1DT1S", 86401), ("P1M", 30 * 86400), ("P0D", 0), ("-P1D", -86400), ("PT1.5S", 1.5)],
)
def test_a_duration_is_so_long(text: str, seconds: float) -> None:
    assert read_duration(text) == timedelta(seconds=seconds)
    assert lifetime(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "1 day", "P", "one hour", "3600", "PT1H " * 40])
def test_what_is_no_duration_keeps_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_duration(text)
    assert lifetime(text) == lifetime(None) == timedelta()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bergström", "BERGSTROM"),
        ("Müller-Lüdenscheidt", "muller ludenscheidt"),
        ("O'Neill", "O Neill"),
        ("Straße", "STRASSE"),
        ("山田", "山田"),
    ],
)
def test_names_are_compared_without_what_systems_lose(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ""


def test_who_may_be_one_has_one_key() -> None:
    assert (
        name_key(PersonName("Roth", "A"), "19630804") == name_key(PersonName("ROTH"), "1963") == "roth^1963"
    )
    assert name_key(PersonName("", "A"), "1963") is None
    assert name_key(None, "1963") is None
    assert name_key(PersonName("Roth"), "63") is None


def test_a_community_is_named_by_its_oid_alone() -> None:
    assert (home_of("2.999.1"), oid_of("urn:oid:2.999.1")) == ("urn:oid:2.999.1", "2.999.1")
    assert home_of("urn:oid:2.999.1") == "urn:oid:2.999.1"


@pytest.mark.parametrize(
    ("acknowledgement", "code", "issues", "status", "errors"),
    [
        ("AA", "OK", (), SUCCESS, []),
        ("AA", "NF", (), SUCCESS, []),
        ("AE", "AE", ("ResponderBusy",), FAILURE, ["ResponderBusy"]),
        ("AA", "QE", (), FAILURE, ["QE"]),
        ("AE", "OK", (), FAILURE, ["OK"]),
        ("AR", "", (), FAILURE, ["AR"]),
    ],
)
def test_it_has_answered_if_it_knows_or_knows_nobody(
    acknowledgement: str, code: str, issues: tuple[str, ...], status: str, errors: list[str]
) -> None:
    answer = DiscoveryResponse(
        acknowledgement=acknowledgement, queryResponseCode=code, issues=issues, texts=("a", "b")
    )
    assert answer.status == status
    assert [error.errorCode for error in answer.errors] == errors
    assert all(error.codeContext == "a; b" for error in answer.errors)

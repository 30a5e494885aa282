from __future__ import annotations

from typing import Any

import pytest

from xdsi_sim.soap.addressing import Addressing
from xdsi_sim.soap.answered import answer_dialect, fault_dialect
from xdsi_sim.soap.envelope import Envelope
from xdsi_sim.vocab import TRANSACTIONS

QUERY = TRANSACTIONS["ITI-18"]
RIGHT = {"action": QUERY.response_action, "relatesTo": "urn:1", "mustUnderstand": frozenset({"Action"})}


def envelope(**headers: Any) -> Envelope:
    return Envelope(addressing=Addressing(**headers), body=None)  # type: ignore[arg-type]  # nobody looks


@pytest.mark.parametrize(
    ("headers", "mtom", "rules"),
    [
        ({}, False, []),
        ({}, None, []),
        ({}, True, ["A20"]),
        ({"action": QUERY.action}, False, ["A18"]),
        ({"action": None}, False, ["A18"]),
        ({"mustUnderstand": frozenset()}, False, ["A18"]),
        ({"relatesTo": "urn:2"}, False, ["A19"]),
        ({"relatesTo": None}, False, ["A19"]),
    ],
)
def test_an_answer_is_addressed_and_packed_like_its_request(
    headers: dict[str, Any], mtom: bool | None, rules: list[str]
) -> None:
    found = answer_dialect(QUERY, envelope(**RIGHT | headers), mtom=mtom, message_id="urn:1", location="x")
    assert [finding.rule for finding in found] == rules


@pytest.mark.parametrize(("relates_to", "rules"), [("urn:2", []), (None, ["A19"])])
def test_an_answer_relates_to_something_also_where_its_request_is_not_known(
    relates_to: str | None, rules: list[str]
) -> None:
    headers = RIGHT | {"relatesTo": relates_to}
    found = answer_dialect(QUERY, envelope(**headers), mtom=False, message_id=None, location="x")
    assert [finding.rule for finding in found] == rules


@pytest.mark.parametrize(("relates_to", "rules"), [(None, []), ("urn:1", []), ("urn:2", ["A19"])])
def test_a_fault_need_not_relate_to_its_request_but_to_no_other(
    relates_to: str | None, rules: list[str]
) -> None:
    given = envelope(relatesTo=relates_to)
    found = fault_dialect(given, message_id="urn:1", location="http://x")
    assert [finding.rule for finding in found] == rules
    assert fault_dialect(given, message_id=None, location="http://x") == ()

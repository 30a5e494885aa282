from __future__ import annotations

from dataclasses import replace

import pytest

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import (
    ActionMismatch,
    ActionMissing,
    ActionNotSupported,
    Finding,
    NotUnderstood,
    OnlyAnonymousAddressSupported,
    ProtocolViolation,
    Severity,
)
from xdsi_sim.messages.query import AdhocQueryRequest, write_query_request
from xdsi_sim.messages.stored_queries import STORED_QUERIES
from xdsi_sim.soap.addressing import Addressing
from xdsi_sim.soap.dispatch import dispatch, refuse_errors
from xdsi_sim.soap.envelope import Envelope
from xdsi_sim.vocab import ANONYMOUS, TRANSACTIONS

SERVED = (TRANSACTIONS["ITI-18"], TRANSACTIONS["ITI-41"])
SOUND = Addressing(
    action=TRANSACTIONS["ITI-18"].action,
    messageID="urn:uuid:1",
    to="http://x",
    replyTo=ANONYMOUS,
    mustUnderstand=frozenset({"Action"}),
)


def message(transaction: str = "ITI-18", **changes: object) -> Envelope:
    namespace, _, name = TRANSACTIONS[transaction].request[1:].partition("}")
    addressing = replace(SOUND, action=TRANSACTIONS[transaction].action)
    body = parse(f'<{name} xmlns="{namespace}"/>'.encode())
    return Envelope(addressing=replace(addressing, **changes), body=body)  # type: ignore[arg-type]


def test_a_sound_message_is_its_transaction_without_findings() -> None:
    found = dispatch(message(), SERVED, mtom=False, strict=True)
    assert (found.transaction.name, found.findings) == ("ITI-18", ())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"action": "urn:other"}, ActionNotSupported),
        ({"action": TRANSACTIONS["ITI-42"].action}, ActionNotSupported),
        ({"action": TRANSACTIONS["ITI-41"].action}, ActionMismatch),
        ({"replyTo": "http://me/reply"}, OnlyAnonymousAddressSupported),
        ({"faultTo": "http://me/faults"}, OnlyAnonymousAddressSupported),
        ({"problem": NotUnderstood("a token")}, NotUnderstood),
    ],
)
def test_headers_that_disagree_are_refused_however_lenient(
    changes: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        dispatch(message(**changes), SERVED, mtom=False, strict=False)


@pytest.mark.parametrize(
    ("transaction", "changes", "mtom", "rule", "refused"),
    [
        ("ITI-18", {"mustUnderstand": frozenset()}, False, "A07", None),
        ("ITI-18", {"messageID": None}, False, "A10", ProtocolViolation),
        ("ITI-18", {"replyTo": None}, False, "A12", None),
        ("ITI-18", {"to": None}, False, "A14", None),
        ("ITI-18", {"action": None}, False, "A06", ActionMissing),
        ("ITI-41", {}, False, "B01", ProtocolViolation),
        ("ITI-18", {}, True, "B02", None),
    ],
)
def test_a_dialect_is_a_finding_and_when_strict_a_refusal(
    transaction: str, changes: dict[str, object], mtom: bool, rule: str, refused: type[Exception] | None
) -> None:
    envelope = message(transaction, **changes)
    found = dispatch(envelope, SERVED, mtom=mtom, strict=False)
    assert [finding.rule for finding in found.findings] == [rule]
    if refused is None:
        dispatch(envelope, SERVED, mtom=mtom, strict=True)
    else:
        with pytest.raises(refused):
            dispatch(envelope, SERVED, mtom=mtom, strict=True)


def test_without_addressing_the_body_decides_where_it_can() -> None:
    bare = Envelope(addressing=Addressing(), body=message().body)
    assert dispatch(bare, SERVED, mtom=False, strict=False).transaction.name == "ITI-18"
    with pytest.raises(ActionMissing):
        dispatch(bare, (TRANSACTIONS["ITI-41"],), mtom=False, strict=False)


@pytest.mark.parametrize("transaction", ["ITI-18", "ITI-51"])
def test_without_addressing_the_stored_query_tells_which_transaction_it_is(
    transaction: str,
) -> None:
    ids = {query.transaction: query.id for query in STORED_QUERIES.values()}
    body = parse(write_query_request(AdhocQueryRequest(id=ids[transaction])))
    served = (TRANSACTIONS["ITI-18"], TRANSACTIONS["ITI-51"])
    found = dispatch(Envelope(addressing=Addressing(), body=body), served, mtom=False, strict=False)
    assert found.transaction.name == transaction


def test_the_first_error_among_findings_is_what_a_strict_endpoint_says() -> None:
    def finding(rule: str, severity: Severity) -> Finding:
        return Finding(rule=rule, severity=severity, text=f"{rule} is broken")

    warnings = [finding("A07", Severity.WARNING), finding("B14", Severity.INFO)]
    refuse_errors(warnings)
    with pytest.raises(ProtocolViolation, match="H05 is broken") as refused:
        refuse_errors([*warnings, finding("H05", Severity.ERROR), finding("B01", Severity.ERROR)])
    assert refused.value.rule == "H05"

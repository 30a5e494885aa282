from __future__ import annotations

from dataclasses import replace

import pytest
from submissions import a_submission, an_entry, an_on_demand_entry

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import (
    ActionMismatch,
    ActionMissing,
    ActionNotSupported,
    AddressingHeaderRequired,
    Finding,
    InvalidAddressingHeader,
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
from xdsi_sim.soap.peers import Peers
from xdsi_sim.vocab import ANONYMOUS, NO_REPLY, TRANSACTIONS

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


def test_an_asynchronous_endpoint_answers_to_its_peers_alone() -> None:
    peers = Peers(("http://me/",))
    dispatch(message(replyTo="http://me/reply"), SERVED, mtom=False, strict=True, peers=peers)
    for name in ("replyTo", "faultTo"):
        with pytest.raises(InvalidAddressingHeader, match="the setting `peers`") as refused:
            dispatch(message(**{name: "http://you/"}), SERVED, mtom=False, strict=False, peers=peers)
        assert (refused.value.rule, refused.value.detail) == ("A13", f"wsa:{name[0].upper()}{name[1:]}")


def test_an_answer_that_could_relate_to_nothing_is_not_promised() -> None:
    envelope = message(replyTo="http://me/", messageID=None)
    with pytest.raises(ProtocolViolation, match="wsa:MessageID is missing") as refused:
        dispatch(envelope, SERVED, mtom=False, strict=False, peers=Peers(("http://me/",)))
    assert refused.value.rule == "A10"


@pytest.mark.parametrize("peers", [None, Peers(())])
def test_to_answer_nobody_needs_no_peer(peers: Peers | None) -> None:
    envelope = message(replyTo=NO_REPLY, faultTo=ANONYMOUS)
    assert dispatch(envelope, SERVED, mtom=False, strict=True, peers=peers).findings == ()


@pytest.mark.parametrize(
    ("transaction", "changes", "mtom", "rule", "refused"),
    [
        ("ITI-18", {"mustUnderstand": frozenset()}, False, "A07", None),
        ("ITI-18", {"messageID": None}, False, "A10", AddressingHeaderRequired),
        ("ITI-18", {"messageID": ""}, False, "A10", AddressingHeaderRequired),
        ("ITI-18", {"messageID": "no iri"}, False, "A10", InvalidAddressingHeader),
        ("ITI-18", {"messageID": "4711"}, False, "A10", InvalidAddressingHeader),
        ("ITI-18", {"replyTo": ""}, False, "A12", None),
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


@pytest.mark.parametrize("message_id", ["urn:uuid:1", "uuid:1", "http://x/1", "tag:x,2026:1", "mid:a@b"])
def test_any_absolute_iri_is_a_message_id(message_id: str) -> None:
    assert dispatch(message(messageID=message_id), SERVED, mtom=False, strict=True).findings == ()


@pytest.mark.parametrize(
    ("to", "rules"),
    [
        ("http://here:80/c/registry", []),
        ("http://HERE/c/registry/", []),
        ("http://127.0.0.1:8080/c/registry", []),
        (ANONYMOUS, []),
        ("https://here/c/registry", ["A14"]),
        ("http://here/c/repository", ["A14"]),
        ("http://here/c/registry?x", ["A14"]),
        ("http://here:none/c/registry", ["A14"]),
        ("", ["A14"]),
    ],
)
def test_a_message_says_that_it_is_for_us(to: str, rules: list[str]) -> None:
    addresses = ("http://here/c/registry", "http://127.0.0.1:8080/c/registry")
    found = dispatch(message(to=to), SERVED, mtom=False, strict=True, addresses=addresses)
    assert [finding.rule for finding in found.findings] == rules


@pytest.mark.parametrize(
    ("action", "rules"), [(None, []), (SOUND.action, []), ("None", ["A16"]), ("", ["A16"])]
)
def test_an_action_of_the_content_type_never_decides(action: str | None, rules: list[str]) -> None:
    found = dispatch(message(), SERVED, mtom=False, strict=True, http_action=action)
    assert [(finding.rule, finding.severity) for finding in found.findings] == [
        (rule, Severity.INFO) for rule in rules
    ]


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


@pytest.mark.parametrize(("transaction", "entry"), [("ITI-42", an_entry()), ("ITI-61", an_on_demand_entry())])
def test_without_addressing_the_entries_tell_which_registration_it_is(
    transaction: str, entry: DocumentEntry
) -> None:
    body = a_submission(entries=(entry,)).element
    served = (TRANSACTIONS["ITI-42"], TRANSACTIONS["ITI-61"])
    found = dispatch(Envelope(addressing=Addressing(), body=body), served, mtom=False, strict=False)
    assert found.transaction.name == transaction


@pytest.mark.parametrize("action", ["ITI-57", "ITI-92", "ITI-42", None])
def test_of_the_transactions_with_a_submission_the_action_tells_and_without_it_is_a_registration(
    action: str | None,
) -> None:
    served = tuple(TRANSACTIONS[name] for name in ("ITI-18", "ITI-42", "ITI-57", "ITI-92"))
    named = None if action is None else TRANSACTIONS[action].action
    envelope = Envelope(addressing=Addressing(action=named), body=message("ITI-42").body)
    found = dispatch(envelope, served, mtom=False, strict=False)
    assert found.transaction.name == (action or "ITI-42")


def test_the_first_error_among_findings_is_what_a_strict_endpoint_says() -> None:
    def finding(rule: str, severity: Severity) -> Finding:
        return Finding(rule=rule, severity=severity, text=f"{rule} is broken")

    warnings = [finding("A07", Severity.WARNING), finding("B14", Severity.INFO)]
    refuse_errors(warnings)
    with pytest.raises(ProtocolViolation, match="H05 is broken") as refused:
        refuse_errors([*warnings, finding("H05", Severity.ERROR), finding("B01", Severity.ERROR)])
    assert refused.value.rule == "H05"

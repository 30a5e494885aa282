from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from answer_examples import (
    BROKEN,
    HOME,
    SOUND,
    asked,
    delivered,
    document,
    error,
    errors,
    find,
    found,
    registered,
)
from bad_messages import PROVIDE, QUERY, ROWS, Bad
from feeds import adt
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from wire import message, post

from xdsi_sim.errors import Severity
from xdsi_sim.inspector.places import Locator
from xdsi_sim.judging.judged import Asked, Judged, judge_message
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.soap.known import named
from xdsi_sim.soap.saved import Form, Saved, Unrecognised, read_saved
from xdsi_sim.vocab import FAILURE, NS, TRANSACTIONS

URL = "http://127.0.0.1/c/registry"
CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "wire" / "corpus").iterdir())]


def judge(data: bytes, folder: Path, **given_: Any) -> Judged:
    return judge_message(read_saved(data), folder, **given_)


def rules_of(judged: Judged) -> list[str]:
    return [finding.rule for finding, _ in judged.found]


def answer(
    body: etree._Element, transaction: str, relates_to: str = "urn:1", action: str | None = None
) -> bytes:
    header = write_addressing(
        action=action or TRANSACTIONS[transaction].response_action, message_id="urn:2", relates_to=relates_to
    )
    beside = body.getprevious()  # where an example is an envelope, with its own blocks
    header += "".join(etree.tostring(block).decode() for block in (() if beside is None else beside))
    return b"".join(write_envelope(header, (etree.tostring(body),)))


# --- requests --------------------------------------------------------------------------------

OTHERWISE = {
    "a fault as request": "nothing but a fault is in a file",
    "an answer address of its own": "whom a peer may answer is a question of its topology",
    "a fault address of its own": "the same",
    "an operation of another actor": "a file is sent to no actor: what does not fit is the body",
    "no header, and a body that says nothing": "there is no list of what is served",
    "the body alone": "a capture has an envelope, and is told so; a file need not have one",
}
"""Bad messages to a server that a file may hold, and why."""


@pytest.mark.parametrize("bad", [row for row in ROWS if row.name not in OTHERWISE], ids=lambda bad: bad.name)
def test_what_a_server_refuses_is_found_in_a_file_by_the_same_rule(bad: Bad, tmp_path: Path) -> None:
    judged = judge(post(URL, bad.content_type, bad.body, *bad.headers), tmp_path)
    assert bad.rule in rules_of(judged)


def test_a_capture_an_envelope_and_a_body_alone_are_judged_alike(tmp_path: Path) -> None:
    content_type, envelope = message(URL, "ITI-18", find(ClassCode="('a')"))
    body = re.sub(rb".*<soap:Body>(.*)</soap:Body>.*", rb"\1", envelope)
    for data, form in (
        (post(URL, content_type, envelope), Form.HTTP_REQUEST),
        (envelope, Form.XML),
        (body, Form.XML),
    ):
        judged = judge(data, tmp_path)
        assert (judged.saved.form, judged.name, judged.side) == (form, "ITI-18", "request")
        assert rules_of(judged) == ["I09"]
        assert judged.assumed is (data is body)


def test_every_problem_of_the_headers_is_found_and_then_the_body_is_judged(tmp_path: Path) -> None:
    _, envelope = message(URL, "ITI-18", find(ClassCode="('a')"))
    twice = envelope.replace(b"<wsa:MessageID>", b"<wsa:To>urn:x</wsa:To><wsa:MessageID>")
    wrong = twice.replace(TRANSACTIONS["ITI-18"].action.encode(), TRANSACTIONS["ITI-42"].action.encode())
    assert rules_of(judge(wrong, tmp_path)) == ["A14", "A09", "I09"]


@pytest.mark.parametrize(
    ("address", "message_id", "rules"),
    [("http://127.0.0.1:9/me", "urn:1", []), ("urn:me", "urn:1", ["A13"]), ("http://x/me", "", ["A10"])],
)
def test_an_answer_may_be_wanted_at_any_address_that_can_be_one(
    address: str, message_id: str, rules: list[str], tmp_path: Path
) -> None:
    _, envelope = message(URL, "ITI-18", find())
    there = envelope.replace(b"http://www.w3.org/2005/08/addressing/anonymous", address.encode())
    data = re.sub(rb"(<wsa:MessageID>).*(</wsa:MessageID>)", rf"\g<1>{message_id}\g<2>".encode(), there)
    assert rules_of(judge(data, tmp_path)) == rules


def test_whoever_saved_a_message_knows_better_what_it_is(tmp_path: Path) -> None:
    _, envelope = message(URL, "ITI-18", find())
    judged = judge(envelope, tmp_path, transaction=named("ITI-38"))
    assert (judged.name, judged.assumed) == ("ITI-38", False)
    assert rules_of(judged) == ["A08"]


def test_an_envelope_saved_without_its_parts_lacks_no_document(tmp_path: Path) -> None:
    root = PROVIDE[PROVIDE.index(b"<soap:Envelope") : PROVIDE.index(b"</soap:Envelope>") + 16]
    judged = judge(root, tmp_path)
    assert b"xop:Include" in root
    assert judged.whole is False
    assert rules_of(judged) == []


def test_what_is_coded_is_undone(tmp_path: Path) -> None:
    data = post(URL, "application/soap+xml", gzip.compress(QUERY), "Content-Encoding: gzip")
    assert judge(data, tmp_path).name == "ITI-18"


def test_a_message_of_nobody_is_told_so(tmp_path: Path) -> None:
    judged = judge(b"<x/>", tmp_path)
    assert (judged.side, rules_of(judged)) == ("message", ["C01"])


def test_another_method_than_post_is_found(tmp_path: Path) -> None:
    data = post(URL, "application/soap+xml", QUERY).replace(b"POST", b"PUT", 1)
    assert rules_of(judge(data, tmp_path))[0] == "A01"


@pytest.mark.parametrize(
    ("data", "side", "rules"),
    [
        (adt(), "request", []),
        (adt("A99"), "request", ["K01"]),
        (adt("A40"), "request", ["K07"]),
        (adt(pid3=""), "request", ["K02"]),
        (b"MSH|^~\\&|a||b||||ACK|1|P|2.3.1\rMSA|AA|2\r", "answer", []),
    ],
)
def test_a_feed_by_hl7_v2_is_judged_as_far_as_it_tells(
    data: bytes, side: str, rules: list[str], tmp_path: Path
) -> None:
    judged = judge(data, tmp_path)
    assert rules_of(judged) == rules
    assert judged.name == "ITI-8"
    assert rules == ["K01"] or judged.side == side


# --- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("what", SOUND)
def test_a_sound_answer_breaks_no_rule(what: str, tmp_path: Path) -> None:
    transaction, body, request = SOUND[what]
    known = named(transaction)
    assert known is not None
    data = answer(body, "ITI-18", action=known.response_action)
    told = None if request is None else Asked(transaction=known, value=request, message_id="urn:1", mtom=None)
    judged = judge(data, tmp_path, asked=told)
    assert (judged.name, judged.side) == (transaction, "answer")
    assert rules_of(judged) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_answer_is_found_by_its_rule(rule: str, tmp_path: Path) -> None:
    transaction, body, request = BROKEN[rule]
    known = named(transaction)
    assert known is not None
    told = Asked(transaction=known, value=request, message_id=None, mtom=None)
    data = answer(body, "ITI-18", action=known.response_action)
    assert rule in rules_of(judge(data, tmp_path, asked=told))


def test_an_answer_is_held_against_its_request(tmp_path: Path) -> None:
    content_type, envelope = message(URL, "ITI-43", asked("2.999.2.1", "2.999.2.2"))
    request = judge(post(URL, content_type, envelope), tmp_path)
    told = request.asked
    assert told is not None
    assert told.mtom is True
    plain = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n"
    judged = judge(plain + answer(delivered(document()), "ITI-43"), tmp_path, asked=told)
    assert rules_of(judged) == ["A19", "A20", "H08"]


def test_an_answer_that_may_be_of_several_transactions_is_taken_for_what_it_fits_best(tmp_path: Path) -> None:
    failed = registered(FAILURE, errors(error("ReferencesExistException", "urn:uuid:1")))
    judged = judge(etree.tostring(failed), tmp_path)
    assert judged.assumed
    assert (judged.name, rules_of(judged)) == ("ITI-62", [])
    named = error("ReferencesExistException", "urn:uuid:1")
    mixed = registered(FAILURE, errors(named, error("XDSMissingDocument")))
    assert rules_of(judge(etree.tostring(mixed), tmp_path)) == ["J07"]
    submitted = registered(FAILURE, errors(error("XDSRegistryNotAvailable")))
    assert judge(etree.tostring(submitted), tmp_path).name == "ITI-41"
    assert rules_of(judge(etree.tostring(found()), tmp_path)) == []


def test_an_answer_of_a_gateway_is_known_by_its_action(tmp_path: Path) -> None:
    action = "urn:ihe:iti:2007:CrossGatewayRetrieveResponse"
    judged = judge(answer(delivered(document()), "ITI-43", action=action), tmp_path)
    assert (judged.name, rules_of(judged)) == ("ITI-39", ["H06"])
    right = judge(answer(delivered(document(home=HOME)), "ITI-43", action=action), tmp_path)
    assert rules_of(right) == []


def test_a_fault_is_told_as_one(tmp_path: Path) -> None:
    fault = (
        f'<soap:Fault xmlns:soap="{NS.SOAP}"><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code>'
        '<soap:Reason><soap:Text xml:lang="en">no</soap:Text></soap:Reason></soap:Fault>'
    )
    data = answer(etree.fromstring(fault), "ITI-18")
    judged = judge(data, tmp_path)
    assert (judged.side, judged.value.reason, rules_of(judged)) == ("fault", "no", [])
    known = TRANSACTIONS["ITI-18"]
    told = Asked(transaction=known, value=None, message_id="urn:other", mtom=False)
    assert rules_of(judge(data, tmp_path, asked=told)) == ["A19"]


def test_an_empty_answer_to_an_asynchronous_request_is_sound(tmp_path: Path) -> None:
    judged = judge(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", tmp_path)
    assert (judged.side, judged.found) == ("answer", [])
    assert rules_of(judge(b"HTTP/1.1 200 OK\r\n\r\n", tmp_path)) == ["A02"]


# --- anything --------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", CORPUS, ids=range(len(CORPUS)))
def test_a_body_that_a_reader_once_had_to_think_about_is_judged(sample: bytes, tmp_path: Path) -> None:
    content_type, _, body = sample.partition(b"\n")
    judged = judge(post(URL, content_type.decode(), body), tmp_path)
    assert any(finding.severity is Severity.ERROR for finding, _ in judged.found)


GOOD = (
    *(post(URL, *message(URL, "ITI-18", find())) for _ in range(1)),
    post(URL, *message(URL, "ITI-43", asked())),
    answer(found(), "ITI-18"),
    answer(delivered(document()), "ITI-43"),
    adt(),
)


def test_a_parameter_without_a_name_has_a_place_all_the_same(tmp_path: Path) -> None:
    _, envelope = message(URL, "ITI-18", find())
    data = envelope.replace(b'name="$XDSDocumentEntryStatus"', b'name=""')
    judged = judge(data, tmp_path)
    assert "I03" in rules_of(judged)
    locator = Locator(data, judged)
    assert None not in map(locator.position, judged.found)


@settings(max_examples=300)
@given(data=st.data())
def test_no_octets_whatever_raise(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    octets = bytearray(data.draw(st.sampled_from(GOOD)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(octets) - 1)))
        octets[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    try:
        saved = read_saved(bytes(octets))
    except Unrecognised:
        return
    assert isinstance(saved, Saved)
    judged = judge_message(saved, tmp_path_factory.getbasetemp())
    locator = Locator(bytes(octets), judged)
    for one in judged.found:
        locator.position(one)

from __future__ import annotations

import pytest

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import InvalidAddressingHeader, NotUnderstood
from xdsi_sim.soap.addressing import Addressing, elsewhere, read_addressing, write_addressing
from xdsi_sim.vocab import ANONYMOUS, NS

HEAD = f'<soap:Header xmlns:soap="{NS.SOAP}" xmlns:wsa="{NS.WSA}">'


def header(blocks: str) -> Addressing:
    return read_addressing(parse(f"{HEAD}{blocks}</soap:Header>".encode()))


def test_what_is_written_is_read_back() -> None:
    given = header(write_addressing(action="urn:a&b", message_id="urn:uuid:1", to="http://x/?a&b"))
    assert given == Addressing(
        action="urn:a&b",
        messageID="urn:uuid:1",
        to="http://x/?a&b",
        replyTo=ANONYMOUS,
        mustUnderstand=frozenset({"Action"}),
    )


def test_an_answer_relates_to_its_request_and_asks_for_no_reply() -> None:
    given = header(write_addressing(action="urn:a", message_id="urn:uuid:2", relates_to="urn:uuid:1"))
    assert (given.relatesTo, given.replyTo) == ("urn:uuid:1", None)


def test_a_request_may_ask_for_its_reply_elsewhere() -> None:
    given = header(
        write_addressing(action="urn:a", message_id="urn:1", to="http://x", reply_to="http://y/?a&b")
    )
    assert (given.reply_address, given.fault_address) == ("http://y/?a&b", "http://y/?a&b")


def test_an_answer_may_travel_on_its_own_and_still_asks_for_no_reply() -> None:
    given = header(write_addressing(action="urn:a", message_id="urn:2", relates_to="urn:1", to="http://y"))
    assert (given.to, given.relatesTo, given.replyTo) == ("http://y", "urn:1", None)


@pytest.mark.parametrize(
    ("blocks", "reply", "fault"),
    [
        ({}, ANONYMOUS, ANONYMOUS),
        ({"replyTo": ""}, ANONYMOUS, ANONYMOUS),
        ({"replyTo": "http://r"}, "http://r", "http://r"),
        ({"faultTo": "http://f"}, ANONYMOUS, "http://f"),
        ({"replyTo": "http://r", "faultTo": ANONYMOUS}, "http://r", ANONYMOUS),
    ],
)
def test_faults_go_where_replies_go_unless_it_is_said(blocks: dict[str, str], reply: str, fault: str) -> None:
    given = Addressing(**blocks)  # type: ignore[arg-type]
    assert (given.reply_address, given.fault_address) == (reply, fault)
    assert elsewhere(given.reply_address) == (None if reply == ANONYMOUS else reply)


def test_dialects_that_the_standards_allow_are_taken() -> None:
    given = header(
        f'<Action xmlns="{NS.WSA}" soap:mustUnderstand=" 1 ">\n  urn:a\t</Action>'
        "<wsa:MessageID>uuid:1</wsa:MessageID><wsa:RelatesTo RelationshipType='urn:x'>urn:2</wsa:RelatesTo>"
        "<wsa:RelatesTo>urn:1</wsa:RelatesTo>"
        "<wsa:FaultTo><wsa:Address> urn:f </wsa:Address></wsa:FaultTo><wsa:Unknown/>"
    )
    assert (given.action, given.messageID, given.relatesTo, given.faultTo) == (
        "urn:a",
        "uuid:1",
        "urn:1",
        "urn:f",
    )
    assert given.mustUnderstand == {"Action"}


@pytest.mark.parametrize("attribute", ['mustUnderstand="1"', 'soap:mustUnderstand="0"', 'xml:id="1"'])
def test_must_understand_is_an_attribute_of_soap(attribute: str) -> None:
    given = header(f"<wsa:Action {attribute}>urn:a</wsa:Action>")
    assert (given.action, given.mustUnderstand) == ("urn:a", frozenset())


@pytest.mark.parametrize("name", ["Action", "MessageID", "To", "ReplyTo", "Foreign"])
def test_what_is_meant_for_another_role_is_not_ours(name: str) -> None:
    other = f'<wsa:{name} soap:role="urn:somebody-else" soap:mustUnderstand="1">x</wsa:{name}>'
    assert header(other) == Addressing()
    assert header(f"{other}<wsa:Action>urn:a</wsa:Action>").problem is None


def test_an_action_is_not_empty() -> None:
    problem = header("<wsa:Action> </wsa:Action>").problem
    assert isinstance(problem, InvalidAddressingHeader)
    assert problem.rule == "A06"


def test_an_addressing_header_that_nobody_knows_is_like_any_other() -> None:
    assert header("<wsa:Other/>").problem is None
    problem = header('<wsa:Other soap:mustUnderstand="1"/>').problem
    assert isinstance(problem, NotUnderstood)


def test_no_header_is_no_addressing() -> None:
    assert not read_addressing(None).present
    assert not header("<other/>").present
    assert header("<wsa:To>x</wsa:To>").present
    assert header("<wsa:FaultTo/>").present


@pytest.mark.parametrize(
    ("name", "rule"),
    [("Action", "A06"), ("MessageID", "A10"), ("To", "A14"), ("ReplyTo", "A12"), ("FaultTo", "A13")],
)
def test_a_header_must_not_be_there_twice(name: str, rule: str) -> None:
    given = header(f"<wsa:{name}>x</wsa:{name}>" * 2 + "<wsa:RelatesTo>urn:1</wsa:RelatesTo>")
    assert isinstance(given.problem, InvalidAddressingHeader)
    assert (given.problem.detail, given.problem.rule) == (f"wsa:{name}", rule)
    assert given.relatesTo == "urn:1"  # what can be read is read


def test_the_addressing_of_2004_is_refused() -> None:
    given = header('<a:Action xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">x</a:Action>')
    assert given.problem is not None
    assert given.problem.rule == "A17"


@pytest.mark.parametrize(
    ("attributes", "refused"),
    [
        ('soap:mustUnderstand="1"', True),
        ('soap:mustUnderstand="true"', True),
        (f'soap:mustUnderstand="true" soap:role="{NS.SOAP}/role/next"', True),
        ('soap:mustUnderstand="true" soap:role="urn:somebody-else"', False),
        ('soap:mustUnderstand="0"', False),
        ('mustUnderstand="1"', False),  # not the attribute of SOAP
        ("", False),
    ],
)
def test_a_foreign_header_for_us_must_not_need_understanding(attributes: str, refused: bool) -> None:
    block = f'<x:Token xmlns:x="urn:x" {attributes}/>'
    given = header(block + "<wsa:MessageID>urn:1</wsa:MessageID>")
    assert isinstance(given.problem, NotUnderstood) is refused
    assert given.problem is None or given.problem.detail == "{urn:x}Token"
    assert given.messageID == "urn:1"


def test_an_answer_to_a_message_without_an_id_asks_for_no_reply_either() -> None:
    given = header(write_addressing(action="urn:a", message_id="urn:uuid:2"))
    assert (given.relatesTo, given.replyTo) == (None, None)

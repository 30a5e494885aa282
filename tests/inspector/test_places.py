from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from answer_examples import BROKEN, error, errors, registered
from bad_messages import MTOM_TYPE, PROVIDE
from lxml import etree
from submissions import a_folder, a_submission, an_entry, uuid
from wire import message, post

from xdsi_sim.ebrim.model import InternationalString
from xdsi_sim.ebrim.xml import local_name, parse
from xdsi_sim.inspector.places import Locator
from xdsi_sim.judging.judged import judge_message
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.soap.saved import read_saved
from xdsi_sim.vocab import FAILURE

URL = "http://127.0.0.1/c/registry"


def lines(data: bytes, folder: Path) -> dict[str, str]:
    """By rule, the line of the file that its first finding is at, from its column on."""
    judged = judge_message(read_saved(data), folder)
    locator = Locator(data, judged)
    found: dict[str, str] = {}
    for one in judged.found:
        at = locator.position(one)
        text = data.decode("utf-8", "replace").splitlines()
        found.setdefault(one[0].rule, "nowhere" if at is None else text[at.line - 1][at.column - 1 :])
    return found


def pretty(request: SubmitObjectsRequest) -> bytes:
    tree = parse(request.written())
    etree.indent(tree)
    return etree.tostring(tree)


@pytest.mark.parametrize(
    ("request_", "rule", "begins"),
    [
        (a_submission(entries=(an_entry(creationTime="soon"),)), "D08", '<rim:Slot name="creationTime"'),
        (a_submission(entries=(an_entry(mimeType="x"),)), "D27", 'mimeType="x"'),
        (a_submission(entries=(an_entry(patientId="P1"),)), "D15", "<rim:ExternalIdentifier"),
        (a_submission(folders=(a_folder(patientId="P1"),)), "D15", "<rim:ExternalIdentifier"),
        (a_submission(entries=(an_entry(typeCode=None),)), "D01", "<rim:ExtrinsicObject"),
        (
            a_submission(entries=(an_entry(title=InternationalString.of("x" * 128)),)),
            "D36",
            "<rim:Name>",
        ),
        (a_submission(submissionSets=()), "C04", "<lcm:SubmitObjectsRequest"),
        (a_submission(entries=(an_entry(homeCommunityId="1.2"),)), "D39", 'home="1.2"'),
    ],
)
def test_a_finding_is_at_the_element_that_it_is_about(
    request_: SubmitObjectsRequest, rule: str, begins: str, tmp_path: Path
) -> None:
    assert lines(pretty(request_), tmp_path)[rule].startswith(begins)


def test_a_finding_of_the_schema_is_at_its_line_wherever_the_xml_begins(tmp_path: Path) -> None:
    data = pretty(a_submission()).replace(b"<rim:ValueList>", b"<rim:Other/><rim:ValueList>", 1)
    content_type, envelope = message(URL, "ITI-42", a_submission())
    head, tail = envelope.split(b"<soap:Body>")[0], b"</soap:Body></soap:Envelope>"
    whole = post(URL, content_type, head + b"<soap:Body>\n" + data + tail)
    for octets in (data, whole):
        assert lines(octets, tmp_path)["C01"].startswith("<rim:Other")


def test_what_is_not_well_formed_is_at_the_column_where_the_parser_stops(tmp_path: Path) -> None:
    assert lines(b"<a><b></c></a>", tmp_path) == {"A03": "</a>"}


def test_a_finding_of_a_header_is_at_it(tmp_path: Path) -> None:
    content_type, envelope = message(URL, "ITI-18")
    bare = envelope.replace(b'<wsa:Action soap:mustUnderstand="true">', b"<wsa:Action>")
    found = lines(post(URL, "multipart/related; boundary=b", b"--b\r\n\r\n" + bare + b"\r\n--b--"), tmp_path)
    assert found["A07"].startswith("<wsa:Action>")
    assert found["B04"].startswith("Content-Type: multipart/related")
    assert content_type
    without = lines(envelope.replace(b"ReplyTo", b"Other"), tmp_path)
    assert without["A12"].startswith("<soap:Header>")


def test_a_finding_in_a_part_of_a_capture_is_at_its_line(tmp_path: Path) -> None:
    wrong = PROVIDE.replace(b"text/plain", b"text-plain").replace(b'mimeType="', b'mimeType="no/')
    found = lines(post(URL, MTOM_TYPE, wrong), tmp_path)
    assert "nowhere" not in found.values()


def test_an_error_of_an_answer_is_found_by_its_value(tmp_path: Path) -> None:
    answer = registered(FAILURE, errors(error("XDSRegistryError"), error("Other")))
    etree.indent(answer)
    assert lines(etree.tostring(answer), tmp_path)["J07"].startswith('errorCode="Other"')


def test_a_finding_about_an_object_of_an_answer_is_at_it(tmp_path: Path) -> None:
    data = etree.tostring(BROKEN["I24"][1])
    assert lines(data, tmp_path)["I24"].startswith("<rim:ExtrinsicObject")
    assert uuid(1).encode() in data


def test_what_the_file_does_not_show_is_nowhere(tmp_path: Path) -> None:
    content_type, envelope = message(URL, "ITI-42", a_submission(entries=(an_entry(typeCode=None),)))
    for octets, coding in (
        (gzip.compress(envelope), "gzip"),
        (envelope.decode().encode("utf-16"), "identity"),
    ):
        media = content_type.replace("UTF-8", "UTF-16" if coding == "identity" else "UTF-8")
        data = post(URL, media, octets, f"Content-Encoding: {coding}")
        assert lines(data, tmp_path) == {"D01": "nowhere"}


def test_a_finding_of_hl7_v2_is_at_its_segment(tmp_path: Path) -> None:
    data = b"MSH|^~\\&|a||b||20240101||ADT^A01|1|P|2.3.1\nEVN|A01\nPID|||||X\n"
    assert lines(data, tmp_path)["K02"].startswith("PID|")
    assert lines(data.replace(b"A01", b"A99"), tmp_path)["K01"].startswith("MSH|")


def elements(data: bytes, folder: Path) -> dict[str, str]:
    """By rule, the name of the element that its first finding is about."""
    judged = judge_message(read_saved(data), folder)
    locator = Locator(data, judged)
    found: dict[str, str] = {}
    for one in judged.found:
        element, _ = locator.element(one)
        found.setdefault(one[0].rule, "none" if element is None else local_name(element))
    return found


def test_an_element_is_given_for_who_shows_the_tree(tmp_path: Path) -> None:
    content_type, envelope = message(URL, "ITI-42", a_submission(entries=(an_entry(mimeType="x"),)))
    assert elements(post(URL, content_type, envelope), tmp_path)["D27"] == "ExtrinsicObject"
    without = envelope.replace(b"MessageID", b"MessageIDs")
    assert elements(post(URL, content_type, without), tmp_path)["A10"] in ("Header", "Envelope")

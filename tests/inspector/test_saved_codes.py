from __future__ import annotations

import re
from pathlib import Path

import pytest
from rule_examples import CODES
from submissions import a_folder, a_provision, a_set, a_submission, an_association, an_entry, uuid
from wire import message, post

from xdsi_sim.ebrim.model import Code
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.errors import Severity, UsageError
from xdsi_sim.inspector.saved_codes import Stray, strays, strays_of_file, submissions_in
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.code_sets import CODED, AllowedCode, CodeSets
from xdsi_sim.vocab import NS
from xdsi_sim.vocab import Association as AssociationType

URL = "http://127.0.0.1/c/repository"
STRAY = Code.of("stray", "2.999.7", "Nothing known")
ENVELOPE = f'<s:Envelope xmlns:s="{NS.SOAP}"><s:Body>\n%s\n</s:Body></s:Envelope>'


def in_lines(request: SubmitObjectsRequest) -> bytes:
    """The request with each element on a line of its own."""
    return re.sub(rb"><(?!/)", b">\n<", request.written())


def found_in(data: bytes, codes: CodeSets = CODES) -> list[Stray]:
    return [stray for request in submissions_in(parse(data)) for stray in strays(request, codes)]


def line_with(data: bytes, *texts: str) -> int:
    """The first line that holds all texts, counted from 1."""
    lines = data.decode().split("\n")
    return next(number for number, line in enumerate(lines, 1) if all(text in line for text in texts))


def test_a_stray_is_told_with_its_line() -> None:
    data = in_lines(a_submission(entries=(an_entry(1), an_entry(2, classCode=STRAY))))
    (stray,) = found_in(data)
    assert (stray.rule, stray.severity, stray.object) == ("D28", Severity.ERROR, uuid(2))
    assert (stray.attribute, stray.value) == ("classCode", "stray^^2.999.7")
    assert stray.line == line_with(data, "<rim:Classification", 'nodeRepresentation="stray"')


def test_each_code_of_a_list_leads_to_its_own_line() -> None:
    events = (Code.of("CT", "2.999.7", "CT"), STRAY)
    known = AllowedCode(attribute="eventCodeList", code="CT", codingScheme="2.999.7")
    data = in_lines(a_submission(entries=(an_entry(eventCodeList=events),)))
    assert [stray.line for stray in found_in(data, CodeSets.of([known]))] == [line_with(data, '"stray"')]


def test_every_attribute_leads_to_its_own_line() -> None:
    coded = {name: (STRAY,) if name in ("confidentialityCode", "eventCodeList") else STRAY for name in ENTRY}
    data = in_lines(
        a_submission(
            entries=(an_entry(mimeType="text/goofy", languageCode="fr", **coded),),
            set_=a_set(contentTypeCode=STRAY),
            folders=(a_folder(codeList=(STRAY,)),),
            more=(an_association(uuid(1), uuid(7), AssociationType.RPLC, documentation=STRAY),),
        )
    )
    known = [AllowedCode(attribute=name, code="x", codingScheme="s") for name in CODED]
    plain = [AllowedCode(attribute=name, code="x/y") for name in ("mimeType", "languageCode")]
    found = {stray.attribute: stray.line for stray in found_in(data, CodeSets.of(known + plain))}
    assert set(found) == {*CODED, "mimeType", "languageCode"}
    assert len(set(found.values())) == len(found)
    assert found["mimeType"] == line_with(data, "<rim:ExtrinsicObject")
    assert found["languageCode"] == line_with(data, "<rim:Slot", 'name="languageCode"')


ENTRY = (
    "classCode",
    "typeCode",
    "formatCode",
    "confidentialityCode",
    "eventCodeList",
    "healthcareFacilityTypeCode",
    "practiceSettingCode",
)


def test_codes_that_are_not_whole_are_told_too() -> None:
    data = in_lines(a_submission(entries=(an_entry(typeCode=Code("", "2.999.7"), classCode=Code("x", "")),)))
    rules = {stray.rule for stray in found_in(data)}
    assert rules == {"C16", "C17", "C18"}
    assert all(stray.line is not None for stray in found_in(data))


def test_an_object_that_is_known_by_no_id_has_no_line() -> None:
    request = SubmitObjectsRequest(element=an_element())
    assert [(stray.line, stray.object) for stray in strays(request, CODES)] == [(None, None)]


def an_element() -> Element:
    """A submission whose entry has lost its id."""
    data = a_submission(entries=(an_entry(mimeType="text/goofy"),)).written()
    element = parse(data)
    for entry in element.iter(f"{{{NS.RIM}}}ExtrinsicObject"):
        del entry.attrib["id"]
    return element


@pytest.mark.parametrize("transaction", ["ITI-41", "ITI-42"])
def test_submissions_are_found_inside_of_envelopes(transaction: str) -> None:
    provision = a_provision(entries=(an_entry(classCode=STRAY),))
    value = provision if transaction == "ITI-41" else provision.submission
    _, body = message("http://127.0.0.1/", transaction, value)
    envelope = body[body.index(b"<soap:Envelope") : body.index(b"</soap:Envelope>") + 16]
    assert [stray.value for stray in found_in(envelope)] == ["stray^^2.999.7"]


def test_a_file_may_hold_several_submissions_or_none() -> None:
    one = a_submission().written().decode()
    assert len(submissions_in(parse((ENVELOPE % one).encode()))) == 1
    assert len(submissions_in(parse((ENVELOPE % (one + one)).encode()))) == 2
    assert submissions_in(parse(b"<a/>")) == ()


def test_a_capture_of_http_is_taken_with_the_lines_of_the_file(tmp_path: Path) -> None:
    request = a_provision(entries=(an_entry(hash=None, size=None, classCode=STRAY),))
    content_type, body = message(URL, "ITI-41", request)
    captured = post(URL, content_type, re.sub(rb"><(?!/)", b">\n<", body))
    (tmp_path / "sent.http").write_bytes(captured)
    (stray,) = strays_of_file(tmp_path / "sent.http", CODES)
    lines = captured.split(b"\n")
    assert b'nodeRepresentation="stray"' in lines[(stray.line or 0) - 1]


def test_what_holds_no_submission_is_told(tmp_path: Path) -> None:
    files = {
        "cut.http": (post(URL, *message(URL, "ITI-41", a_provision()))[:600], "ends before its closing"),
        "query.http": (post(URL, *message(URL)), "no SubmitObjectsRequest"),
        "words": (b"hello", "not well-formed XML"),
    }
    for name, (data, words) in files.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UsageError, match=words):
            strays_of_file(tmp_path / name, CODES)

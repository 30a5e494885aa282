from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from a_domain import a_query, provision
from an_exchange import a_message
from wire import message

from xdsi_sim.content import BytesContent
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.soap.likeness import Likeness, difference, likeness_of, nearness


def request(transaction: str, value: Any, **replaced: str) -> HttpMessage:
    media, body = message("http://registry.test/c/registry", transaction, value)
    for old, new in replaced.items():
        body = body.replace(old.encode(), new.encode())
    return a_message("POST /c/registry HTTP/1.1", body, Content_Type=media)


@pytest.fixture
def like(tmp_path: Path) -> Any:
    return lambda message: likeness_of(message, "/c/registry", tmp_path)


def test_who_sends_it_how_is_no_part_of_it(like: Any) -> None:
    one = like(request("ITI-18", a_query()))
    other = like(request("ITI-18", a_query(), asked="another"))
    assert one.exact_key == other.exact_key
    assert (one.what, one.message_id, other.message_id) == ("ITI-18", "urn:uuid:asked", "urn:uuid:another")


def test_boundaries_and_content_ids_are_no_part_of_it(like: Any) -> None:
    first = like(request("ITI-41", provision(1)))
    second = like(request("ITI-41", provision(1)))
    assert first.exact_key == second.exact_key


def test_a_submission_with_other_ids_is_like_it_and_one_of_another_title_is_not(like: Any) -> None:
    later = {"20240212083015": "20250101000000"}  # when the document was made
    one, two = like(request("ITI-41", provision(1))), like(request("ITI-41", provision(2), **later))
    assert one.exact_key != two.exact_key
    assert one.loose_key == two.loose_key
    other = like(request("ITI-41", provision(2), **later, **{"CT Head": "MR Head"}))
    assert other.loose_key != one.loose_key
    assert "'SubmitObjectsRequest" not in difference(other, one)
    assert "MR Head" in difference(other, one)


def test_an_id_that_is_asked_for_is_never_loosened(like: Any) -> None:
    def wanted(uid: str) -> Likeness:
        asked = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=uid)
        found: Likeness = like(request("ITI-43", RetrieveDocumentSetRequest(requests=(asked,))))
        return found

    assert wanted("2.999.2.1").loose_key != wanted("2.999.2.2").loose_key
    assert wanted("2.999.2.1").loose_key == wanted("2.999.2.1").loose_key


def test_slots_of_a_query_may_stand_in_any_order(like: Any) -> None:
    query = a_query()
    turned = type(query)(id=query.id, parameters=query.parameters[::-1])
    one, two = like(request("ITI-18", query)), like(request("ITI-18", turned))
    assert one.exact_key != two.exact_key
    assert one.loose_key == two.loose_key


def test_a_document_counts_to_the_letter_and_not_loosely(like: Any) -> None:
    one, two = (like(request("ITI-41", provision(1, content))) for content in (b"a", b"b"))
    assert one.exact_key != two.exact_key
    assert one.loose_key == two.loose_key


HL7 = b"""<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>
<PRPA_IN201301UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><id root="2.999.%d" extension="m%d"/>
<creationTime value="2024021208%d"/><patient><id root="2.999" extension="P1"/></patient>
</PRPA_IN201301UV02></e:Body></e:Envelope>"""


def test_what_names_a_message_of_hl7_is_no_part_of_it(like: Any) -> None:
    one, two = (
        like(a_message("POST /c/registry HTTP/1.1", HL7 % (number, number, number))) for number in (10, 11)
    )
    assert one.exact_key == two.exact_key
    assert two.named == (("id", "2.999.11", "m11"),)
    other = like(a_message("POST /c/registry HTTP/1.1", HL7.replace(b"P1", b"P2") % (1, 1, 1)))
    assert other.loose_key != one.loose_key


@pytest.mark.parametrize(
    ("line", "accept", "exact", "loose"),
    [
        ("GET /c/registry/dicom-web/studies?b=2&a=1 HTTP/1.1", "x/y", True, True),
        ("GET /c/registry/dicom-web/studies/?a=1&b=2 HTTP/1.1", "X/Y", True, True),
        ("GET /c/registry/dicom-web/studies?a=1&b=2 HTTP/1.1", "z/z", False, True),
        ("GET /c/registry/dicom-web/studies?a=1 HTTP/1.1", "x/y", False, False),
        ("HEAD /c/registry/dicom-web/studies?a=1&b=2 HTTP/1.1", "x/y", False, False),
    ],
)
def test_requests_by_the_web(like: Any, line: str, accept: str, exact: bool, loose: bool) -> None:
    known = like(a_message("GET /c/registry/dicom-web/studies?a=1&b=2 HTTP/1.1", b"", Accept="x/y"))
    asked = like(a_message(line, b"", Accept=accept))
    assert (asked.exact_key == known.exact_key, asked.loose_key == known.loose_key) == (exact, loose)


def test_parts_of_an_upload_count_and_their_boundary_does_not(like: Any) -> None:
    def upload(boundary: str, content: str) -> Likeness:
        body = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n{content}\r\n--{boundary}--\r\n"
        media = f'multipart/related; type="application/dicom"; boundary={boundary}'
        sent = a_message("POST /c/registry/dicom-web/studies HTTP/1.1", body.encode(), Content_Type=media)
        found: Likeness = like(sent)
        return found

    assert upload("a", "one").exact_key == upload("b", "one").exact_key
    assert upload("a", "one").loose_key != upload("b", "two").loose_key


@pytest.mark.parametrize("body", [b"", b"<broken", b"\xff\x00" * 9, b"--x\r\n\r\n"])
def test_whatever_it_is_it_is_like_itself_and_like_nothing_else(like: Any, body: bytes) -> None:
    known = like(a_message("POST /c/registry HTTP/1.1", body, Content_Type="multipart/related; boundary=x"))
    again = like(a_message("POST /c/registry HTTP/1.1", body, Content_Type="multipart/related; boundary=x"))
    other = like(HttpMessage(start_line="POST /c/registry HTTP/1.1", headers=(), body=BytesContent(b"other")))
    assert known.exact_key == again.exact_key != other.exact_key


def test_the_nearest_is_of_the_same_kind_and_shares_most(like: Any) -> None:
    asked = like(request("ITI-18", a_query()))
    close = like(request("ITI-18", a_query(), Approved="Deprecated"))
    far = like(request("ITI-41", provision(1)))
    assert nearness(asked, asked) > nearness(asked, close) > nearness(asked, far)
    assert re.search(
        "Approved.* is only asked for now.*Deprecated.* is only in the rec", difference(asked, close)
    )
    assert difference(asked, far) == "it is ITI-41"

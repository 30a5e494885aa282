from __future__ import annotations

import gzip
from pathlib import Path

from an_exchange import DOCUMENT, MTOM, MTOM_HEADERS, SOAP, a_message, an_exchange

from xdsi_sim.content import FileContent, read_all
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.inspector.pieces import message_of, pieces_of

MULTIPART = dict(MTOM_HEADERS)["Content-Type"]


def mtom(**headers: str) -> HttpMessage:
    return a_message("HTTP/1.1 200 OK", MTOM, Content_Type=MULTIPART, **headers)


def test_parts_and_whole_bodies_are_numbered_through_both_messages() -> None:
    pieces = pieces_of(an_exchange(response=mtom()))
    assert [(piece.number, piece.side, piece.type) for piece in pieces] == [
        (1, "request", "application/soap+xml"),
        (2, "response", "application/xop+xml"),
        (3, "response", "application/dicom"),
    ]
    assert [read_all(piece.body) for piece in pieces] == [SOAP, SOAP, DOCUMENT]
    assert [piece.whole for piece in pieces] == [True, False, False]


def test_an_empty_body_and_an_answer_that_did_not_come_have_no_number() -> None:
    assert pieces_of(an_exchange(request=a_message("GET / HTTP/1.1", b""), response=None)) == ()


def test_a_compressed_body_is_one_piece_as_it_was_on_the_wire() -> None:
    data = gzip.compress(MTOM)
    message = a_message("HTTP/1.1 200 OK", data, Content_Type=MULTIPART, Content_Encoding="gzip")
    assert [read_all(piece.body) for piece in pieces_of(an_exchange(response=message))] == [SOAP, data]


def test_a_multipart_body_without_its_boundary_is_one_piece() -> None:
    message = a_message("HTTP/1.1 200 OK", MTOM, Content_Type="multipart/related; boundary=inner")
    assert [read_all(piece.body) for piece in pieces_of(an_exchange(response=message))] == [SOAP, MTOM]


def test_a_body_that_the_log_has_lost_still_has_its_number(tmp_path: Path) -> None:
    gone = FileContent(tmp_path / "gone", 100)
    assert next(iter(pieces_of(an_exchange(body=gone, response=mtom())))).body == gone


def test_a_message_is_named_by_its_side() -> None:
    exchange = an_exchange(response=None)
    assert message_of(exchange, "request") is exchange.request
    assert message_of(exchange, "response") is None

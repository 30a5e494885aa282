from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import LimitExceeded, ProtocolViolation, UnsupportedMediaType
from xdsi_sim.inspector.web.form import FormReader
from xdsi_sim.limits import Limits

TYPE = "application/x-www-form-urlencoded; charset=UTF-8"


def a_reader(type_: str = TYPE, coding: str | None = None) -> FormReader:
    return FormReader(type_, Path(), Limits(), coding=coding)


def test_a_form_comes_in_pieces() -> None:
    reader = a_reader()
    for piece in (b"a=1&b=", b"%C3%BC+x&c", b"="):
        reader.feed(piece)
    assert reader.finish() == {"a": "1", "b": "ü x", "c": ""}


@pytest.mark.parametrize("reader", [a_reader("application/json"), a_reader(""), a_reader(coding="gzip")])
def test_another_body_is_refused(reader: FormReader) -> None:
    reader.feed(b"a=1")
    assert reader.beginning == b""
    with pytest.raises(UnsupportedMediaType):
        reader.finish()


def test_a_form_without_end_is_refused_and_not_kept() -> None:
    reader = a_reader()
    for _ in range(40):
        reader.feed(b"x" * 1_000_000)
    assert len(reader.beginning) <= 17_000_000
    with pytest.raises(LimitExceeded):
        reader.finish()


def test_fields_without_end_are_refused() -> None:
    reader = a_reader()
    reader.feed(b"&".join(b"a%d=1" % number for number in range(1_000)))
    with pytest.raises(ProtocolViolation):
        reader.finish()


def test_octets_that_are_no_text_harm_nothing() -> None:
    reader = a_reader()
    reader.feed(b"a=%ff\xff%zz")
    assert set(reader.finish()) == {"a"}
    reader.abandon()

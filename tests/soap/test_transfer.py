from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.soap.transfer import DECODERS, Base64

ENCODERS = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}


@pytest.mark.parametrize("encoding", ENCODERS)
@given(data=st.binary(max_size=200), step=st.integers(1, 50))
def test_what_was_encoded_comes_back_in_pieces_of_any_size(encoding: str, data: bytes, step: int) -> None:
    encoded = ENCODERS[encoding](data)
    decoder = DECODERS[encoding]()
    pieces = [decoder.feed(encoded[at : at + step]) for at in range(0, len(encoded), step)]
    assert b"".join((*pieces, decoder.end())) == data


@given(data=st.binary(max_size=40), cuts=st.integers(0, 40))
def test_any_octets_are_base64_or_not_however_they_are_split(data: bytes, cuts: int) -> None:
    assert outcome(data[:cuts], data[cuts:]) == outcome(data)


def outcome(*pieces: bytes) -> bytes | None:
    decoder = Base64()
    try:
        return b"".join((*map(decoder.feed, pieces), decoder.end()))
    except binascii.Error:
        return None


def test_a_decoder_says_what_it_keeps_back() -> None:
    decoder = DECODERS["quoted-printable"]()
    decoder.feed(b"a line\nand a half")
    assert decoder.waiting == len("and a half")

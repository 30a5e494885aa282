from __future__ import annotations

import gzip
import json

import pytest
from a_dicomweb_service import Ask, body_of, parts_of

from xdsi_sim.content import BytesContent
from xdsi_sim.dicomweb.accept import Offer, read_accept
from xdsi_sim.dicomweb.answers import Piece, choose, multipart
from xdsi_sim.dicomweb.messages import Refused

CT = "studies/2.999.76.1"
IMAGE = f"{CT}/series/2.999.76.1.1/instances/2.999.76.1.1.1"


def test_each_part_tells_its_type_its_address_and_its_length() -> None:
    answer = multipart(
        [Piece(BytesContent(b"one\r\n"), "a/b", "http://h/1"), Piece(BytesContent(b""), "a/b", "x")], "a/b"
    )
    boundary = answer.media_type.partition("boundary=")[2]
    head = f"--{boundary}\r\nContent-Type: a/b\r\nContent-Location: "
    one = f"{head}http://h/1\r\nContent-Length: 5\r\n\r\none\r\n\r\n"
    other = f"{head}x\r\nContent-Length: 0\r\n\r\n\r\n"
    assert answer.media_type.startswith('multipart/related; type="a/b"; boundary=')
    assert body_of(answer) == f"{one}{other}--{boundary}--\r\n".encode()
    assert parts_of(answer) == [("a/b", b"one\r\n"), ("a/b", b"")]


def test_what_cannot_be_had_is_told_with_what_can() -> None:
    with pytest.raises(Refused, match='can be had as a/b, multipart/related; type="c/d"') as refused:
        choose(read_accept("x/y"), (Offer("a/b"), Offer("c/d", multipart=True)), "it")
    assert refused.value.status == 406


# --- unchanged --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        CT,
        f"{CT}/metadata",
        IMAGE,
        f"{IMAGE}/frames/1",
        f"{IMAGE}/rendered",
        f"{CT}/thumbnail",
        "studies?limit=1",
    ],
)
def test_what_a_client_has_already_is_not_sent_again(ask: Ask, target: str) -> None:
    first = dict(ask(target).headers)
    tag = first["ETag"]
    opaque = tag.removeprefix("W/")
    for known in (tag, opaque, f"W/{opaque}", f'"x", {tag}', "*"):
        again = ask(target, if_none_match=known)
        assert (again.status, body_of(again)) == (304, b"")
        assert dict(again.headers)["ETag"] == tag
        assert dict(again.headers)["Vary"] == first["Vary"]
        assert dict(again.headers)["Access-Control-Allow-Origin"] == "*"
    assert ask(target, if_none_match='"other"').status == 200


def test_other_forms_have_other_tags(ask: Ask) -> None:
    forms = [
        ask(IMAGE),
        ask(IMAGE, accept="application/dicom"),
        ask(f"{IMAGE}/frames/1"),
        ask(f"{IMAGE}/rendered"),
        ask(f"{IMAGE}/rendered", accept="image/png"),
        ask(f"{IMAGE}/rendered?quality=5"),
        ask(f"{IMAGE}/thumbnail"),
    ]
    assert len({dict(answer.headers)["ETag"] for answer in forms}) == len(forms)


def test_a_tag_promises_the_same_octets_only_where_they_are(ask: Ask) -> None:
    alone, several, json_ = ask(IMAGE, accept="application/dicom"), ask(CT), ask("studies?limit=1")
    strong = [not dict(answer.headers)["ETag"].startswith("W/") for answer in (alone, several, json_)]
    assert strong == [True, False, False]


def test_a_cache_is_told_what_chose_the_form(ask: Ask) -> None:
    for target, vary in (
        (IMAGE, "Accept"),
        (f"{IMAGE}/rendered", "Accept"),
        (f"{CT}/metadata", "Accept, Accept-Encoding"),
    ):
        assert dict(ask(target).headers)["Vary"] == vary


# --- ranges -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-3", 206, 0, 4),
        ("bytes=128-131", 206, 128, 132),
        ("bytes=100-", 206, 100, None),
        ("bytes=-10", 206, -10, None),
        ("bytes=0-999999999", 206, 0, None),
        ("bytes=0-1,4-5", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("bytes=x", 200, 0, None),
    ],
)
def test_a_range_of_one_thing_may_be_asked_for(
    ask: Ask, asked: str, status: int, start: int, end: int | None
) -> None:
    whole = body_of(ask(IMAGE, accept="application/dicom"))
    answer = ask(IMAGE, accept="application/dicom", range=asked)
    assert answer.status == status
    assert body_of(answer) == whole[start:end]
    if status == 206:
        first = start % len(whole)
        told = f"bytes {first}-{first + len(whole[start:end]) - 1}/{len(whole)}"
        assert dict(answer.headers)["Content-Range"] == told


def test_a_range_behind_the_end_is_told(ask: Ask) -> None:
    size = len(body_of(ask(IMAGE, accept="application/dicom")))
    answer = ask(IMAGE, accept="application/dicom", range=f"bytes={size}-")
    assert (answer.status, dict(answer.headers)["Content-Range"]) == (416, f"bytes */{size}")


def test_a_range_of_something_else_is_given_whole(ask: Ask) -> None:
    tag = dict(ask(IMAGE, accept="application/dicom").headers)["ETag"]
    for condition, status in ((tag, 206), ('"other"', 200)):
        answer = ask(IMAGE, accept="application/dicom", range="bytes=0-3", if_range=condition)
        assert answer.status == status


def test_several_things_have_no_ranges(ask: Ask) -> None:
    assert ask(CT, range="bytes=0-3").status == 200


# --- gzip -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0", True),
        ("*", True),
        ("GZIP", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, br", False),
        ("br", False),
        ("", False),
    ],
)
def test_json_is_compressed_for_whoever_takes_it(ask: Ask, accepted: str, packed: bool) -> None:
    answer = ask(f"{CT}/metadata", accept_encoding=accepted)
    assert (dict(answer.headers).get("Content-Encoding") == "gzip") is packed
    assert len(json.loads(gzip.decompress(body_of(answer)) if packed else body_of(answer))) == 11


def test_what_is_small_or_made_of_octets_is_sent_as_it_is(ask: Ask) -> None:
    for target in ("studies?PatientID=nobody", IMAGE):
        assert "Content-Encoding" not in dict(ask(target, accept_encoding="gzip").headers)

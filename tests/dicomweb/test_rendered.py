from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from a_dicomweb import instance_path
from a_dicomweb_service import Ask, body_of, parts_of
from PIL import Image

from xdsi_sim.store.instances import SqliteInstanceStore

CT, CLIP = "2.999.76.1", "2.999.76.5"
STARTS = {"image/jpeg": b"\xff\xd8", "image/png": b"\x89PNG", "image/gif": b"GIF8"}


@pytest.fixture
def ct(store: SqliteInstanceStore) -> str:
    return instance_path(store.instances(CT)[0])


@pytest.fixture
def clip(store: SqliteInstanceStore) -> str:
    return instance_path(store.instances(CLIP)[0])


@pytest.fixture
def report(store: SqliteInstanceStore) -> str:
    return instance_path(store.instances(CT)[-1])


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


@pytest.mark.parametrize("path", ["rendered", "frames/1/rendered", "thumbnail", "frames/1/thumbnail"])
@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "image/jpeg"),
        ("*/*", "image/jpeg"),
        ("image/*", "image/jpeg"),
        ("image/png", "image/png"),
        ("image/gif;q=0.9, image/jp2", "image/gif"),
        ("application/dicom", None),
        ("multipart/related; type=application/octet-stream", None),
        ("text/html", None),
    ],
)
def test_a_picture_comes_in_what_the_client_takes(
    ask: Ask, ct: str, path: str, accept: str | None, media: str | None
) -> None:
    answer = ask(f"{ct}/{path}", **({} if accept is None else {"accept": accept}))
    assert answer.status == (200 if media else 406)
    if media:
        assert (answer.media_type, body_of(answer)[:2]) == (media, STARTS[media][:2])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("quality=1", 200),
        ("quality=100", 200),
        ("quality=0", 400),
        ("quality=101", 400),
        ("quality=x", 400),
        ("window=40,400,linear", 200),
        ("window=40%2C400%2Csigmoid", 200),
        ("window=40,400,LINEAR-EXACT", 200),
        ("window=40,400", 200),
        ("window=40", 400),
        ("window=40,0,linear", 400),
        ("window=40,-1,linear", 400),
        ("window=nan,400,linear", 400),
        ("window=1e999,400,linear", 400),
        ("window=40,400,cubic", 400),
        ("window=40,400,linear,1", 400),
        ("viewport=50,40", 200),
        ("viewport=50,40,10,10,30,30", 200),
        ("viewport=50,40,,,-30,30", 200),
        ("viewport=50,40,10,10,,", 200),
        ("viewport=50", 400),
        ("viewport=0,40", 400),
        ("viewport=50,40,1", 400),
        ("viewport=99999,99999", 400),
        ("viewport=50,40,10,10,0,30", 400),
        ("viewport=50,40,nan,10,30,30", 400),
        ("annotation=patient,technique", 200),
        ("annotation=secrets", 400),
        ("iccprofile=no", 200),
        ("iccprofile=mine", 400),
    ],
)
def test_parameters_are_taken_or_refused_in_words(ask: Ask, ct: str, query: str, status: int) -> None:
    answer = ask(f"{ct}/rendered?{query}")
    assert answer.status == status
    assert status == 200 or query.partition("=")[0].encode() in body_of(answer)


def test_a_picture_fits_into_the_viewport_and_keeps_its_shape(ask: Ask, clip: str) -> None:
    assert size_of(body_of(ask(f"{clip}/rendered?viewport=100,100"))) == (100, 75)
    assert size_of(body_of(ask(f"{clip}/thumbnail"))) == (128, 96)
    assert size_of(body_of(ask(f"{clip}/rendered?viewport=100,100,0,0,50,50"))) == (100, 100)


def test_parameters_change_the_picture(ask: Ask, ct: str) -> None:
    queries = (
        "",
        "window=40,40,linear",
        "quality=10",
        "annotation=patient",
        "viewport=99,99",
        f"viewport={quote('99,99,,,-99,')}",
    )
    pictures = {body_of(ask(f"{ct}/rendered?{query}")) for query in queries}
    assert len(pictures) == len(queries)


def test_each_frame_of_a_clip_is_a_picture(ask: Ask, clip: str) -> None:
    one, two = (body_of(ask(f"{clip}/frames/{number}/rendered")) for number in (1, 2))
    assert one != two
    assert [data for _, data in parts_of(ask(f"{clip}/frames/2,1/rendered"))] == [two, one]
    assert ask(f"{clip}/frames/31/rendered").status == 404
    assert ask(f"{clip}/frames/31/thumbnail").status == 404


@pytest.mark.parametrize(
    ("accept", "status"),
    [(None, 200), ("multipart/related; type=image/png", 200), ("image/png", 406), ("text/html", 406)],
)
def test_a_series_is_rendered_as_parts(ask: Ask, accept: str | None, status: int) -> None:
    answer = ask(
        f"studies/{CT}/series/2.999.76.1.1/rendered", **({} if accept is None else {"accept": accept})
    )
    assert answer.status == status
    assert status != 200 or len(parts_of(answer)) == 6


def test_a_thumbnail_of_a_study_is_one_picture(ask: Ask) -> None:
    answer = ask(f"studies/{CT}/thumbnail")
    assert (answer.status, answer.media_type) == (200, "image/jpeg")


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "text/html; charset=UTF-8"),
        ("text/*", "text/html; charset=UTF-8"),
        ("text/plain", "text/plain; charset=UTF-8"),
        ("image/jpeg", None),
    ],
)
def test_a_report_is_rendered_as_text(ask: Ask, report: str, accept: str | None, media: str | None) -> None:
    answer = ask(f"{report}/rendered", **({} if accept is None else {"accept": accept}))
    assert answer.status == (200 if media else 406)
    if media:
        assert answer.media_type == media
        assert "Bergström" in body_of(answer).decode()


@pytest.mark.parametrize("path", ["rendered", "thumbnail"])
def test_what_has_no_image_and_no_text_is_told(ask: Ask, path: str) -> None:
    answer = ask(f"studies/2.999.80.6/series/2.999.80.6.1/instances/2.999.80.6.1.1/{path}")
    assert (answer.status, b"image" in body_of(answer)) == (406, True)


def test_what_cannot_be_decoded_is_told(ask: Ask) -> None:
    answer = ask("studies/2.999.80.4/series/2.999.80.4.1/instances/2.999.80.4.1.1/rendered")
    assert (answer.status, b"cannot be shown" in body_of(answer)) == (406, True)

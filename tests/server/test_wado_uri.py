from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from rejections import a_note
from wire import Answer, get

from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.content import FileContent, read_all
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite
from xdsi_sim.server.wado_uri import WadoUriResource
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.store.instances import SqliteInstanceStore, StoredInstance
from xdsi_sim.store.transcoding import SpoolingTranscoder

EXPLICIT = "1.2.840.10008.1.2.1"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteInstanceStore]:
    folder = tmp_path_factory.mktemp("wado")
    opened = SqliteInstanceStore(folder / "pacs")
    opened.add_all([*write_sample("ct-head", folder / "ct"), *write_sample("us-heart", folder / "us")])
    opened.add_all([Path(str(get_testdata_file("MR_small_RLE.dcm")))])
    yield opened
    opened.close()


@pytest.fixture
def url(site: ActorSite, store: SqliteInstanceStore, log: ExchangeLog, spool: Path) -> Iterator[str]:
    with closing(SpoolingTranscoder(spool)) as transcoder:
        source = ImagingDocumentSource(oid="2.999.1", store=store, transcoder=transcoder)
        resource = WadoUriResource(source, "pacs", log, running_loop().reactor)
        site.put("/pacs/wado", resource)
        yield f"http://127.0.0.1:{site.port}/pacs/wado"


def stored(store: SqliteInstanceStore) -> dict[str, StoredInstance]:
    """One object of each kind."""
    images = [image for study in store.studies() for image in store.instances(study)]
    return {
        "ct": next(image for image in images if image.frames == 1 and image.transferSyntaxUID == EXPLICIT),
        "report": next(image for image in images if image.frames is None),
        "clip": next(image for image in images if (image.frames or 0) > 1),
        "rle": next(image for image in images if image.transferSyntaxUID == "1.2.840.10008.1.2.5"),
    }


def ask(url: str, image: StoredInstance, accept: str | None = None, **given: str) -> Answer:
    uids = {
        "requestType": "WADO",
        "studyUID": image.studyInstanceUID,
        "seriesUID": image.seriesInstanceUID,
        "objectUID": image.sopInstanceUID,
    }
    query = urlencode({name: value for name, value in (uids | given).items() if value != "ABSENT"})
    return get(f"{url}?{query}", *([f"Accept: {accept}"] if accept else []))


@pytest.mark.parametrize(
    ("kind", "accept", "given", "media"),
    [
        ("ct", None, {}, "image/jpeg"),
        ("ct", "*/*", {}, "image/jpeg"),
        ("ct", "image/png", {}, "image/png"),
        ("ct", "application/dicom", {}, "application/dicom"),
        ("ct", None, {"contentType": "application/dicom"}, "application/dicom"),
        ("ct", None, {"contentType": "image/jp2, image/png"}, "image/png"),
        ("ct", "image/*", {"contentType": "application/dicom, image/gif"}, "image/gif"),
        ("clip", None, {}, "application/dicom"),
        ("clip", None, {"frameNumber": "2"}, "image/jpeg"),
        ("clip", None, {"contentType": "image/jpeg"}, "image/jpeg"),
        ("report", None, {}, "text/html"),
        ("report", None, {"contentType": "text/plain"}, "text/plain"),
        ("report", None, {"contentType": "application/dicom"}, "application/dicom"),
        ("ct", "image/jpeg;q=0, */*", {}, "image/png"),
        ("ct", "image/png", {"contentType": "image/jpeg"}, None),
        ("ct", None, {"contentType": "text/html"}, None),
        ("ct", None, {"contentType": "video/mpeg"}, None),
        ("report", None, {"contentType": "image/jpeg"}, None),
    ],
)
def test_the_media_type_is_one_that_both_ask_for(
    url: str,
    store: SqliteInstanceStore,
    kind: str,
    accept: str | None,
    given: dict[str, str],
    media: str | None,
) -> None:
    answer = ask(url, stored(store)[kind], accept, **given)
    assert answer.status == (200 if media else 406)
    assert answer.headers["content-type"].partition(";")[0] == (media or "text/plain")
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"objectUID": "1.2.3"}, 404),
        ({"seriesUID": "1.2.3"}, 404),
        ({"studyUID": "1.2.3"}, 404),
        ({"studyUID": ""}, 404),
        ({"studyUID": "ABSENT"}, 400),
        ({"frameNumber": "2"}, 404),
        ({"contentType": "application/dicom", "rows": "5"}, 400),
        ({"transferSyntax": EXPLICIT}, 400),
        ({"contentType": "application/dicom", "transferSyntax": "1.2.840.10008.1.2"}, 406),
        ({"contentType": "application/dicom", "transferSyntax": "1.2.840.10008.1.2.4.90"}, 406),
        ({"contentType": "application/dicom", "transferSyntax": EXPLICIT}, 200),
    ],
)
def test_each_request_has_its_status(
    url: str, store: SqliteInstanceStore, given: dict[str, str], status: int
) -> None:
    assert ask(url, stored(store)["ct"], **given).status == status


def test_a_file_goes_out_as_it_is_stored_where_that_is_asked_for(
    url: str, store: SqliteInstanceStore
) -> None:
    rle = stored(store)["rle"]
    answer = ask(url, rle, contentType="application/dicom", transferSyntax=rle.transferSyntaxUID)
    assert answer.body == read_all(rle.content)
    assert answer.headers["content-type"].endswith(f"transfer-syntax={rle.transferSyntaxUID}")


def test_a_file_is_explicit_little_endian_where_nothing_is_said(url: str, store: SqliteInstanceStore) -> None:
    rle = stored(store)["rle"]
    given = pydicom.dcmread(io.BytesIO(ask(url, rle, contentType="application/dicom").body))
    assert given.file_meta.TransferSyntaxUID == EXPLICIT
    assert np.array_equal(given.pixel_array, pydicom.dcmread(get_testdata_file("MR_small.dcm")).pixel_array)


def picture(answer: Answer) -> Image.Image:
    assert answer.status == 200, answer.body
    return Image.open(io.BytesIO(answer.body))


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({}, (64, 64)),
        ({"rows": "32"}, (32, 32)),
        ({"columns": "16", "rows": "200"}, (16, 16)),
        ({"region": "0.25,0.5,0.75,1.0"}, (32, 32)),
        ({"region": "0,0,1,0.5", "columns": "32"}, (32, 16)),
        ({"region": "0.999,0.999,1,1"}, (1, 1)),
    ],
)
def test_a_picture_is_cut_and_scaled(
    url: str, store: SqliteInstanceStore, given: dict[str, str], size: tuple[int, int]
) -> None:
    assert picture(ask(url, stored(store)["rle"], contentType="image/png", **given)).size == size


def test_a_window_makes_what_is_below_black_and_what_is_above_white(
    url: str, store: SqliteInstanceStore
) -> None:
    values = pydicom.dcmread(get_testdata_file("MR_small.dcm")).pixel_array
    window = {"windowCenter": "1000", "windowWidth": "10"}
    shown = np.asarray(picture(ask(url, stored(store)["rle"], contentType="image/png", **window)))
    assert (shown[values < 990] == 0).all()
    assert (shown[values > 1010] == 255).all()


def test_a_picture_of_less_quality_is_smaller(url: str, store: SqliteInstanceStore) -> None:
    sizes = [
        len(ask(url, stored(store)["ct"], contentType="image/jpeg", imageQuality=quality).body)
        for quality in ("5", "95")
    ]
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(
    ("charset", "told", "status"),
    [(None, "UTF-8", 200), ("iso-8859-1", "ISO8859-1", 200), ("hex", None, 406), ("klingon", None, 406)],
)
def test_a_report_is_a_page_in_the_charset_asked_for(
    url: str, store: SqliteInstanceStore, charset: str | None, told: str | None, status: int
) -> None:
    answer = ask(url, stored(store)["report"], **({"charset": charset} if charset else {}))
    assert answer.status == status
    if told:
        assert answer.headers["content-type"] == f"text/html; charset={told}"
        assert f'charset="{told}"' in answer.body.decode(told)


def test_a_rejected_object_is_not_there(url: str, store: SqliteInstanceStore) -> None:
    image = store.add(FileContent.of(Path(str(get_testdata_file("CT_small.dcm")))))
    assert ask(url, image).status == 200
    store.add(a_note(image.studyInstanceUID, image.sopInstanceUID))
    answer = ask(url, image)
    assert (answer.status, b"is rejected, Rejected for Patient Safety Reasons" in answer.body) == (404, True)


def test_other_methods_are_told_which_are_served(url: str) -> None:
    answer = get(url, method="DELETE")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_what_was_asked_and_answered_is_recorded(
    url: str, store: SqliteInstanceStore, log: ExchangeLog
) -> None:
    answer = ask(url, stored(store)["ct"])
    (exchange,) = log.exchanges()
    assert (exchange.transaction, exchange.receiver, exchange.status) == ("RAD-55", "pacs", "HTTP 200")
    assert exchange.response is not None
    assert read_all(exchange.response.body) == answer.body


def test_a_defect_is_told_without_its_particulars(
    url: str,
    store: SqliteInstanceStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    image = stored(store)["ct"]

    def broken(*_uids: str) -> None:
        raise OSError("a secret")

    monkeypatch.setattr(store, "instances", broken)
    answer = ask(url, image)
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert "a secret" in caplog.text

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import quote

import pydicom
import pytest
from a_dicomweb import instance_path
from a_dicomweb_service import Ask, body_of, parts_of
from lxml import etree

from xdsi_sim.content import read_all
from xdsi_sim.store.instances import SqliteInstanceStore, StoredInstance

CT, US = "2.999.76.1", "2.999.76.5"
EXPLICIT, JPEG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"
RELATED = 'multipart/related; type="application/dicom"'


def stored_in(store: SqliteInstanceStore, syntax: str) -> StoredInstance:
    every = (image for study in store.studies() for image in store.instances(study))
    return next(image for image in every if image.transferSyntaxUID == syntax)


@pytest.mark.parametrize(
    ("accept", "us", "ct"),
    [
        (None, 200, 200),
        ("*/*", 200, 200),
        ("multipart/related", 200, 200),
        ('multipart/related; type="*/*"', 200, 200),
        (RELATED, 200, 200),
        (f"{RELATED}; transfer-syntax=*", 200, 200),
        (f"{RELATED}; transfer-syntax={EXPLICIT}", 200, 200),
        (f"{RELATED}; transfer-syntax={JPEG}", 200, 406),
        (f"{RELATED}; transfer-syntax=1.2.840.10008.1.2.4.90", 406, 406),
        (f"{RELATED}; transfer-syntax=1.2.840.10008.1.2", 406, 406),
        ("application/dicom", 406, 406),
        ("application/*", 200, 200),
        ("image/png", 406, 406),
        ("application/dicom+json", 406, 406),
        ('multipart/related; type="image/png"', 406, 406),
        ('multipart/related; type="application/octet-stream"', 200, 200),
        (f"{RELATED}, image/jpeg", 400, 400),
        ("text/html, */*", 200, 200),
        (f"image/png;q=0, {RELATED}", 200, 200),
    ],
)
def test_studies_come_in_what_the_client_takes(ask: Ask, accept: str | None, us: int, ct: int) -> None:
    headers = {} if accept is None else {"accept": accept}
    assert [ask(f"studies/{uid}", **headers).status for uid in (US, CT)] == [us, ct]


@pytest.mark.parametrize(
    ("accept", "media", "syntax"),
    [
        ("*/*", "multipart/related", EXPLICIT),
        (f"{RELATED}; transfer-syntax=*", "multipart/related", JPEG),
        (f"{RELATED}; transfer-syntax={JPEG}", "multipart/related", JPEG),
        (
            f"{RELATED}; transfer-syntax={JPEG}, {RELATED}; transfer-syntax={EXPLICIT}",
            "multipart/related",
            JPEG,
        ),
        (f"{RELATED}; transfer-syntax={JPEG};q=0.1, {RELATED}", "multipart/related", EXPLICIT),
        ("application/dicom", "application/dicom", EXPLICIT),
        ("application/dicom; transfer-syntax=*", "application/dicom", JPEG),
        ("application/dicom; transfer-syntax=*;q=0.5, multipart/related;q=0.1", "application/dicom", JPEG),
    ],
)
def test_an_instance_comes_in_the_best_syntax(
    ask: Ask, store: SqliteInstanceStore, accept: str, media: str, syntax: str
) -> None:
    (image,) = store.instances(US)
    answer = ask(instance_path(image), accept=accept)
    if media == "application/dicom":
        told, data = answer.media_type, body_of(answer)
    else:
        ((told, data),) = parts_of(answer)
    assert told == f"application/dicom; transfer-syntax={syntax}"
    assert pydicom.dcmread(io.BytesIO(data)).file_meta.TransferSyntaxUID == syntax
    assert (data == read_all(image.content)) is (syntax == JPEG)


@pytest.mark.parametrize(
    "syntax",
    ["1.2.840.10008.1.2.5", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", JPEG, "1.2.840.10008.1.2"],
)
def test_what_is_decoded_has_the_same_pixels_and_uids(
    ask: Ask, store: SqliteInstanceStore, syntax: str
) -> None:
    image = stored_in(store, syntax)
    decoded = pydicom.dcmread(io.BytesIO(body_of(ask(instance_path(image), accept="application/dicom"))))
    original = pydicom.dcmread(io.BytesIO(read_all(image.content)))
    assert decoded.file_meta.TransferSyntaxUID == EXPLICIT
    assert decoded.SOPInstanceUID == original.SOPInstanceUID
    if "PixelData" in original:
        assert (decoded.pixel_array == original.pixel_array).all()


def test_what_nothing_here_decodes_can_be_had_as_it_is_stored(ask: Ask, store: SqliteInstanceStore) -> None:
    image = stored_in(store, "1.2.840.10008.1.2.4.102")
    refused = ask(instance_path(image))
    assert refused.status == 406
    assert b"1.2.840.10008.1.2.4.102" in body_of(refused)
    assert ask(instance_path(image), accept=f"{RELATED}; transfer-syntax=*").status == 200


def test_a_study_of_which_only_a_part_can_be_had_is_partial(
    ask: Ask, store: SqliteInstanceStore, tmp_path: Path
) -> None:
    image = stored_in(store, "1.2.840.10008.1.2.4.102")
    dataset = pydicom.dcmread(io.BytesIO(read_all(store.instances(CT)[0].content)))
    dataset.StudyInstanceUID, dataset.SOPInstanceUID = image.studyInstanceUID, "2.999.4.1"
    dataset.save_as(tmp_path / "x.dcm", enforce_file_format=True)
    store.add_all([tmp_path / "x.dcm"])
    answer = ask(f"studies/{image.studyInstanceUID}")
    told = (answer.status, len(parts_of(answer)))
    store.remove(image.studyInstanceUID, dataset.SeriesInstanceUID)
    assert told == (206, 1)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("application/dicom+json", 200),
        ("application/json;q=0.1, image/png", 200),
        ("multipart/related", 200),
        ('multipart/related; type="application/dicom+xml"', 200),
        ("application/dicom+xml", 406),
        ("image/png", 406),
        (RELATED, 406),
        ("application/dicom", 406),
    ],
)
def test_metadata_come_in_what_the_client_takes(ask: Ask, accept: str | None, status: int) -> None:
    assert ask(f"studies/{CT}/metadata", **({} if accept is None else {"accept": accept})).status == status


def test_metadata_are_an_array_with_addresses_of_this_service(ask: Ask) -> None:
    answer = ask(f"studies/{CT}/metadata")
    items = json.loads(body_of(answer))
    pixels = next(item["7FE00010"] for item in items if "7FE00010" in item)
    assert (answer.media_type, len(items)) == ("application/dicom+json", 11)
    assert pixels["BulkDataURI"].startswith("http://h/dicom-web/studies/")


def test_metadata_as_xml_are_a_part_for_each_instance(ask: Ask) -> None:
    parts = parts_of(ask(f"studies/{CT}/metadata", accept='multipart/related; type="application/dicom+xml"'))
    roots = [etree.XML(data) for _, data in parts]
    names = {etree.QName(root).localname for root in roots}
    assert (len(parts), names) == (11, {"NativeDicomModel"})


@pytest.mark.parametrize(
    ("target", "address"),
    [
        (
            f"studies/{CT}/metadata",
            f"http://h/dicom-web/studies/{CT}/series/{CT}.1/instances/{CT}.1.1/metadata",
        ),
        (f"studies?StudyInstanceUID={CT}", f"http://h/dicom-web/studies/{CT}"),
        (f"studies/{CT}/series", f"http://h/dicom-web/studies/{CT}/series/{CT}.1"),
        ("series?limit=9", f"http://h/dicom-web/studies/{CT}/series/{CT}.1"),
    ],
)
def test_each_part_of_xml_has_the_address_of_what_it_tells_about(ask: Ask, target: str, address: str) -> None:
    body = body_of(ask(target, accept='multipart/related; type="application/dicom+xml"')).decode()
    told = [line.partition(": ")[2] for line in body.splitlines() if line.startswith("Content-Location")]
    assert address in told
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("form", ["application/dicom", 'multipart/related; type="application/dicom"'])
def test_an_address_opened_in_a_browser_says_what_the_browser_cannot(ask: Ask, form: str) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
    path = f"studies/{CT}/series/{CT}.1/instances/{CT}.1.1"
    answer = ask(f"{path}?accept={quote(form)}", accept=browser)
    assert (answer.status, answer.media_type.startswith(form)) == (200, True)
    assert ask(path, accept=f"{form}, image/jpeg").status == 400  # what one place mixes stays a mixture


def test_metadata_can_be_asked_for_in_the_address(ask: Ask) -> None:
    assert ask(f"studies/{CT}/metadata?accept=application/dicom%2Bjson", accept="image/png").status == 200

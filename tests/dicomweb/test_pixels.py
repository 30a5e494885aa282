from __future__ import annotations

import io

import pydicom
import pytest
from a_dicomweb import UNDECODABLE, instance_path
from a_dicomweb_service import FILES, Ask, body_of, parts_of

from xdsi_sim.content import read_all
from xdsi_sim.store.instances import SqliteInstanceStore, StoredInstance

RELATED = "multipart/related; type="
OCTETS = "application/octet-stream"
JPEG = "1.2.840.10008.1.2.4.50"
CT, CLIP = "2.999.76.1", "2.999.76.5"


def shipped_image(store: SqliteInstanceStore, name: str) -> StoredInstance:
    (image,) = store.instances(f"2.999.80.{FILES.index(name) + 1}")
    return image


def dataset_of(image: StoredInstance) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(read_all(image.content)))


@pytest.fixture
def ct(store: SqliteInstanceStore) -> StoredInstance:
    return store.instances(CT)[0]


@pytest.fixture
def clip(store: SqliteInstanceStore) -> StoredInstance:
    return store.instances(CLIP)[0]


@pytest.mark.parametrize(
    ("accept", "of_ct", "of_clip"),
    [
        (None, OCTETS, OCTETS),
        ("*/*", OCTETS, OCTETS),
        (f'{RELATED}"{OCTETS}"', OCTETS, OCTETS),
        (f"{RELATED}{OCTETS}; transfer-syntax=*", OCTETS, f"image/jpeg; transfer-syntax={JPEG}"),
        (f"{RELATED}{OCTETS};transfer-syntax=1.2.840.10008.1.2.1", OCTETS, OCTETS),
        (f"{RELATED}image/jpeg", None, f"image/jpeg; transfer-syntax={JPEG}"),
        (f"{RELATED}image/jpeg; transfer-syntax={JPEG}", None, f"image/jpeg; transfer-syntax={JPEG}"),
        (f"{RELATED}image/*", None, f"image/jpeg; transfer-syntax={JPEG}"),
        (f"{RELATED}image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.70", None, None),
        (f"{RELATED}image/jp2", None, None),
        (f"{RELATED}image/jp2, {RELATED}{OCTETS};q=0.1", OCTETS, OCTETS),
        ("application/dicom", None, None),
        (f"{RELATED}application/dicom", None, None),
        ("application/dicom+json", None, None),
        ("multipart/related; transfer-syntax=*", OCTETS, f"image/jpeg; transfer-syntax={JPEG}"),
    ],
)
def test_frames_come_in_what_the_client_takes(
    ask: Ask,
    ct: StoredInstance,
    clip: StoredInstance,
    accept: str | None,
    of_ct: str | None,
    of_clip: str | None,
) -> None:
    headers = {} if accept is None else {"accept": accept}
    for image, expected in ((ct, of_ct), (clip, of_clip)):
        answer = ask(f"{instance_path(image)}/frames/1", **headers)
        assert answer.status == (406 if expected is None else 200)
        if expected is not None:
            assert [media for media, _ in parts_of(answer)] == [expected]


def test_frames_come_in_the_order_that_is_asked_for(ask: Ask, clip: StoredInstance) -> None:
    address = f"{instance_path(clip)}/frames"
    one, seven = (parts_of(ask(f"{address}/{number}"))[0] for number in (1, 7))
    assert parts_of(ask(f"{address}/7,1,7")) == [seven, one, seven]
    assert one != seven


def test_octets_are_the_pixels_to_the_last_one(ask: Ask, ct: StoredInstance) -> None:
    pixels = dataset_of(ct).PixelData
    address = f"{instance_path(ct)}/frames/1"
    assert parts_of(ask(address)) == [(OCTETS, pixels)]
    alone = ask(address, accept=OCTETS)
    assert (alone.media_type, body_of(alone)) == (OCTETS, pixels)


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_implicit.dcm",
        "image_dfl.dcm",
        "SC_rgb_rle_2frame.dcm",
    ],
)
def test_octets_are_little_endian_and_by_pixel_whatever_is_stored(
    ask: Ask, store: SqliteInstanceStore, name: str
) -> None:
    image = shipped_image(store, name)
    array = dataset_of(image).pixel_array
    expected = array.astype(array.dtype.newbyteorder("<")).tobytes()
    numbers = ",".join(str(number) for number in range(1, (image.frames or 1) + 1))
    parts = parts_of(ask(f"{instance_path(image)}/frames/{numbers}"))
    assert b"".join(data for _, data in parts) == expected


def test_a_frame_of_single_bits_is_packed(ask: Ask, store: SqliteInstanceStore) -> None:
    image = shipped_image(store, "liver_1frame.dcm")
    ((_, data),) = parts_of(ask(f"{instance_path(image)}/frames/1"))
    assert data == dataset_of(image).PixelData


@pytest.mark.parametrize("media", ["image/dicom-rle", "image/x-dicom-rle", "image/x-dicom+rle"])
def test_an_older_name_of_a_media_type_is_understood(
    ask: Ask, store: SqliteInstanceStore, media: str
) -> None:
    image = shipped_image(store, "MR_small_RLE.dcm")
    answer = ask(f"{instance_path(image)}/frames/1", accept=f'{RELATED}"{media}"')
    assert parts_of(answer)[0][0] == f"{media}; transfer-syntax=1.2.840.10008.1.2.5"


def test_several_frames_cannot_be_a_single_part(ask: Ask, clip: StoredInstance) -> None:
    assert ask(f"{instance_path(clip)}/frames/1,2", accept=OCTETS).status == 406


def test_what_cannot_be_decoded_is_told_with_the_way_out(ask: Ask, store: SqliteInstanceStore) -> None:
    address = f"{instance_path(shipped_image(store, UNDECODABLE))}/frames/1"
    refused = ask(address)
    assert (refused.status, b"transfer-syntax=*" in body_of(refused)) == (406, True)
    stored = ask(address, accept=f"{RELATED}{OCTETS}; transfer-syntax=*")
    assert parts_of(stored)[0][0] == "video/mp4; transfer-syntax=1.2.840.10008.1.2.4.102"


@pytest.mark.parametrize("name", ["waveform_ecg.dcm", "rtplan.dcm"])
@pytest.mark.parametrize("path", ["frames/1", "pixeldata"])
def test_an_object_without_pixels_has_no_frames(
    ask: Ask, store: SqliteInstanceStore, name: str, path: str
) -> None:
    answer = ask(f"{instance_path(shipped_image(store, name))}/{path}")
    assert (answer.status, b"pixel" in body_of(answer)) == (404, True)


# --- pixel data and bulk values ---------------------------------------------------------------------


def test_pixel_data_are_the_frames_of_all_images(
    ask: Ask, store: SqliteInstanceStore, clip: StoredInstance
) -> None:
    expected = [dataset_of(image).PixelData for image in store.instances(CT) if image.frames]
    assert [data for _, data in parts_of(ask(f"studies/{CT}/pixeldata"))] == expected
    assert len(parts_of(ask(f"studies/{CLIP}/pixeldata"))) == clip.frames
    assert ask(f"{instance_path(clip)}/pixeldata", accept="image/png").status == 406


def test_a_bulk_value_is_found_at_its_address(ask: Ask, store: SqliteInstanceStore) -> None:
    image = shipped_image(store, "waveform_ecg.dcm")
    wave = dataset_of(image).WaveformSequence[0].WaveformData
    address = f"{instance_path(image)}/bulkdata/54000100/0/54001010"
    assert parts_of(ask(address)) == [(OCTETS, wave)]
    assert body_of(ask(address, accept=OCTETS)) == wave
    assert ask(address, accept="image/png").status == 406
    assert parts_of(ask(f"{instance_path(image)}/bulkdata"))[0] == (OCTETS, wave)


def test_pixels_of_a_clip_are_one_bulk_value_or_its_frames(ask: Ask, clip: StoredInstance) -> None:
    address = f"{instance_path(clip)}/bulkdata/7FE00010"
    whole = parts_of(ask(address))
    frames = parts_of(ask(address, accept=f"{RELATED}image/jpeg"))
    assert (len(whole), len(frames)) == (1, clip.frames)
    assert body_of(ask(address, accept=OCTETS)) == whole[0][1]
    assert parts_of(ask(f"{instance_path(clip)}/bulkdata"))[0] == whole[0]
    assert ask(address, accept="image/jpeg").status == 406


def test_bulk_values_of_a_study_are_all_of_its_instances(ask: Ask) -> None:
    assert len(parts_of(ask(f"studies/{CT}/bulkdata"))) == 10


def test_what_has_no_bulk_values_is_told(ask: Ask, store: SqliteInstanceStore) -> None:
    assert ask(f"{instance_path(shipped_image(store, 'rtplan.dcm'))}/bulkdata").status == 404
    refused = ask(f"{instance_path(shipped_image(store, UNDECODABLE))}/bulkdata")
    assert (refused.status, b"decoded" in body_of(refused)) == (406, True)

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from a_dicomweb import shipped, undecodable
from PIL import Image

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom.errors import CannotDecode, NoPixels
from xdsi_sim.dicom.rendering import Region, View, Window, render

PLAIN = View()
RAMP = np.arange(256, dtype="<u2").reshape(16, 16)


def a_ramp(**attributes: object) -> BytesContent:
    """An image with the values 0 to 255."""
    dataset = pydicom.dcmread(shipped("CT_small.dcm"))
    for keyword in ("WindowCenter", "WindowWidth", "PixelPaddingValue"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.Rows = dataset.Columns = 16
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope = "0", "1"
    dataset.PixelData = RAMP.tobytes()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    target = io.BytesIO()
    dataset.save_as(target)
    return BytesContent(target.getvalue())


def shown(content: BytesContent | FileContent, view: View = PLAIN) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(render(content, view, "image/png"))))


def test_without_a_window_the_darkest_is_black_and_the_brightest_white() -> None:
    assert (shown(a_ramp()) == RAMP).all()


def test_what_is_to_be_shown_inverted_is() -> None:
    assert (shown(a_ramp(PhotometricInterpretation="MONOCHROME1")) == 255 - RAMP).all()


def test_stored_values_are_rescaled_before_a_window_is_laid_on_them() -> None:
    content = a_ramp(RescaleIntercept="-1000", RescaleSlope="2")
    window = Window(-744.5, 511, "linear-exact")
    assert np.abs(shown(content, View(window=window)).astype(int) - RAMP).max() <= 1


@pytest.mark.parametrize(
    ("window", "value", "shade"),
    [
        (Window(128, 1), 127, 0),  # PS3.3: C.11.2.1.2.1
        (Window(128, 1), 128, 255),
        (Window(100.5, 101), 50, 0),
        (Window(100.5, 101), 150, 255),
        (Window(100.5, 101), 100, 128),
        (Window(100, 100, "linear-exact"), 50, 0),
        (Window(100, 100, "linear-exact"), 150, 255),
        (Window(100, 100, "sigmoid"), 100, 128),
        (Window(100, 100, "sigmoid"), 0, 5),
    ],
)
def test_a_window_is_what_the_standard_says(window: Window, value: int, shade: int) -> None:
    assert shown(a_ramp(), View(window=window)).flatten()[value] == shade


def test_the_first_window_of_the_object_is_taken_and_the_given_one_before_it() -> None:
    content = a_ramp(WindowCenter=["128", "10"], WindowWidth=["1", "5"])
    assert set(shown(content).flatten()) == {0, 255}
    assert len(set(shown(content, View(window=Window(128, 256, "linear-exact"))).flatten())) > 200


def test_a_region_is_cut_mirrored_and_fitted() -> None:
    whole = shown(a_ramp())
    cut = shown(a_ramp(), View(region=Region(4, 2, 8, 8)))
    mirrored = shown(a_ramp(), View(region=Region(0, 0, -16, 16)))
    assert (cut == whole[2:10, 4:12]).all()
    assert (mirrored == whole[:, ::-1]).all()
    assert shown(a_ramp(), View(size=(8, 99))).shape == (8, 8)


@pytest.mark.parametrize(
    "name",
    [
        "examples_rgb_color.dcm",
        "examples_palette.dcm",
        "examples_ybr_color.dcm",
        "SC_rgb_rle.dcm",
        "SC_ybr_full_422_uncompressed.dcm",
    ],
)
def test_colours_are_shown_as_colours(name: str) -> None:
    assert shown(FileContent.of(shipped(name))).shape[2] == 3


@pytest.mark.parametrize(
    "name", ["rtdose.dcm", "liver_1frame.dcm", "MR_small_bigendian.dcm", "image_dfl.dcm"]
)
def test_grey_images_of_other_kinds_are_shown(name: str) -> None:
    assert shown(FileContent.of(shipped(name))).ndim == 2


def test_an_annotation_is_written_into_the_picture() -> None:
    plain = shown(FileContent.of(shipped("CT_small.dcm")))
    written = shown(FileContent.of(shipped("CT_small.dcm")), View(annotation=("patient", "technique")))
    assert (plain != written).any()


def test_what_cannot_be_shown_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoPixels):
        render(FileContent.of(shipped("rtplan.dcm")), View(), "image/png")
    with pytest.raises(CannotDecode, match="cannot be shown"):
        render(FileContent.of(undecodable(tmp_path)), View(), "image/png")


def test_without_the_extra_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(CannotDecode, match=r"install xdsi-sim\[rendered\]"):
        render(FileContent.of(shipped("CT_small.dcm")), View(), "image/png")

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from xdsi_sim.content import FileContent
from xdsi_sim.dicom.errors import CannotDecode, NoPixels
from xdsi_sim.dicom.rendering import FORMATS, Region, View, Window, render


def shown(name: str, media: str = "image/png", **view: Any) -> Any:
    content = FileContent.of(Path(str(get_testdata_file(name))))
    return Image.open(io.BytesIO(render(content, View(**view), media)))


@pytest.mark.parametrize("media", FORMATS)
def test_a_frame_is_a_picture_of_the_type_asked_for(media: str) -> None:
    picture = shown("CT_small.dcm", media)
    assert (picture.format, picture.size) == (FORMATS[media], (128, 128))


@pytest.mark.parametrize(
    ("name", "mode"),
    [("CT_small.dcm", "L"), ("examples_rgb_color.dcm", "RGB"), ("examples_palette.dcm", "RGB")],
)
def test_grey_stays_grey_and_colours_are_colours(name: str, mode: str) -> None:
    assert shown(name).mode == mode


def test_a_window_decides_what_is_black_and_what_is_white() -> None:
    low = np.asarray(shown("CT_small.dcm", window=Window(-5000, 10)))
    high = np.asarray(shown("CT_small.dcm", window=Window(5000, 10)))
    assert (low.min(), high.max()) == (255, 0)


def test_a_region_is_cut_before_it_is_scaled() -> None:
    assert shown("CT_small.dcm", region=Region(0, 0, 64, 32), size=(32, 32)).size == (32, 16)


def test_what_has_no_image_or_a_broken_one_is_told() -> None:
    with pytest.raises(NoPixels):
        shown("test-SR.dcm")
    with pytest.raises(CannotDecode):
        shown("JPEG2000-embedded-sequence-delimiter.dcm")

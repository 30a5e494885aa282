"""Frames as pictures for people: JPEG, PNG or GIF, grey or in colours as they were meant (PS3.3: C.11).

Needs numpy and Pillow, which the extra `xdsi-sim[rendered]` brings.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.content import Content
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import CannotDecode, DicomError, NoPixels

__all__ = ["FORMATS", "Region", "View", "Window", "render"]

FORMATS: Final[Mapping[str, str]] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}
"""What Pillow calls a media type."""
_WHITE: Final = 255


@dataclass(frozen=True, slots=True)
class Window:
    """Which values become black and which white (PS3.3: C.11.2.1.2)."""

    center: float
    width: float
    function: str = "linear"
    """`linear`, `linear-exact` or `sigmoid`."""


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the image in pixels; negative sizes mirror it."""

    left: float = 0
    top: float = 0
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a frame is to be shown."""

    frame: int = 1
    window: Window | None = None
    size: tuple[int, int] | None = None
    """Columns and rows into which the picture has to fit."""
    region: Region = Region()
    quality: int = 90
    """1 to 100, of what is stored with losses."""
    annotation: tuple[str, ...] = ()
    """Lines that are written into the picture; `patient` and `technique` stand for what the object says."""


def render(content: Content, view: View, media_type: str) -> bytes:
    """A picture of one frame; raises NoPixels, CannotDecode, NotDicom."""
    try:
        import numpy  # noqa: F401, ICN001, PLC0415  that it is missing is told in words
        from PIL import Image  # noqa: PLC0415
    except ImportError as error:
        raise CannotDecode(f"pictures need {error.name}: install xdsi-sim[rendered]") from None
    dataset = part10.read(content)
    if "Rows" not in dataset or not any(keyword in dataset for keyword in _PIXELS):
        raise NoPixels("the object has no image")
    try:
        image = Image.fromarray(_shown(dataset, view))
        return _written(_framed(image, dataset, view), view, media_type)
    except DicomError:
        raise
    except Exception as error:  # decoders are foreign, and each has its own way to fail
        raise CannotDecode(f"the image cannot be shown: {error}") from error


_PIXELS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


# --- values to brightness ---------------------------------------------------------------------


def _shown(dataset: Any, view: View) -> Any:
    """A frame as an array of octets, rows by columns, by three where it has colours."""
    from pydicom.pixels.utils import pixel_array  # noqa: PLC0415  see `render`

    pixels = pixel_array(dataset, index=view.frame - 1)
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric == "PALETTE COLOR":
        return _palette(dataset, pixels)
    if int(dataset.get("SamplesPerPixel") or 1) > 1:
        return _octets(pixels, dataset)
    shades = _grey(dataset, pixels, view.window)
    return _WHITE - shades if photometric == "MONOCHROME1" else shades


def _palette(dataset: Any, pixels: Any) -> Any:
    from pydicom.pixels.processing import apply_color_lut  # noqa: PLC0415  see `render`

    colours = apply_color_lut(pixels, dataset)
    return (colours >> 8 if colours.dtype.itemsize > 1 else colours).astype("uint8")


def _octets(pixels: Any, dataset: Any) -> Any:
    spare = max(0, int(dataset.get("BitsStored") or 8) - 8)
    return (pixels >> spare).astype("uint8")


def _grey(dataset: Any, pixels: Any, window: Window | None) -> Any:
    from pydicom.pixels.processing import (  # noqa: PLC0415  see `render`
        apply_modality_lut,
        apply_voi_lut,
    )

    values = apply_modality_lut(pixels, dataset)
    if window is None and "VOILUTSequence" in dataset:
        looked_up = apply_voi_lut(values, dataset).astype("float64")
        return _scaled(looked_up, looked_up.min(), looked_up.max())
    chosen = window or _stored_window(dataset)
    if chosen is None:
        return _scaled(values.astype("float64"), values.min(), values.max())
    return _FUNCTIONS[chosen.function](values.astype("float64"), chosen.center, chosen.width)


def _stored_window(dataset: Any) -> Window | None:
    """The first window of the object; None where it has none."""
    first = [_first(dataset.get(keyword)) for keyword in ("WindowCenter", "WindowWidth")]
    if None in first or not float(first[1]) >= 1:
        return None
    function = str(dataset.get("VOILUTFunction") or "linear").lower().replace("_", "-")
    return Window(float(first[0]), float(first[1]), function if function in _FUNCTIONS else "linear")


def _first(value: Any) -> Any:
    if value is None or isinstance(value, str | float | int):
        return None if value in (None, "") else value
    return next(iter(value), None)


def _scaled(values: Any, low: float, high: float) -> Any:
    if high <= low:
        return (values * 0).astype("uint8")
    return ((values - low) / (high - low) * _WHITE).clip(0, _WHITE).round().astype("uint8")


def _linear(values: Any, center: float, width: float) -> Any:
    """Half a value is taken off, as PS3.3: C.11.2.1.2.1 has it."""
    if width <= 1:
        return ((values > center - 0.5) * _WHITE).astype("uint8")
    return _scaled(values, center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2)


def _linear_exact(values: Any, center: float, width: float) -> Any:
    return _scaled(values, center - width / 2, center + width / 2)


def _sigmoid(values: Any, center: float, width: float) -> Any:
    import numpy as np  # noqa: PLC0415  see `render`

    exponent = (-4 * (values - center) / width).clip(-500, 500)
    return (_WHITE / (1 + np.exp(exponent))).round().astype("uint8")


_FUNCTIONS: Final[Mapping[str, Callable[[Any, float, float], Any]]] = {
    "linear": _linear,
    "linear-exact": _linear_exact,
    "sigmoid": _sigmoid,
}


# --- the picture ------------------------------------------------------------------------------


def _framed(image: Any, dataset: Any, view: View) -> Any:
    """Cut, mirrored, fitted and written upon."""
    from PIL import ImageDraw, ImageOps  # noqa: PLC0415  see `render`

    region = view.region
    width = region.width or image.width - region.left
    height = region.height or image.height - region.top
    box = (region.left, region.top, region.left + abs(width), region.top + abs(height))
    if box != (0, 0, image.width, image.height):
        image = image.crop(tuple(map(round, box)))
    image = ImageOps.mirror(image) if width < 0 else image
    image = ImageOps.flip(image) if height < 0 else image
    image = ImageOps.contain(image, view.size) if view.size else image
    lines = _lines(dataset, view.annotation)
    if lines:
        brightest = _WHITE if image.mode == "L" else (_WHITE,) * 3
        ImageDraw.Draw(image).multiline_text((4, 4), "\n".join(lines), fill=brightest)
    return image


def _lines(dataset: Any, annotation: tuple[str, ...]) -> list[str]:
    """What is written into the picture, in letters that its font has."""
    texts = [str(dataset.get(keyword, "")) for kind in annotation for keyword in _ANNOTATIONS.get(kind, ())]
    return [text.encode("latin-1", "replace").decode("latin-1") for text in texts if text]


_ANNOTATIONS: Final = {
    "patient": ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    "technique": ("Modality", "StudyDescription", "SeriesDescription", "ProtocolName", "StudyDate"),
}


def _written(image: Any, view: View, media_type: str) -> bytes:
    target = io.BytesIO()
    options = {"quality": view.quality} if media_type == "image/jpeg" else {}
    image.save(target, FORMATS[media_type], **options)
    return target.getvalue()

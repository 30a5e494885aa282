"""WADO-RS: rendered frames, thumbnails and reports (PS3.18: 10.4.1.1, 8.3.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.actors.ports import StoredImage
from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.errors import CannotDecode, NoPixels
from xdsi_sim.dicom.report_text import is_report, to_html, to_text
from xdsi_sim.dicomweb.accept import Offer, accepted
from xdsi_sim.dicomweb.answers import Piece, choose, entity_tag, multipart, single
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.messages import Answer, Refused, WebRequest

if TYPE_CHECKING:
    from xdsi_sim.dicom.rendering import Region, View, Window

__all__ = ["rendered", "thumbnail"]

_PICTURES: Final = tuple(map(Offer, ("image/jpeg", "image/png", "image/gif")))
_TEXTS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "text/html": to_html,
    "text/plain": to_text,
}
_THUMBNAIL: Final = (128, 128)
_LARGEST: Final = 8192
"""Columns or rows of a picture that may be asked for."""
_FUNCTIONS: Final = ("linear", "linear-exact", "sigmoid")
_ANNOTATIONS: Final = ("patient", "technique")
_PROFILES: Final = ("no", "yes", "srgb")


def rendered(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """An image as a picture, a report as text; of a study or series each, as the parts of one body."""
    images = archive.images(target)
    view = _view(request)
    if target.instance is None:
        return _each(archive, request, [image for image in images if image.frames is not None], view)
    if images[0].frames is None:
        return _report(archive, request, target, images[0])
    numbers = target.frames or (1,)
    offer = _offer(request)
    pieces = [_picture(archive, images[0], replace(view, frame=number), offer) for number in numbers]
    if len(pieces) > 1:
        return multipart(pieces, offer.media)
    return single(pieces[0], etag=_tag(images, view, offer, numbers))


def thumbnail(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """A small picture that stands for what the path names: of several images the one in their middle."""
    view = _view(request)
    view = replace(view, size=view.size or _THUMBNAIL, frame=(target.frames or (1,))[0])
    images = [image for image in archive.images(target) if image.frames is not None]
    if not images:
        raise Refused(406, "nothing of this has an image")
    image = images[len(images) // 2]
    offer = _offer(request)
    return single(_picture(archive, image, view, offer), etag=_tag([image], view, offer, target.frames))


def _each(archive: Archive, request: WebRequest, images: Sequence[StoredImage], view: View) -> Answer:
    if not images:
        raise Refused(406, "nothing of this has an image")
    # a single part is not to be had, even where there is a single image (PS3.18: 10.4.4)
    parts = [replace(each, multipart=True) for each in _PICTURES]
    _, offer = choose(accepted(request), parts, "pictures of several images")
    return multipart([_picture(archive, image, view, offer) for image in images], offer.media)


def _offer(request: WebRequest) -> Offer:
    return choose(accepted(request), _PICTURES, "a picture")[1]


def _tag(images: Sequence[StoredImage], view: View, offer: Offer, numbers: Iterable[int]) -> str:
    return entity_tag(images, str(view), str(offer), str(tuple(numbers)))


def _picture(archive: Archive, image: StoredImage, view: View, offer: Offer) -> Piece:
    from xdsi_sim.dicom.rendering import render  # noqa: PLC0415  brings pydicom

    if view.frame > (image.frames or 0):
        raise Refused(404, f"there is no frame {view.frame}: the object has {image.frames}")
    try:
        data = render(image.content, view, offer.media)
    except (NoPixels, CannotDecode) as error:
        raise Refused(406, str(error)) from None
    return Piece(BytesContent(data), offer.media, f"{archive.url(image)}/frames/{view.frame}/rendered")


def _report(archive: Archive, request: WebRequest, target: Target, image: StoredImage) -> Answer:
    (document,) = archive.store.metadata(*target.uids, base=archive.base)
    instance = json.loads(document)
    if not is_report(instance):
        raise Refused(406, "the object has neither an image nor a text")
    _, offer = choose(accepted(request), tuple(map(Offer, _TEXTS)), "a report")
    data = _TEXTS[offer.media](instance).encode()
    piece = Piece(BytesContent(data), f"{offer.media}; charset=UTF-8", f"{archive.url(image)}/rendered")
    return single(piece, etag=entity_tag([image], str(offer)))


# --- parameters -------------------------------------------------------------------------------


def _view(request: WebRequest) -> View:
    """How it is to be shown; raises Refused, 400, for what makes no sense."""
    from xdsi_sim.dicom.rendering import View  # noqa: PLC0415  brings pydicom

    given = request.parameters()
    view = View()
    for name, read in _PARAMETERS.items():
        if name in given:
            try:
                view = replace(view, **read(given[name]))
            except ValueError:
                raise Refused(400, f"{name}={given[name][:80]!r} is not {_FORMS[name]}") from None
    return view


def _quality(text: str) -> dict[str, Any]:
    quality = int(text)
    if not 1 <= quality <= 100:
        raise ValueError
    return {"quality": quality}


def _window(text: str) -> dict[str, Window]:
    from xdsi_sim.dicom.rendering import Window  # noqa: PLC0415  brings pydicom

    center, width, *rest = text.split(",")
    function = rest[0].lower() if rest else "linear"
    if function not in _FUNCTIONS or len(rest) > 1 or not isfinite(float(center)):
        raise ValueError
    if not (isfinite(float(width)) and float(width) > 0):
        raise ValueError
    return {"window": Window(float(center), float(width), function)}


def _viewport(text: str) -> dict[str, Any]:
    from xdsi_sim.dicom.rendering import Region  # noqa: PLC0415  brings pydicom

    width, height, *rest = text.split(",")
    size = (int(width), int(height))
    if not all(1 <= each <= _LARGEST for each in size) or len(rest) not in (0, 4):
        raise ValueError
    return {"size": size, **({"region": _region(rest, Region)} if rest else {})}


def _region(rest: Sequence[str], kind: type[Region]) -> Region:
    left, top, width, height = (_finite(text) if text else None for text in rest)
    if (left or 0) < 0 or (top or 0) < 0 or 0 in (width, height):
        raise ValueError
    return kind(left or 0, top or 0, width, height)


def _finite(text: str) -> float:
    number = float(text)
    if not abs(number) <= _LARGEST * 8:
        raise ValueError
    return number


def _one_of(known: Sequence[str], name: str) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        """The words, if all are known; raises ValueError otherwise."""
        words = tuple(filter(None, text.lower().split(",")))
        if not set(words) <= set(known):
            raise ValueError
        return {name: words} if name else {}

    return read


_PARAMETERS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "quality": _quality,
    "window": _window,
    "viewport": _viewport,
    "annotation": _one_of(_ANNOTATIONS, "annotation"),
    "iccprofile": _one_of(_PROFILES, ""),
}
_FORMS: Final = {
    "quality": "a number from 1 to 100",
    "window": f"center,width,function with a width above 0 and one of {', '.join(_FUNCTIONS)}",
    "viewport": f"width,height[,left,top,width,height] with whole sizes of 1 to {_LARGEST}",
    "annotation": " or ".join(_ANNOTATIONS),
    "iccprofile": " or ".join(_PROFILES),
}
"""What a parameter has to be, in words."""

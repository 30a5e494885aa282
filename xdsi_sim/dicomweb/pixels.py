"""WADO-RS: frames, pixel data and other bulk values (PS3.18: 10.4.1.1, RAD TF: 4.107).

Octets are uncompressed and little endian; `transfer-syntax=*`, a syntax or its media type ask for what is
stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.actors.ports import StoredImage
from xdsi_sim.content import BytesContent, Content, SegmentsContent
from xdsi_sim.dicom.attributes import text
from xdsi_sim.dicom.errors import CannotDecode, NoPixels
from xdsi_sim.dicom.transfer_syntax import EXPLICIT_LITTLE_ENDIAN, NATIVE, OCTETS, media_type_of
from xdsi_sim.dicomweb.accept import Offer, Range, accepted, preferred
from xdsi_sim.dicomweb.answers import Piece, entity_tag, multipart, single
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.messages import Answer, Refused, WebRequest

if TYPE_CHECKING:
    from xdsi_sim.dicom.pixels import Pixels

__all__ = ["bulk_data", "bulk_value", "frames", "pixel_data"]

_PIXEL_DATA: Final = ("7FE00010", "7FE00009", "7FE00008")
_RLE_ALIASES: Final = ("image/x-dicom-rle", "image/x-dicom+rle")


@dataclass(frozen=True, slots=True)
class _Form:
    """In which octets go out."""

    offer: Offer
    media_type: str = OCTETS
    """Of a part, with its parameters."""
    stored: bool = False
    """Whether frames are as they are stored."""


def frames(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """Those frames that the path lists, in its order; a single one may go out by itself."""
    (image,) = archive.images(target)
    pixels = _pixels(image)
    for number in target.frames:
        if number > pixels.count:
            raise Refused(404, f"there is no frame {number}: the object has {pixels.count}")
    form = _form(pixels, accepted(request), one=len(target.frames) == 1)
    url = archive.url(image)
    pieces = [
        Piece(content, form.media_type, f"{url}/frames/{number}")
        for number, content in zip(target.frames, _taken(form, pixels, target.frames), strict=True)
    ]
    return _answer([image], pieces, form)


def pixel_data(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """All frames of all images that a path names."""
    images = archive.images(target)
    with_pixels = [image for image in images if image.frames is not None]
    if not with_pixels:
        raise Refused(404, "nothing of this has pixel data")
    found: list[tuple[Piece, _Form]] = []
    refused = Refused(404, "nothing of this has pixel data")
    for image in with_pixels:
        try:
            found += _all_frames(archive, image, accepted(request))
        except Refused as error:
            refused = error
    if not found:
        raise refused
    pieces, forms = zip(*found, strict=True)
    whole = len({piece.location.partition("/frames/")[0] for piece in pieces}) == len(with_pixels)
    return _answer(images, pieces, forms[0], status=200 if whole else 206)


def _all_frames(
    archive: Archive, image: StoredImage, ranges: Sequence[Range]
) -> Iterator[tuple[Piece, _Form]]:
    pixels = _pixels(image)
    numbers = range(1, pixels.count + 1)
    form = _form(pixels, ranges, one=False)
    for number, content in zip(numbers, _taken(form, pixels, numbers), strict=True):
        yield Piece(content, form.media_type, f"{archive.url(image)}/frames/{number}"), form


def _answer(
    images: Sequence[StoredImage], pieces: Sequence[Piece], form: _Form, *, status: int = 200
) -> Answer:
    tag = entity_tag(images, str(form.offer), *(f"{piece.media_type} {piece.location}" for piece in pieces))
    if form.offer.multipart:
        return multipart(pieces, form.offer.media, status=status, etag=tag)
    return single(pieces[0], etag=tag)


# --- forms ------------------------------------------------------------------------------------


def _pixels(image: StoredImage) -> Pixels:
    """The pixels of an image; raises Refused, 404, where it has none."""
    from xdsi_sim.dicom.pixels import open_pixels  # noqa: PLC0415  brings pydicom

    try:
        return open_pixels(image.content)
    except NoPixels as error:
        raise Refused(404, f"instance {image.sopInstanceUID}: {error}") from None


def _taken(form: _Form, pixels: Pixels, numbers: Sequence[int]) -> list[Content]:
    """Frames in that form; raises Refused, 406, where they cannot be had in it."""
    try:
        return pixels.stored(numbers) if form.stored else pixels.decoded(numbers)
    except CannotDecode as error:
        raise Refused(406, f"{error}; ask for {OCTETS}; transfer-syntax=*, which is what is stored") from None


def _form(pixels: Pixels, ranges: Sequence[Range], *, one: bool) -> _Form:
    """The form that the client likes best; raises Refused, 406, where there is none."""
    stored = media_type_of(pixels.syntax)
    aliases = _RLE_ALIASES if stored == "image/dicom-rle" else ()
    kinds = dict.fromkeys((OCTETS, stored, *aliases))
    offers = [Offer(media, multipart) for multipart in (True, False) for media in kinds]
    for wanted, offer in preferred(ranges, offers[: None if one else len(kinds)]):
        if form := _as_asked(pixels, wanted.transfer_syntax, offer):
            return form
    shown = ", ".join(map(str, offers))
    raise Refused(406, f"frames can be had as {shown}; they are stored in transfer syntax {pixels.syntax}")


def _as_asked(pixels: Pixels, syntax: str | None, offer: Offer) -> _Form | None:
    """An offer in a transfer syntax, where that fits."""
    native = pixels.syntax in NATIVE
    if offer.media == OCTETS and syntax in (None, EXPLICIT_LITTLE_ENDIAN, *(("*",) if native else ())):
        return _Form(offer)
    if not native and syntax in ("*", pixels.syntax, *((None,) if offer.media != OCTETS else ())):
        # octets "as stored" are of a media type of their own, and a viewer needs to know of which
        media = media_type_of(pixels.syntax) if offer.media == OCTETS else offer.media
        return _Form(offer, f"{media}; transfer-syntax={pixels.syntax}", stored=True)
    return None


# --- bulk values ------------------------------------------------------------------------------


def bulk_value(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """The value behind a BulkDataURI; of pixels it is all frames as one value."""
    (image,) = archive.images(target)
    location = f"{archive.url(image)}/bulkdata/{target.bulk}"
    if target.bulk in _PIXEL_DATA and image.frames is not None:
        return _pixel_value(image, accepted(request), location)
    piece = _bulk_piece(image, target.bulk, location)
    if piece is None:
        raise Refused(404, f"there is no bulk value {target.bulk[:80]} in instance {image.sopInstanceUID}")
    return _as_octets([image], [piece], accepted(request))


def bulk_data(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """All bulk values of all instances that a path names, those of pixels without compression."""
    images = archive.images(target)
    documents = map(json.loads, archive.store.metadata(*target.uids, base=archive.base))
    told = {text(document, "SOPInstanceUID"): document for document in documents}
    wanted = [
        (image, location) for image in images for location in _addresses(told.get(image.sopInstanceUID, {}))
    ]
    pieces = [piece for image, location in wanted if (piece := _value_piece(image, location))]
    if not wanted:
        raise Refused(404, "nothing of this has bulk values")
    if not pieces:
        raise Refused(406, "the pixels cannot be decoded here; ask for their frames as they are stored")
    return _as_octets(images, pieces, accepted(request), status=200 if len(pieces) == len(wanted) else 206)


def _value_piece(image: StoredImage, location: str) -> Piece | None:
    """The value at an address; None where it is pixels that cannot be decoded."""
    path = location.rpartition("/bulkdata/")[2]
    if path not in _PIXEL_DATA or image.frames is None:
        return _bulk_piece(image, path, location)
    pixels = _pixels(image)
    try:
        contents = pixels.decoded(range(1, pixels.count + 1))
    except CannotDecode:
        return None
    return Piece(SegmentsContent(tuple(contents)), OCTETS, location)


def _addresses(attributes: dict[str, Any]) -> Iterator[str]:
    """BulkDataURIs, those of sequences included."""
    for attribute in attributes.values():
        if "BulkDataURI" in attribute:
            yield attribute["BulkDataURI"]
        elif attribute["vr"] == "SQ":
            for item in attribute.get("Value", ()):
                yield from _addresses(item or {})


def _bulk_piece(image: StoredImage, path: str, location: str) -> Piece | None:
    from xdsi_sim.dicom.bulk import value_of  # noqa: PLC0415  brings pydicom

    value = value_of(image.content, path)
    return None if value is None else Piece(BytesContent(value), OCTETS, location)


def _pixel_value(image: StoredImage, ranges: Sequence[Range], location: str) -> Answer:
    pixels = _pixels(image)
    form = _form(pixels, ranges, one=True)
    contents = _taken(form, pixels, range(1, pixels.count + 1))
    if not form.stored:  # one value, whatever it is made of
        contents = [SegmentsContent(tuple(contents))]
    pieces = [Piece(content, form.media_type, location) for content in contents]
    if len(pieces) > 1 and not form.offer.multipart:
        raise Refused(406, f"{len(pieces)} frames can be had as {Offer(form.offer.media, multipart=True)}")
    return _answer([image], pieces, form)


def _as_octets(
    images: Sequence[StoredImage], pieces: Sequence[Piece], ranges: Sequence[Range], *, status: int = 200
) -> Answer:
    offers = [Offer(OCTETS, multipart=True), *([Offer(OCTETS)] if len(pieces) == 1 else [])]
    for _, offer in preferred(ranges, offers):
        return _answer(images, pieces, _Form(offer), status=status)
    raise Refused(406, f"bulk values can be had as {', '.join(map(str, offers))}")

"""WADO-RS: instances and their metadata (PS3.18: 10.4, RAD TF: 4.107).

An instance in a syntax that the client takes goes out as it is stored, file by file; else it is decoded, if
that can be done. Each instance of a study is looked at by itself: syntaxes differ within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xdsi_sim.actors.ports import StoredImage
from xdsi_sim.content import Content, PassingContent
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.transfer_syntax import EXPLICIT_LITTLE_ENDIAN, OCTETS
from xdsi_sim.dicomweb.accept import Offer, Range, accepted, preferred, stated
from xdsi_sim.dicomweb.answers import Piece, data_sets, entity_tag, multipart, single
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.messages import Answer, Refused, WebRequest
from xdsi_sim.dicomweb.pixels import bulk_data
from xdsi_sim.ids import new_token

__all__ = ["metadata", "retrieve"]

DICOM: Final = "application/dicom"
_DICOM_PARTS: Final = Offer(DICOM, multipart=True)
_RENDERED: Final = ("image/", "text/", "video/")


def metadata(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """The attributes of each instance, as they were written when it was stored."""
    items = archive.store.metadata(*target.uids, base=archive.base)
    if not items:
        raise archive.nothing(target)
    return data_sets(items, accepted(request), base=archive.base, what="metadata")


def retrieve(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """Instances as DICOM files, or their bulk values."""
    images = archive.images(target)
    ranges = accepted(request)
    _refuse_mixture(stated(request))
    one = target.instance is not None
    offers = (_DICOM_PARTS, *((Offer(DICOM),) if one else ()), Offer(OCTETS, multipart=True))
    for wanted, offer in preferred(ranges, offers):
        if offer.media == OCTETS and wanted.is_any:
            continue  # who takes anything means instances
        if offer.media == OCTETS:
            return bulk_data(archive, request, target)  # for historical reasons (PS3.18: 10.4.4)
        alike = [item for item in ranges if item.takes(offer)] if offer.multipart else [wanted]
        pieces = [piece for image in images if (piece := _piece(archive, image, alike, request.spool))]
        if pieces:
            return _answer(images, pieces, offer)
    raise Refused(406, _what_can_be_had(images, one))


def _answer(images: Sequence[StoredImage], pieces: Sequence[Piece], offer: Offer) -> Answer:
    tag = entity_tag(images, str(offer), *(piece.media_type for piece in pieces))
    if not offer.multipart:
        return single(pieces[0], etag=tag)
    return multipart(pieces, DICOM, status=200 if len(pieces) == len(images) else 206, etag=tag)


def _refuse_mixture(ranges: Sequence[Range]) -> None:
    """DICOM media types and rendered ones are not mixed (PS3.18: 8.7)."""
    wanted = [item for item in ranges if item.q > 0]
    rendered = [item for item in wanted if item.type.startswith(_RENDERED)]
    if rendered and any(item.media == DICOM for item in wanted):
        raise Refused(
            400, f"Accept mixes {DICOM} with {rendered[0].type}, which only rendered resources have"
        )


def _what_can_be_had(images: Sequence[StoredImage], one: bool) -> str:
    syntaxes = ", ".join(sorted({image.transferSyntaxUID for image in images}))
    forms = f"{_DICOM_PARTS}{f', {DICOM}' if one else ''}"
    return f"instances can be had as {forms}; they are stored in transfer syntax {syntaxes}"


# --- transfer syntaxes ------------------------------------------------------------------------


def _piece(archive: Archive, image: StoredImage, ranges: Sequence[Range], spool: Path) -> Piece | None:
    """An instance in the best syntax that it can be had in; None where that is none."""
    syntaxes = [(item.q, item.transfer_syntax or EXPLICIT_LITTLE_ENDIAN) for item in ranges]
    as_stored = max((q for q, syntax in syntaxes if syntax in ("*", image.transferSyntaxUID)), default=0.0)
    explicit = max((q for q, syntax in syntaxes if syntax == EXPLICIT_LITTLE_ENDIAN), default=0.0)
    content: Content | None = None
    syntax = EXPLICIT_LITTLE_ENDIAN
    if explicit > as_stored:
        content = _decoded(image, spool)
    if content is None and as_stored:
        content, syntax = image.content, image.transferSyntaxUID
    if content is None:
        return None
    return Piece(content, f"{DICOM}; transfer-syntax={syntax}", archive.url(image))


def _decoded(image: StoredImage, spool: Path) -> Content | None:
    """An instance in Explicit VR Little Endian (PS3.18: 8.7.3.5.2); None where nothing here can decode it."""
    from xdsi_sim.dicom.transcoding import transcode  # noqa: PLC0415  brings pydicom

    path = spool / new_token()
    try:
        transcode(image.content, EXPLICIT_LITTLE_ENDIAN, path)
    except DicomError:
        return None
    return PassingContent(path, path.stat().st_size)

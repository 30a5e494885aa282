"""The DICOMweb face of an imaging source: WADO-RS instances and metadata (PS3.18: 10.4, RAD TF: 4.107).

Files go out as they are stored, one after the other, never in memory.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.actors.ports import InstanceStore, StoredImage
from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER, Trace
from xdsi_sim.content import Segment
from xdsi_sim.dicom.attributes import LONGEST_UID, is_uid
from xdsi_sim.exchange import Exchange
from xdsi_sim.ids import new_token
from xdsi_sim.server.accept import Range, read_accept
from xdsi_sim.server.http import FrontRequest, answer
from xdsi_sim.store.exchanges import Recorder

__all__ = ["DicomWebResource"]

_LOG: Final = logging.getLogger(__name__)
EXPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
_DICOM: Final = "application/dicom"
_JSON: Final = ("application/dicom+json", "application/json")
_LEVELS: Final = ("studies", "series", "instances")
_CORS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Type, Content-Length, Content-Location"),
)


class _Refused(Exception):
    """An HTTP answer other than 200, with a line that says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Answer:
    headers: tuple[tuple[str, str], ...]
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class _Target:
    """What a path names: the UIDs of one to three levels."""

    uids: tuple[str, ...]
    metadata: bool


class DicomWebResource(Resource):
    """`{base}/studies/{study}[/series/{series}[/instances/{instance}]][/metadata]`."""

    isLeaf = True

    def __init__(self, *, actor_id: str, store: InstanceStore, base: str, recorder: Recorder) -> None:
        super().__init__()
        self._actor_id = actor_id
        self._store = store
        self._base = base
        self._recorder = recorder

    def render(self, request: FrontRequest) -> int:
        """Serve one request."""
        started, clock = time.time(), time.perf_counter()
        exchange_id = new_token()
        status, served = self._outcome(request, exchange_id)
        headers = [*served.headers, *_CORS]
        if self._recorder.on:
            headers.append((EXCHANGE_HEADER, f"{self._recorder.name}/{exchange_id}"))
        asked = request.message(())
        trace = Trace.parse(request.header(TRACE_HEADER), request.peer)
        message = answer(request, status, headers, served.segments)
        if self._recorder.on:
            self._recorder.record(
                Exchange(
                    id=exchange_id,
                    conversation=trace.conversation,
                    sender=trace.sender,
                    receiver=self._actor_id,
                    transaction="WADO-RS",
                    started=started,
                    duration=time.perf_counter() - clock,
                    request=asked,
                    response=message,
                    status=f"HTTP {status}",
                )
            )
        return NOT_DONE_YET

    def _outcome(self, request: FrontRequest, exchange_id: str) -> tuple[int, _Answer]:
        try:
            return 200, self._serve(request)
        except _Refused as refused:
            return refused.status, _text(refused.reason)
        except Exception:  # noqa: BLE001  the client gets an answer, whatever it is
            _LOG.exception("exchange %s of %s failed", exchange_id, self._actor_id)
            return 500, _text(f"internal error, logged as exchange {exchange_id}")

    def _serve(self, request: FrontRequest) -> _Answer:
        if request.method not in (b"GET", b"HEAD"):
            request.setHeader("Allow", "GET, HEAD")
            raise _Refused(405, f"{request.method.decode('latin-1')} is not served here; GET and HEAD are")
        target = _target([part.decode("utf-8", "replace") for part in request.postpath or ()])
        images = self._store.instances(*target.uids)
        if not images:
            raise _Refused(404, f"nothing is stored under {'/'.join(target.uids)}")
        query = request.args.get(b"accept", [b""])[0].decode("utf-8", "replace")
        ranges = read_accept(request.header("accept"), query)
        return self._metadata(images, ranges) if target.metadata else self._instances(images, ranges, target)

    def _metadata(self, images: Sequence[StoredImage], ranges: Sequence[Range]) -> _Answer:
        if not any(item.takes(media) for item in ranges for media in _JSON):
            raise _Refused(406, f"metadata can be had as {_JSON[0]}")
        items = [self._store.metadata(image, self._base) for image in images]
        separated = [piece for item in items for piece in (b",", item)][1:]
        return _Answer((("Content-Type", _JSON[0]),), [b"[", *separated, b"]"])

    def _instances(self, images: Sequence[StoredImage], ranges: Sequence[Range], target: _Target) -> _Answer:
        one = len(target.uids) == len(_LEVELS)
        parts = [item for item in ranges if item.takes("multipart/related", _DICOM)]
        for item in ranges:
            # each image may be taken by another range: syntaxes differ within a study
            if item in parts and all(_acceptable(image, parts) for image in images):
                return self._multipart(images)
            if item.takes(_DICOM) and one and _acceptable(images[0], [item]):
                return _Answer((("Content-Type", _media(images[0])),), [images[0].content])
        syntaxes = ", ".join(sorted({image.transferSyntaxUID for image in images}))
        raise _Refused(
            406,
            f'instances can be had as multipart/related; type="{_DICOM}", stored as {syntaxes}',
        )

    def _multipart(self, images: Sequence[StoredImage]) -> _Answer:
        boundary = new_token()
        segments: list[Segment] = []
        for image in images:
            segments += (self._part_head(image, boundary), image.content, b"\r\n")
        segments.append(f"--{boundary}--\r\n".encode())
        return _Answer(
            (("Content-Type", f'multipart/related; type="{_DICOM}"; boundary={boundary}'),), segments
        )

    def _part_head(self, image: StoredImage, boundary: str) -> bytes:
        path = "/".join(
            f"{level}/{uid}"
            for level, uid in zip(
                _LEVELS, (image.studyInstanceUID, image.seriesInstanceUID, image.sopInstanceUID), strict=True
            )
        )
        return (
            f"--{boundary}\r\nContent-Type: {_media(image)}\r\nContent-Location: {self._base}/{path}\r\n"
            f"Content-Length: {image.content.size}\r\n\r\n"
        ).encode()


def _text(reason: str) -> _Answer:
    return _Answer((("Content-Type", "text/plain; charset=UTF-8"),), [f"{reason}\n".encode()])


def _media(image: StoredImage) -> str:
    return f"{_DICOM}; transfer-syntax={image.transferSyntaxUID}"


def _acceptable(image: StoredImage, ranges: Sequence[Range]) -> bool:
    """Whether an image may go out as it is stored; naming none asks for Explicit VR LE (PS3.18: 8.7.3.5)."""
    asked = {item.transfer_syntax or EXPLICIT_LITTLE_ENDIAN for item in ranges}
    return bool(asked & {"*", image.transferSyntaxUID})


def _target(path: Sequence[str]) -> _Target:
    parts = [part for part in path if part]  # a slash too many does not matter
    metadata = bool(parts) and parts[-1] == "metadata"
    if metadata:
        parts.pop()
    levels, uids = tuple(parts[::2]), tuple(parts[1::2])
    if not uids or len(levels) != len(uids) or levels != _LEVELS[: len(levels)]:
        raise _Refused(
            404, "the path is none of studies/{study}[/series/{series}[/instances/{instance}]][/metadata]"
        )
    for uid in uids:
        if not is_uid(uid):
            raise _Refused(400, f"{uid[:LONGEST_UID]!r} is not a UID")
    return _Target(uids, metadata)

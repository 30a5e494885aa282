"""WADO-URI: one object, as a file, a picture or a text, by the parameters of one address (RAD TF: 4.55)."""

from __future__ import annotations

import codecs
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.actors.ports import BackendFailed, InstanceStore, StoredImage, Transcoder
from xdsi_sim.actors.trace import EXCHANGE_HEADER, within
from xdsi_sim.content import BytesContent, Content
from xdsi_sim.deviations.deviation import Sending
from xdsi_sim.deviations.switches import Desk
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.report_text import is_report, to_html, to_text
from xdsi_sim.dicom.transfer_syntax import EXPLICIT_LITTLE_ENDIAN
from xdsi_sim.dicom.wado_uri import (
    DICOM,
    PICTURES,
    NotServed,
    WadoRequest,
    media_types,
    read_wado_request,
)
from xdsi_sim.dicomweb.accept import Offer, preferred, read_accept
from xdsi_sim.server.deviating import deliver, meet_on_the_web, settle
from xdsi_sim.server.http import FrontRequest
from xdsi_sim.server.served import Served
from xdsi_sim.server.threads import Threads
from xdsi_sim.services.host import Reply
from xdsi_sim.store.exchanges import Recorder

__all__ = ["WadoUriResource"]

_LOG: Final = logging.getLogger(__name__)
_CORS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Type, Content-Length"),
)
_TEXTS: Final[dict[str, tuple[Callable[[dict[str, Any]], str], str]]] = {
    "text/html": (to_html, "xmlcharrefreplace"),
    "text/plain": (to_text, "replace"),
}
"""How a report is written, and what becomes of letters that the charset has not."""
_ANY_SIZE: Final = 8192


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media: str
    content: Content


@dataclass(frozen=True, slots=True)
class WadoUri:
    """Answers RAD-55 from an instance store; blocks while a picture is made."""

    store: InstanceStore
    transcoder: Transcoder

    def serve(self, asked: WadoRequest, accept: str | None) -> tuple[str, Content]:
        """Media type and octets of what is asked for; raises NotServed."""
        images = self.store.instances(asked.studyUID, asked.seriesUID, asked.objectUID)
        if not images:
            note = self.store.rejection(asked.objectUID)
            why = "in that series of that study" if note is None else f"any more: it is rejected, {note}"
            raise NotServed(404, f"there is no instance {asked.objectUID} {why}")
        (image,) = images
        media = self._media(asked, accept, image)
        asked.refuse_without_meaning(media)
        if media == DICOM:
            return self._file(asked, image)
        return self._picture(asked, image, media) if media in PICTURES else self._text(asked, image, media)

    def _media(self, asked: WadoRequest, accept: str | None, image: StoredImage) -> str:
        """The media type that both contentType and Accept like best (PS3.18: 9.1.2.2.1)."""
        media = media_types(
            image.frames,
            report=image.frames is None and is_report(self._attributes(image)),
            one_frame=asked.frameNumber is not None,
        )
        offers = [Offer(each) for each in media]
        taken = {offer for _, offer in preferred(read_accept(accept), offers)}
        for _, offer in preferred(read_accept(asked.contentType), offers):
            if offer in taken:
                return offer.media
        raise NotServed(406, f"this object can be had as {', '.join(media)}")

    def _attributes(self, image: StoredImage) -> dict[str, Any]:
        uids = (image.studyInstanceUID, image.seriesInstanceUID, image.sopInstanceUID)
        documents = self.store.metadata(*uids, base="")
        attributes: dict[str, Any] = json.loads(documents[0]) if documents else {}
        return attributes

    def _file(self, asked: WadoRequest, image: StoredImage) -> tuple[str, Content]:
        wanted = asked.transferSyntax or EXPLICIT_LITTLE_ENDIAN
        content: Content = image.content
        if wanted != image.transferSyntaxUID:
            if wanted != EXPLICIT_LITTLE_ENDIAN:
                raise _not_in(wanted, image, "")
            try:
                content = self.transcoder.transcode(image.content, wanted).result()
            except DicomError as error:
                raise _not_in(wanted, image, f": {error}") from None
        return f"{DICOM}; transfer-syntax={wanted}", content

    def _picture(self, asked: WadoRequest, image: StoredImage, media: str) -> tuple[str, Content]:
        from xdsi_sim.dicom.rendering import render  # noqa: PLC0415  brings pydicom

        frames, number = image.frames or 0, asked.frameNumber or 1
        if number > frames:
            raise NotServed(404, f"there is no frame {number}: the object has {frames}")
        try:
            return media, BytesContent(render(image.content, self._view(asked, image), media))
        except DicomError as error:
            raise NotServed(406, str(error)) from None

    def _view(self, asked: WadoRequest, image: StoredImage) -> Any:
        from xdsi_sim.dicom.rendering import View, Window  # noqa: PLC0415  brings pydicom

        sized = asked.rows is not None or asked.columns is not None
        given: dict[str, Any] = {
            "frame": asked.frameNumber or 1,
            "size": (asked.columns or _ANY_SIZE, asked.rows or _ANY_SIZE) if sized else None,
            "annotation": asked.annotation or (),
        }
        if asked.windowCenter is not None and asked.windowWidth is not None:
            given["window"] = Window(asked.windowCenter, asked.windowWidth)
        if asked.region is not None:
            given["region"] = self._region(asked.region, image)
        if asked.imageQuality is not None:
            given["quality"] = asked.imageQuality
        return View(**given)

    def _region(self, parts: tuple[float, float, float, float], image: StoredImage) -> Any:
        """Parts of width and height as pixels, one at least."""
        from xdsi_sim.dicom.attributes import integer  # noqa: PLC0415
        from xdsi_sim.dicom.rendering import Region  # noqa: PLC0415  brings pydicom

        attributes = self._attributes(image)
        columns, rows = integer(attributes, "Columns") or 1, integer(attributes, "Rows") or 1
        left, top, right, bottom = parts
        x, y = min(int(left * columns), columns - 1), min(int(top * rows), rows - 1)
        return Region(x, y, max(1, round(right * columns) - x), max(1, round(bottom * rows) - y))

    def _text(self, asked: WadoRequest, image: StoredImage, media: str) -> tuple[str, Content]:
        write, unknown = _TEXTS[media]
        try:
            charset = codecs.lookup(asked.charset or "UTF-8").name.upper()
            text = write(self._attributes(image)).replace('charset="UTF-8"', f'charset="{charset}"')
            data = text.encode(charset, unknown)
        except (LookupError, ValueError):
            raise NotServed(406, f"there is no charset {str(asked.charset)[:80]!r} here") from None
        return f"{media}; charset={charset}", BytesContent(data)


def _not_in(wanted: str, image: StoredImage, why: str) -> NotServed:
    stored = image.transferSyntaxUID
    return NotServed(
        406, f"the object cannot be had in {wanted[:80]}{why}; it is stored in transferSyntax={stored}"
    )


class WadoUriResource(Resource):
    """The address of WADO-URI, with everything recorded."""

    isLeaf = True
    stopped = False
    """Whether it says 503 to everybody."""

    def __init__(
        self,
        source: ImagingDocumentSource,
        actor_id: str,
        recorder: Recorder,
        reactor: Any,
        threads: int | None = None,
        desk: Desk | None = None,
    ) -> None:
        """`threads` as those of `Threads`."""
        super().__init__()
        self._actor_id = actor_id
        self._wado = WadoUri(source.store, source.transcoder)
        self._recorder = recorder
        self._threads = Threads(reactor, threads)
        self._reactor = reactor
        self._desk = desk or Desk()

    def render(self, request: FrontRequest) -> int:
        """Serve one request; in a thread, since pictures take time."""
        served = Served(request, self._actor_id)
        if self.stopped:
            self._answer(served, _plain(503, f"{self._actor_id} is stopped"))
            return NOT_DONE_YET
        if request.method not in (b"GET", b"HEAD"):
            request.setHeader("Allow", "GET, HEAD")
            self._answer(served, _plain(405, "only GET and HEAD are served here"))
            return NOT_DONE_YET
        served.meeting = meet_on_the_web(self._desk, "RAD-55", request)
        if served.meeting is not None and served.meeting.unasked:
            self._answer(served, _plain(200, "not asked for"))
            return NOT_DONE_YET
        query = {
            name.decode("utf-8", "replace"): [value.decode("utf-8", "replace") for value in values]
            for name, values in request.args.items()
        }
        work = partial(self._outcome, query, request.header("accept"), served.exchange_id)
        self._threads.run(within(served.trace, work)).addCallback(partial(self._answer, served))
        return NOT_DONE_YET

    def _outcome(self, query: dict[str, list[str]], accept: str | None, exchange_id: str) -> _Answer:
        try:
            media, content = self._wado.serve(read_wado_request(query), accept)
            return _Answer(200, media, content)
        except NotServed as refused:
            return _plain(refused.status, refused.reason)
        except BackendFailed as error:
            return _plain(504 if error.late else 502, str(error))
        except Exception:  # noqa: BLE001  the client gets an answer, whatever it is
            _LOG.exception("exchange %s of %s failed", exchange_id, self._actor_id)
            return _plain(500, f"internal error, logged as exchange {exchange_id}")

    def _answer(self, served: Served, told: _Answer) -> None:
        content = told.content
        reply = Reply(
            status=told.status,
            content_type=told.media,
            segments=[content.data if isinstance(content, BytesContent) else content],
            outcome=f"HTTP {told.status}",
            headers=_CORS,
        )
        settle(served.meeting, reply, self._reactor, partial(self._give, served))

    def _give(self, served: Served, reply: Reply, sending: Sending) -> None:
        if served.request.gone:
            return
        on = self._recorder.on
        header = (EXCHANGE_HEADER, f"{self._recorder.name}/{served.exchange_id}")
        told = deliver(served.request, reply, (header,) if on else (), sending, self._reactor)
        if on:
            self._recorder.record(served.recorded("RAD-55", (), told.message, told.outcome))


def _plain(status: int, reason: str) -> _Answer:
    return _Answer(status, "text/plain; charset=UTF-8", BytesContent(f"{reason}\n".encode()))

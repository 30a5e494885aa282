"""MTOM/XOP: one message as an XML part and the parts that it includes (XOP 1.0, RFC 2387).

`PackageReader` takes a body while it arrives; `Attachments` collects the contents of a message that is
being written. A document is never held in memory: parts are contents, and what is sent is a sequence
of segments, bytes or contents.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from xdsi_sim.content import BytesContent, Content, FileContent, Segment, read_all
from xdsi_sim.ebrim.xml import Element
from xdsi_sim.errors import Finding, LimitExceeded, ProtocolViolation, Severity, UnsupportedMediaType
from xdsi_sim.ids import new_token
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.soap.multipart import MultipartReader, PartSink, is_identity
from xdsi_sim.soap.spool import Spool, SpooledBody
from xdsi_sim.vocab import NS

__all__ = ["MAX_ROOT", "SOAP_MEDIA_TYPE", "Attachments", "Package", "PackageReader"]

MAX_ROOT: Final = 32_000_000
"""Octets of a SOAP root part, documents not counted."""
SOAP_MEDIA_TYPE: Final = "application/soap+xml"

_BEGINNING: Final = 64 * 1024
_INCLUDE: Final = f"{{{NS.XOP}}}Include"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A message as it arrived: the XML, the parts by Content-ID, and how it was packed."""

    root: bytes
    parts: Mapping[str, Content]
    mtom: bool
    raw: tuple[Segment, ...]
    """The body as on the wire."""
    findings: tuple[Finding, ...] = ()

    def content_of(self, element: Element) -> Content:
        """The content of a base64 element, inline or by `xop:Include`.

        Raises ProtocolViolation where the Include leads nowhere or the base64 is none.
        """
        include = element.find(_INCLUDE)
        if include is None:
            return _inline(element)
        href = include.get("href", "")
        scheme, _, cid = href.partition(":")
        # some stacks write the Content-ID percent-encoded, too
        content = self.parts.get(cid) or self.parts.get(unquote(cid))
        if content is None or scheme.lower() != "cid":
            raise ProtocolViolation(f"xop:Include href={href!r} names no part of this message", rule="B08")
        if len(element) != 1 or (element.text or "").strip() or (include.tail or "").strip():
            raise ProtocolViolation("xop:Include is not the only content of its parent", rule="B09")
        return content

    def discard(self) -> None:
        """Remove the temporary files of the parts, but for those that were moved away."""
        for content in (*self.parts.values(), *self.raw):
            if isinstance(content, FileContent):
                content.path.unlink(missing_ok=True)


def _inline(element: Element) -> Content:
    if len(element):
        raise ProtocolViolation(f"the content of {element.tag} is an element, not base64", rule="B12")
    try:
        return BytesContent(base64.b64decode("".join((element.text or "").split()), validate=True))
    except (binascii.Error, ValueError):
        raise ProtocolViolation(f"the content of {element.tag} is not base64", rule="B12") from None


class PackageReader:
    """Takes the body of one SOAP message in pieces; `finish` gives the package.

    The first thing that is wrong is kept and raised by `finish`, so that the rest of the body can be
    let through without work and an answer can be sent.
    """

    def __init__(self, content_type: str, folder: Path) -> None:
        self._media = parse_media_type(content_type)
        self._root = bytearray()
        self._has_root = False
        self._cids: set[str] = set()
        self._spools: dict[str, Spool] = {}
        self._body = SpooledBody(folder)
        self.beginning = bytearray()
        """What came first, for the record of a body that cannot be taken apart."""
        self._problem: ProtocolViolation | None = None
        self._multipart: MultipartReader | None = None
        self._feed = self._choose_feed()

    def _choose_feed(self) -> Callable[[bytes], None]:
        if self._media.type == "multipart/related":
            try:
                boundary = self._media.parameters.get("boundary", "")
                self._multipart = MultipartReader(boundary, self._open_part, self._body.record)
            except ProtocolViolation as problem:
                return self._refuse(problem)
            return self._multipart.feed
        if self._media.type in (SOAP_MEDIA_TYPE, "text/xml", "application/xml"):
            return self._take_plain_root
        return self._refuse(
            UnsupportedMediaType(
                f"Content-Type {self._media.type or 'absent'} is neither {SOAP_MEDIA_TYPE} "
                "nor multipart/related",
                rule="A02",
            )
        )

    def _refuse(self, problem: ProtocolViolation) -> Callable[[bytes], None]:
        self._problem = problem
        self._body.discard()
        self._root.clear()
        return lambda _data: None

    def feed(self, data: bytes) -> None:
        """The next piece of the body."""
        if len(self.beginning) < _BEGINNING:
            self.beginning += data[: _BEGINNING - len(self.beginning)]
        try:
            self._feed(data)
        except ProtocolViolation as problem:
            self._feed = self._refuse(problem)

    def _take_plain_root(self, data: bytes | memoryview) -> None:
        self._body.record(data)
        self._take_root(data)

    def _take_root(self, data: bytes | memoryview) -> None:
        self._root += data
        if len(self._root) > MAX_ROOT:
            raise LimitExceeded(f"the SOAP part exceeds soap_root={MAX_ROOT} octets", rule="A23")

    def _open_part(self, headers: Mapping[str, str]) -> PartSink:
        cid = _without_brackets(headers.get("content-id", ""))
        start = _without_brackets(self._media.parameters.get("start", ""))
        encoded = not is_identity(headers)
        is_root = cid == start if start else self._multipart is not None and self._multipart.parts == 1
        if cid in self._cids:
            raise ProtocolViolation(f"two parts have the Content-ID {cid!r}", rule="B10")
        if cid:
            self._cids.add(cid)
        if is_root:
            self._has_root = True
            return _Root(self._take_root if encoded else self._take_plain_root)
        spool = self._body.open(encoded=encoded)
        if cid:  # nothing can refer to a part without one
            self._spools[cid] = spool
        return spool

    def finish(self) -> Package:
        """The whole message; raises the first ProtocolViolation met while reading it."""
        if self._problem is None and self._multipart is not None:
            try:
                self._multipart.close()
                if not self._has_root:
                    start = self._media.parameters.get("start", "")
                    raise ProtocolViolation(f"no part of this message is its start, {start!r}", rule="B06")
            except ProtocolViolation as problem:
                self._refuse(problem)
        if self._problem is not None:
            raise self._problem
        return Package(
            root=bytes(self._root),
            parts={cid: spool.finish() for cid, spool in self._spools.items()},
            mtom=self._multipart is not None,
            raw=self._body.finish(),
            findings=tuple(self._dialect()),
        )

    def _dialect(self) -> Iterable[Finding]:
        """What the standards ask of the packaging and a lenient reader lets pass."""
        if self._multipart is None:
            if self._media.type != SOAP_MEDIA_TYPE:
                yield _packaging("A02", f"Content-Type is {self._media.type}, {SOAP_MEDIA_TYPE} is expected")
            return
        for rule, name, expected in (
            ("B04", "type", "application/xop+xml"),
            ("B05", "start-info", SOAP_MEDIA_TYPE),
        ):
            given = self._media.parameters.get(name)
            if parse_media_type(given or "").type != expected:
                yield _packaging(
                    rule, f"Content-Type parameter {name} is {given!r}, {expected!r} is expected"
                )

    def abandon(self) -> None:
        """The sender is gone: remove what was spooled."""
        self._body.discard()


def _without_brackets(cid: str) -> str:
    return cid.strip().removeprefix("<").removesuffix(">")


def _packaging(rule: str, text: str) -> Finding:
    return Finding(
        rule=rule, severity=Severity.WARNING, text=text, location="Content-Type", cites="ITI TF-2: V.8.2"
    )


class _Root:
    """Sink of the root part."""

    def __init__(self, take: Callable[[bytes | memoryview], None]) -> None:
        self.write = take


class Attachments:
    """The contents of one message that is being written, and the body that carries them.

    Plain messages take contents inline as base64, MTOM messages as parts.
    """

    def __init__(self, *, mtom: bool) -> None:
        self._mtom = mtom
        self._contents: list[tuple[str, Content]] = []
        self._boundary = f"uuid-{new_token()}" if mtom else ""

    def attach(self, content: Content) -> bytes:
        """Take `content` along; gives what stands for it in the XML."""
        if not self._mtom:
            return base64.b64encode(read_all(content))
        cid = f"document-{len(self._contents) + 1}@xdsi-sim"
        self._contents.append((cid, content))
        return f'<xop:Include xmlns:xop="{NS.XOP}" href="cid:{cid}"/>'.encode()

    @property
    def content_type(self) -> str:
        """Of the whole message (ITI TF-2: V.8.2)."""
        if not self._mtom:
            return f"{SOAP_MEDIA_TYPE}; charset=UTF-8"
        return (
            f'multipart/related; type="application/xop+xml"; start="<root@xdsi-sim>"; '
            f'start-info="{SOAP_MEDIA_TYPE}"; boundary="{self._boundary}"'
        )

    def body(self, envelope: Sequence[Segment]) -> list[Segment]:
        """The body around the envelope's pieces, in segments."""
        if not self._mtom:
            return _joined(envelope)
        root = self._part(
            f'application/xop+xml; charset=UTF-8; type="{SOAP_MEDIA_TYPE}"', "root@xdsi-sim", first=True
        )
        segments = _joined((root, *envelope))
        for cid, content in self._contents:
            segments += (self._part("application/octet-stream", cid), content)
        segments.append(f"\r\n--{self._boundary}--\r\n".encode())
        return segments

    def _part(self, content_type: str, cid: str, *, first: bool = False) -> bytes:
        head = (
            f"\r\n--{self._boundary}\r\nContent-Type: {content_type}\r\n"
            f"Content-Transfer-Encoding: binary\r\nContent-ID: <{cid}>\r\n\r\n"
        )
        return (head.removeprefix("\r\n") if first else head).encode()


def _joined(pieces: Sequence[Segment]) -> list[Segment]:
    """Neighbouring bytes in one; contents stay what they are."""
    joined: list[Segment] = []
    run: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            run.append(piece)
        else:
            joined += (b"".join(run), piece)
            run.clear()
    return [*joined, b"".join(run)]

"""MTOM/XOP: one message as an XML part and the parts that it includes (XOP 1.0, RFC 2387).

`PackageReader` takes a body while it arrives; `Attachments` collects the contents of a message that is
being written. A document is never held in memory: parts are contents, and what is sent is a sequence
of segments, bytes or contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote

from xdsi_sim.content import BytesContent, Content, FileContent, Segment, discard
from xdsi_sim.ebrim.xml import Element, child_of
from xdsi_sim.errors import (
    NO_SPACE,
    Finding,
    LimitExceeded,
    ProtocolViolation,
    Severity,
    StoreFull,
    StoreTrouble,
    UnsupportedMediaType,
)
from xdsi_sim.ids import new_mark
from xdsi_sim.limits import Limits
from xdsi_sim.rules.protocol import finding
from xdsi_sim.soap.arriving import ArrivingContent, ArrivingParts
from xdsi_sim.soap.coding import Inflater
from xdsi_sim.soap.inline import LARGE, InlineContents, InlineCutter, decode_inline
from xdsi_sim.soap.media import NO_MEDIA_TYPE, MediaType, parse_media_type
from xdsi_sim.soap.multipart import MultipartReader, PartSink, is_identity
from xdsi_sim.soap.spool import IN_MEMORY, Spool, SpooledBody
from xdsi_sim.vocab import NS

__all__ = ["SOAP_MEDIA_TYPE", "Attachments", "Cutter", "NewCutter", "Package", "PackageReader"]

SOAP_MEDIA_TYPE: Final = "application/soap+xml"

_BEGINNING: Final = 64 * 1024
_INCLUDE: Final = f"{{{NS.XOP}}}Include"
_ROOT_TYPE: Final = "application/xop+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A message as it arrived: the XML, the parts by Content-ID, and how it was packed."""

    root: bytes
    parts: Mapping[str, Content]
    mtom: bool
    raw: tuple[Segment, ...]
    """The body as on the wire."""
    media: MediaType = NO_MEDIA_TYPE
    """Content-Type of the whole."""
    findings: tuple[Finding, ...] = ()
    inline: Mapping[str, Content] | None = None
    """What was cut out of the XML, by the text that stands in its place."""
    unnamed: int = 0
    """Parts without a Content-ID, beside the root."""
    limits: Limits = Limits()
    """Those under which it was read, and is to be parsed."""
    trouble: StoreTrouble | None = None
    """Why there are no parts: they could not be spooled, but the XML is whole."""
    asked: set[str] | None = None
    """Content-IDs that an Include has named so far; kept where there are parts."""

    def content_of(self, element: Element) -> Content:
        """The content of a base64 element, inline or by `xop:Include`.

        Raises ProtocolViolation where the Include leads nowhere or the base64 is none.
        """
        include = child_of(element, _INCLUDE)
        if include is None:
            return self._inline(element)
        href = include.get("href", "")
        scheme, _, cid = href.partition(":")
        # some stacks write the Content-ID percent-encoded, too
        cid = cid if cid in self.parts else unquote(cid)
        content = self.parts.get(cid)
        if content is None or scheme.lower() != "cid":
            raise ProtocolViolation(f"xop:Include href={href!r} names no part of this message", rule="B08")
        if len(element) != 1 or (element.text or "").strip() or (include.tail or "").strip():
            raise ProtocolViolation("xop:Include is not the only content of its parent", rule="B09")
        if self.asked is not None:
            self.asked.add(cid)
        return content

    def _inline(self, element: Element) -> Content:
        if len(element):
            raise ProtocolViolation(f"the content of {element.tag} is an element, not base64", rule="B12")
        text = element.text or ""
        return (self.inline or {}).get(text) or BytesContent(decode_inline(str(element.tag), text))

    def unreferenced(self) -> Iterator[Finding]:
        """One finding for each part that no Include has named so far (rule B11)."""
        for cid in self.parts.keys() - (self.asked or ()):
            yield _packaging("B11", f"no xop:Include names the part with Content-ID {cid!r}", "Content-ID")
        if self.unnamed:
            text = f"{self.unnamed} of the parts have no Content-ID, so that no xop:Include can name them"
            yield _packaging("B11", text, "Content-ID")

    @property
    def charset(self) -> str | None:
        """What the Content-Type says of the octets of a plain message."""
        return None if self.mtom else self.media.parameters.get("charset")

    def discard(self) -> None:
        """Remove its temporary files, but for those that were moved away."""
        for content in (*self.raw, *self._documents()):
            if isinstance(content, FileContent):
                discard(content.path)

    def discard_envelope(self) -> None:
        """Remove the temporary files of the rest: once it is read and recorded, nobody asks for it."""
        kept = {content.path for content in self._documents() if isinstance(content, FileContent)}
        for segment in self.raw:
            if isinstance(segment, FileContent) and segment.path not in kept:
                discard(segment.path)

    def _documents(self) -> Iterator[Content]:
        yield from self.parts.values()
        yield from (self.inline or {}).values()


class Cutter(Protocol):
    """What takes a large envelope while it comes, and leaves in it what need not be on disk."""

    def feed(self, data: bytes) -> None:
        """The next piece."""
        ...

    def close(self) -> None:
        """The envelope is over."""
        ...

    def contents(self) -> Mapping[str, Content]:
        """What was cut, by the text that stands in its place."""
        ...


NewCutter = Callable[[Callable[[bytes], object], Callable[..., Spool], Limits], Cutter]
"""Makes one of: who takes the envelope, where the next content goes (told how much of it in memory, and
whether it is a document, with a SHA-1), and the limits."""


class PackageReader:
    """Takes the body of one SOAP message in pieces; `finish` gives the package.

    The first thing that is wrong, with the message or with the spool, is kept and raised by `finish`, so
    that the rest of the body can be let through without work and an answer can be sent.
    """

    def __init__(
        self,
        content_type: str,
        folder: Path,
        limits: Limits = Limits(),
        *,
        coding: str | None = None,
        cutter: NewCutter = InlineCutter,
        hashed: bool = True,
    ) -> None:
        """`coding` is the Content-Encoding of the body, if it has one; `cutter` is for a large root.

        Documents that are only passed on need not be `hashed`.
        """
        self._media = parse_media_type(content_type)
        self._limits = limits
        self._root = bytearray()
        self._root_type: str | None = None
        self._root_whole = False
        """Whether the SOAP part has come to its end: another has begun after it."""
        self._arriving: ArrivingParts | None = None
        self._new_cutter = cutter
        self._cutter: Cutter | None = None
        self._unnamed = 0
        self._cids: set[str] = set()
        self._spools: dict[str, Spool] = {}
        self._body = SpooledBody(folder, limits, recorded=coding is None, hashed=hashed)
        self._coded = None if coding is None else SpooledBody(folder)
        self.size = 0
        """Octets that have come."""
        self.beginning = bytearray()
        """What came first, for the record of a body that cannot be taken apart."""
        self._problem: ProtocolViolation | OSError | None = None
        self._multipart: MultipartReader | None = None
        self._end_coding: Callable[[], None] = _nothing
        self._feed = self._choose_feed()
        if self._coded is not None and self._problem is None:
            self._feed = self._decoded(coding or "", self._coded)

    def _decoded(self, coding: str, wire: SpooledBody) -> Callable[[bytes], None]:
        """What undoes `coding`; on the wire was what it is given."""
        try:
            inflater = Inflater(coding, self._feed, self._limits)
        except ProtocolViolation as problem:
            return self._refuse(problem)

        def feed(data: bytes) -> None:
            """The next piece as it travelled: recorded so, and inflated."""
            wire.record(data)
            inflater.feed(data)

        self._end_coding = inflater.close
        return feed

    def _choose_feed(self) -> Callable[[bytes], None]:
        if self._media.type == "multipart/related":
            try:
                boundary = self._media.parameters.get("boundary", "")
                self._multipart = MultipartReader(boundary, self._open_part, self._body.record, self._limits)
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

    def _refuse(self, problem: ProtocolViolation | OSError) -> Callable[[bytes], None]:
        self._problem = problem
        self.abandon()
        self._let_go()
        if not (isinstance(problem, OSError) and self._root_whole):
            self._root.clear()
        return _nothing

    @property
    def problem(self) -> ProtocolViolation | OSError | None:
        """What `finish` will raise, as far as it is known by now."""
        return self._problem

    def feed(self, data: bytes) -> None:
        """The next piece of the body."""
        self.size += len(data)
        if len(self.beginning) < _BEGINNING:
            self.beginning += data[: _BEGINNING - len(self.beginning)]
        try:
            self._feed(data)
        except (ProtocolViolation, OSError) as problem:
            self._feed = self._refuse(problem)

    def _take_plain_root(self, data: bytes | memoryview) -> None:
        self._body.record(data)
        self._take_root(data)

    def _take_root(self, data: bytes | memoryview) -> None:
        if self._cutter is not None:
            self._cutter.feed(bytes(data))
            return
        self._keep_root(data)
        if len(self._root) > LARGE:  # before that, nothing large is in it
            begun, self._root = bytes(self._root), bytearray()
            self._cutter = self._new_cutter(self._keep_root, self._open_inline, self._limits)
            self._cutter.feed(begun)

    def _keep_root(self, data: bytes | memoryview) -> None:
        self._root += data
        if len(self._root) > self._limits.soap_root:
            raise LimitExceeded(f"the SOAP part exceeds {self._limits.named('soap_root')}", rule="A23")

    def _open_inline(self, in_memory: int = IN_MEMORY, *, hashed: bool = True) -> Spool:
        return self._body.open(apart=True, in_memory=in_memory, hashed=hashed)

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
            self._root_type = headers.get("content-type", "")
            return _Taken(self._take_root if encoded else self._take_plain_root)
        if self._root_type is not None and not self._root_whole:
            self._end_root()
        if cid:
            spool = self._spools[cid] = self._body.open(apart=encoded)
            if self._arriving is not None:
                spool.follow(self._arriving[cid])
            return spool
        self._unnamed += 1  # nothing can refer to it, so nothing is decoded
        return _Taken(lambda _data: None) if encoded else self._body.open()

    def _end_root(self) -> None:
        """The envelope is whole; raises ProtocolViolation where what is cut out of it is not."""
        self._root_whole = True
        if self._cutter is not None:
            self._cutter.close()

    def begun(self) -> Package | None:
        """The message once its envelope is whole; its parts are contents that still come.

        None before that, and where something is wrong with it: `finish` tells.
        """
        if self._problem is not None or not self._root_whole:
            return None
        begun = {cid: ArrivingContent() for cid in self._spools}
        self._arriving = ArrivingParts(begun)
        for cid, spool in self._spools.items():
            spool.follow(begun[cid])
        return self._package(self._arriving, ())

    def fail(self, trouble: Exception) -> None:
        """What has been promised and has not come never will."""
        if self._arriving is not None:
            self._arriving.fail(trouble)

    def finish(self, *, answerable: bool = False) -> Package:
        """The whole message; raises the first ProtocolViolation or OSError met while taking it in.

        If it is to be `answerable`, a message of which only the documents could not be spooled is given
        without them, and says so: its transaction has an answer for that.
        """
        if self._problem is not None:
            return self._without_parts(self._problem, answerable)
        try:
            self._close()
            parts = {cid: spool.finish() for cid, spool in self._spools.items()}
            package = self._package(parts, self._wire())
        except (ProtocolViolation, OSError) as problem:
            self._refuse(problem)
            raise
        self._let_go()
        return package

    def _let_go(self) -> None:
        """Of what calls us: a ring of objects is for the collector, and messages are many."""
        self._feed = self._end_coding = _nothing
        self._multipart = self._cutter = None

    def _without_parts(self, problem: ProtocolViolation | OSError, answerable: bool) -> Package:
        if not (answerable and self._root and isinstance(problem, OSError)):
            raise problem
        trouble = StoreFull if problem.errno in NO_SPACE else StoreTrouble
        return Package(
            root=bytes(self._root),
            parts={},
            mtom=True,
            raw=(),
            media=self._media,
            limits=self._limits,
            trouble=trouble(problem.strerror or "the documents could not be spooled"),
        )

    def _package(self, parts: Mapping[str, Content], raw: tuple[Segment, ...]) -> Package:
        return Package(
            root=bytes(self._root),
            parts=parts,
            inline=self._cutter.contents() if self._cutter is not None else None,
            unnamed=self._unnamed,
            asked=set() if self._spools else None,
            mtom=self._multipart is not None,
            raw=raw,
            media=self._media,
            findings=tuple(self._dialect()),
            limits=self._limits,
        )

    def _wire(self) -> tuple[Segment, ...]:
        plain = self._body.finish()
        return plain if self._coded is None else self._coded.finish()

    def _close(self) -> None:
        """All has come; raises ProtocolViolation where something is missing."""
        self._end_coding()
        if self._multipart is not None:
            self._multipart.close()
            if self._root_type is None:
                start = self._media.parameters.get("start", "")
                raise ProtocolViolation(f"no part of this message is its start, {start!r}", rule="B06")
        if not self._root_whole:
            self._end_root()

    def _dialect(self) -> Iterable[Finding]:
        """What the standards ask of the packaging and a lenient reader lets pass."""
        if self._multipart is None:
            if self._media.type != SOAP_MEDIA_TYPE:
                yield _packaging("A02", f"Content-Type is {self._media.type}, {SOAP_MEDIA_TYPE} is expected")
            return
        root = parse_media_type(self._root_type or "")
        for rule, what, given, expected in (
            ("B04", "Content-Type parameter type", self._media.parameters.get("type"), _ROOT_TYPE),
            (
                "B05",
                "Content-Type parameter start-info",
                self._media.parameters.get("start-info"),
                SOAP_MEDIA_TYPE,
            ),
            ("B07", "Content-Type of the root part", root.type or None, _ROOT_TYPE),
            ("B07", "parameter type of the root part", root.parameters.get("type"), SOAP_MEDIA_TYPE),
        ):
            if parse_media_type(given or "").type != expected:
                yield _packaging(rule, f"{what} is {given!r}, {expected!r} is expected")
        if isinstance(self._cutter, InlineCutter) and (large := len(self._cutter.contents())):
            text = f"{large} large contents are base64 in the envelope, parts of their own are expected"
            yield replace(_packaging("B14", text), severity=Severity.INFO)

    def abandon(self) -> None:
        """The sender is gone: remove what was spooled."""
        self._body.discard()
        if self._coded is not None:
            self._coded.discard()


def _nothing(*_data: bytes) -> None:
    """What there is to do for a message that is over."""


def _without_brackets(cid: str) -> str:
    return cid.strip().removeprefix("<").removesuffix(">")


def _packaging(rule: str, text: str, location: str = "Content-Type") -> Finding:
    return finding(rule, text, location, severity=Severity.WARNING)


class _Taken:
    """A sink that is one function."""

    def __init__(self, take: Callable[[bytes | memoryview], object]) -> None:
        self.write = take


class Attachments:
    """The contents of one message that is being written, and the body that carries them.

    Plain messages take contents inline as base64, MTOM messages as parts.
    """

    def __init__(self, *, mtom: bool) -> None:
        self._mtom = mtom
        self._contents: list[tuple[str, Content]] = []
        self._inline: InlineContents | None = None
        self._boundary = f"uuid-{new_mark()}" if mtom else ""

    def attach(self, content: Content) -> bytes:
        """Take `content` along; gives what stands for it in the XML."""
        if not self._mtom:
            self._inline = self._inline or InlineContents()
            return self._inline.attach(content)
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
            return self._inline.segments(envelope) if self._inline else _joined(envelope)
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

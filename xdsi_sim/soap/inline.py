"""Inline base64 of any size, in and out (ITI TF-2: V.8.2).

A text of more than 10 MB does not fit the XML parser's safe limits, and a document not the memory. So the
base64 of a large `Document` is taken out of an envelope before its tree is built, and put into one while
it is sent. What stands for it meanwhile nobody can guess, so that no message can contain it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from xdsi_sim.content import Base64Content, Content, Segment, read_all
from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.ids import new_token
from xdsi_sim.limits import Limits
from xdsi_sim.soap.spool import Spool
from xdsi_sim.soap.transfer import Base64

__all__ = ["LARGE", "InlineContents", "InlineCutter", "decode_inline"]

LARGE: Final = 64 * 1024
"""Octets of base64 up to which it stays in the envelope."""

_BOMS16: Final = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_PREFIX: Final = 256
_CONSTRUCT: Final = re.compile(
    rb"<(?:!--|!\[CDATA\[|\?|(?:[^\s<>/:!?]{0,%d}:)?Document(?=[\s/>]))" % _LONGEST_PREFIX
)
_UNDECIDED: Final = re.compile(rb"<[^\s<>/]{0,%d}\Z" % (_LONGEST_PREFIX + len(b":Document")))
_CLOSERS: Final = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_STOPS: Final = {b"": re.compile(rb"[\"'>]"), b'"': re.compile(rb'"'), b"'": re.compile(rb"'")}
_REFERENCE: Final = re.compile(rb"&#(?:0{0,8}(?:9|10|13|32)|x0{0,8}(?:9|[Aa]|[Dd]|20));")
"""White space, as some stacks write it at the end of a line."""
_BEGUN: Final = re.compile(rb"&[#x0-9AaDd]{0,12}\Z")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"


class InlineCutter:
    """Reads an envelope in pieces and hands it on to `take`, without the large base64 texts.

    Cut is the text of an element with the local name `Document` whose first `large` octets and more are
    base64, white space and references to white space. All else passes untouched, and a body in UTF-16 as
    a whole. A scanner only: what is not well-formed stays so.
    """

    def __init__(
        self,
        take: Callable[[bytes], object],
        open_content: Callable[[], Spool],
        limits: Limits = Limits(),
        large: int = LARGE,
    ) -> None:
        self._take = take
        self._open_content = open_content
        self._limits = limits
        self._large = large
        self._token = new_token()
        self._spools: dict[str, Spool] = {}
        self._buffer = b""
        self._at = 0
        self._step = self._beginning
        self._closer = b""
        self._quote = b""
        self._name = ""
        self._cut = _Cut("", None)

    def feed(self, data: bytes) -> None:
        """The next piece; raises ProtocolViolation for a text that ceases to be base64 (rule B12)."""
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        while self._step():
            pass

    def close(self) -> None:
        """The envelope is over; raises ProtocolViolation inside of what is being cut (rule A03)."""
        if self._step == self._base64:
            raise ProtocolViolation(f"the envelope ends inside the content of {self._name}", rule="A03")
        self._pass(len(self._buffer))

    def contents(self) -> Mapping[str, Content]:
        """What was cut, by the text that stands in its place."""
        return {placeholder: spool.finish() for placeholder, spool in self._spools.items()}

    def _pass(self, end: int) -> None:
        if end > self._at:
            self._take(self._buffer[self._at : end])
            self._at = end

    # Each step consumes what it can of the buffer and says whether another step may go on at once.

    def _beginning(self) -> bool:
        if len(self._buffer) < 2:
            return False
        self._step = self._all if self._buffer[:2] in _BOMS16 else self._markup
        return True

    def _all(self) -> bool:
        self._pass(len(self._buffer))
        return False

    def _markup(self) -> bool:
        found = _CONSTRUCT.search(self._buffer, self._at)
        if found is None:
            last = self._buffer.rfind(b"<", self._at)
            waits = last >= 0 and _UNDECIDED.match(self._buffer, last)
            self._pass(last if waits else len(self._buffer))
            return False
        self._pass(found.end())
        self._closer = _CLOSERS.get(found[0], b"")
        self._name = found[0][1:].decode("utf-8", "replace")
        self._step = self._passage if self._closer else self._tag
        return True

    def _passage(self) -> bool:
        """A comment, a CDATA section or a processing instruction."""
        end = self._buffer.find(self._closer, self._at)
        if end < 0:
            self._pass(len(self._buffer) - len(self._closer) + 1)
            return False
        self._pass(end + len(self._closer))
        self._step = self._markup
        return True

    def _tag(self) -> bool:
        """The start tag of a Document, behind its name."""
        stop = _STOPS[self._quote].search(self._buffer, self._at)
        if stop is None:
            self._pass(len(self._buffer) - 1)  # the last octet may be the slash of an empty element
            return False
        if stop[0] == b">":
            empty = self._buffer[stop.start() - 1 : stop.start()] == b"/"
            self._step = self._markup if empty else self._text
        else:
            self._quote = b"" if self._quote else stop[0]
        self._pass(stop.end())
        return True

    def _text(self) -> bool:
        """The beginning of a Document's content, until it is known to be large."""
        end = self._buffer.find(b"<", self._at)
        size = (end if end >= 0 else len(self._buffer)) - self._at
        if size <= self._large:
            if end < 0:
                return False
            self._step = self._markup
        elif _is_base64(self._buffer[self._at : self._at + self._large]):
            self._cut = _Cut(self._name, self._open_content())
            self._step = self._base64
        else:
            self._step = self._markup
        return True

    def _base64(self) -> bool:
        """The rest of it, decoded as it comes."""
        end = self._buffer.find(b"<", self._at)
        piece = self._buffer[self._at : end if end >= 0 else len(self._buffer)]
        if end < 0 and (begun := _BEGUN.search(piece, max(0, len(piece) - 16))):
            piece = piece[: begun.start()]
        self._at += len(piece)
        self._cut.write(piece)
        if self._cut.size > 2 * self._limits.document + self._large:
            raise LimitExceeded(
                f"the text of {self._name} exceeds twice {self._limits.named('document')}", rule="A23"
            )
        if end < 0 or len(self._buffer) < end + 2:
            return False
        if self._buffer[end + 1 : end + 2] != b"/":
            raise self._cut.refusal("markup stands in it")
        self._replace()
        return True

    def _replace(self) -> None:
        placeholder = f"{self._token}:{len(self._spools)}"
        self._spools[placeholder] = self._cut.end()
        self._take(placeholder.encode())
        self._step = self._markup


def _is_base64(text: bytes) -> bool:
    text = _REFERENCE.sub(b"", text)
    if begun := _BEGUN.search(text, max(0, len(text) - 16)):
        text = text[: begun.start()]
    return not text.translate(None, _ALPHABET)


class _Cut:
    """One text that is being decoded into a spool."""

    def __init__(self, name: str, spool: Spool | None) -> None:
        self._name = name
        self._spool = spool
        self._decoder = Base64()
        self.size = 0
        """Octets of the text."""

    def write(self, text: bytes) -> None:
        """The next characters of the text; raises ProtocolViolation where it is not base64."""
        self.size += len(text)
        if b"&" in text:
            text = _REFERENCE.sub(b" ", text)
        self._decode(self._decoder.feed, text)

    def end(self) -> Spool:
        """The spool with all that was decoded; raises ProtocolViolation where the last group is not whole."""
        self._decode(self._decoder.end)
        if self._spool is None:
            raise RuntimeError("nothing is being cut")
        return self._spool

    def _decode(self, decode: Callable[..., bytes], *text: bytes) -> None:
        try:
            data = decode(*text)
        except binascii.Error as error:
            raise self.refusal(str(error)) from None
        if data and self._spool is not None:
            self._spool.write(data)

    def refusal(self, what: str) -> ProtocolViolation:
        """That the text is not base64, to be raised."""
        return ProtocolViolation(f"the content of {self._name} is not base64: {what}", rule="B12")


def decode_inline(name: str, text: str) -> bytes:
    """The base64 that stayed in the tree as the text of `name`; raises ProtocolViolation (rule B12)."""
    decoder = Base64()
    try:
        return decoder.feed(text.encode()) + decoder.end()
    except binascii.Error as error:
        raise ProtocolViolation(f"the content of {name} is not base64: {error}", rule="B12") from None


class InlineContents:
    """The contents of an envelope that is being written: large ones are encoded while they are sent."""

    def __init__(self) -> None:
        self._token = new_token()
        self._contents: list[Content] = []

    def attach(self, content: Content) -> bytes:
        """What stands in the XML until `segments` is called; a small content as it will be sent."""
        if content.size <= LARGE // 4 * 3:
            return base64.b64encode(read_all(content))
        self._contents.append(content)
        return self._token.encode()

    def segments(self, envelope: Sequence[Segment]) -> list[Segment]:
        """The envelope with its contents in their places."""
        return list(self._woven(envelope))

    def _woven(self, envelope: Sequence[Segment]) -> Iterator[Segment]:
        contents = iter(self._contents)
        for segment in envelope:
            if not isinstance(segment, bytes):
                yield segment
                continue
            first, *rest = segment.split(self._token.encode())
            yield first
            for piece in rest:
                yield Base64Content(next(contents))
                yield piece

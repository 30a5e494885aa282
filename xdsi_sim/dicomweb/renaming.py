"""Addresses in answers that are passed on: whoever follows them comes through the gateway again.

Only what is an address is changed: header fields, those of body parts, and values in DICOM JSON and XML that
begin as an address of the archive does. Nothing is held but what may be the beginning of one; the octets of
images pass as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol
from urllib.parse import urljoin

from xdsi_sim.dicomweb.accept import MULTIPART
from xdsi_sim.dicomweb.answers import DICOM_JSON, DICOM_XML
from xdsi_sim.ebrim.xml import escape
from xdsi_sim.soap.media import parse_media_type

__all__ = ["Renamed", "Renaming"]

_SLASH_IN_JSON: Final = rb"(?:/|\\/|\\u002[fF])"
_LONGEST_SLASH: Final = 6
_AFTER: Final = "/?#"
"""What stands behind the beginning of an address, if anything does."""
_LONGEST_HEAD: Final = 65_536
"""Octets of the header fields of a part; what has more is passed on as it is."""
_XML: Final = (DICOM_XML, "application/xml", "text/xml")
_JSON: Final = (DICOM_JSON, "application/json")


class Renamed(Protocol):
    """A body that is passed on in pieces."""

    def feed(self, data: bytes) -> bytes:
        """The next piece; gives what of it can go out."""
        ...

    def end(self) -> bytes:
        """The body is over; gives what was held back."""
        ...


class Renaming:
    """How addresses begin, and how they are to begin instead."""

    def __init__(self, pairs: Sequence[tuple[str, str]], url: str) -> None:
        """What is relative in an answer is so to `url`, which was asked."""
        self._pairs = tuple(pairs)
        self._url = url

    def address(self, text: str) -> str:
        """One address; unchanged where it is none of these."""
        whole = urljoin(self._url, text) if text.startswith("/") else text
        for old, new in self._pairs:
            if whole.startswith(old) and whole[len(old) :][:1] in _AFTER:
                return new + whole[len(old) :]
        return text

    def body(self, content_type: str) -> Renamed | None:
        """What takes a body of this media type; None where there is no address in it."""
        media = parse_media_type(content_type)
        if media.type in _JSON:
            return _Text(self._pairs, _SLASH_IN_JSON, rb'"')
        if media.type in _XML:
            return _Text([(escape(old), escape(new)) for old, new in self._pairs], b"/", rb"[\"'>]")
        boundary = media.parameters.get("boundary", "")
        return _Parts(self, boundary.encode()) if media.type == MULTIPART and boundary else None


class _Text:
    """A text in which values begin after `before`, and end before it or a tag."""

    def __init__(self, pairs: Sequence[tuple[str, str]], slash: bytes, before: bytes) -> None:
        self._new = {old.encode(): new.encode() for old, new in pairs}
        slashes = max((old.count("/") for old, _ in pairs), default=0)
        self._longest = max(map(len, self._new), default=0) + _LONGEST_SLASH * slashes + 2
        olds = (b"(%b)" % slash.join(map(re.escape, old.split(b"/"))) for old in self._new)
        self._pattern = re.compile(rb"(%b)(?:%b)(?=[/\\?#\"'<]|\Z)" % (before, b"|".join(olds)))
        self._names = tuple(self._new.values())
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The next piece."""
        self._held += data
        return self._changed(max(0, len(self._held) - self._longest))

    def end(self) -> bytes:
        """What is left."""
        return self._changed(len(self._held))

    def _changed(self, end: int) -> bytes:
        """What begins before `end`, which goes out."""
        held, at = self._held, 0
        pieces: list[bytes] = []
        for found in self._pattern.finditer(held):
            if found.start() >= end:
                break
            pieces += (held[at : found.start()], found[1], self._names[(found.lastindex or 2) - 2])
            at = found.end()
        end = max(at, end)
        self._held = held[end:]
        return b"".join((*pieces, held[at:end]))


class _Parts:
    """A multipart body: the header fields of its parts, and the parts themselves where they are text."""

    def __init__(self, renaming: Renaming, boundary: bytes) -> None:
        self._renaming = renaming
        self._delimiter = b"\r\n--" + boundary
        self._held = b"\r\n"  # so that a delimiter at the very start is one like the others
        self._invented = len(self._held)
        self._text: Renamed | None = None
        self._step: Callable[[], bytes | None] = self._content

    def feed(self, data: bytes) -> bytes:
        """The next piece; the inside of an image is given back as it is, without a copy."""
        self._held = self._held + data if self._held else data
        pieces = []
        while (piece := self._step()) is not None:
            pieces.append(piece)
        return self._out(b"".join(pieces))

    def end(self) -> bytes:
        """What is left: nothing of it is a part any more."""
        return self._out(self._passed(self._held) + self._closed())

    def _out(self, data: bytes) -> bytes:
        cut, self._invented = min(self._invented, len(data)), max(0, self._invented - len(data))
        return data[cut:]

    # Each step takes what it can from what is held; None where it needs more for it.

    def _content(self) -> bytes | None:
        found = self._held.find(self._delimiter)
        after = found + len(self._delimiter)
        if found < 0:
            sure = self._sure()
            return self._passed(self._take(sure)) if sure else None
        if len(self._held) < after + 2:
            return self._passed(self._take(found)) if found else None
        line = self._held[after : after + 2]
        if line == b"--" or line[:1] in b"\r \t":
            self._step = self._rest if line == b"--" else self._head
            return self._passed(self._take(found)) + self._closed() + self._take(len(self._delimiter))
        return self._passed(self._take(after))

    def _sure(self) -> int:
        """How many octets are before what may be the beginning of a delimiter."""
        at = self._held.find(b"\r", max(0, len(self._held) - len(self._delimiter) + 1))
        while at >= 0 and not self._delimiter.startswith(self._held[at:]):
            at = self._held.find(b"\r", at + 1)
        return len(self._held) if at < 0 else at

    def _head(self) -> bytes | None:
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            if len(self._held) > _LONGEST_HEAD:
                self._step = self._content
                return b""
            return None
        self._step = self._content
        return self._fields(self._take(end)) + self._take(4)

    def _rest(self) -> bytes | None:
        return self._take(len(self._held)) if self._held else None

    def _take(self, octets: int) -> bytes:
        taken, self._held = self._held[:octets], self._held[octets:]
        return taken

    def _passed(self, data: bytes) -> bytes:
        return data if self._text is None else self._text.feed(data)

    def _closed(self) -> bytes:
        text, self._text = self._text, None
        return b"" if text is None else text.end()

    def _fields(self, head: bytes) -> bytes:
        """The header fields of a part; the length of a text that may change is not told."""
        lines = head.split(b"\r\n")
        fields = [(line.partition(b":")[0].strip().lower(), line) for line in lines]
        types = [
            line.partition(b":")[2].decode("latin-1") for name, line in fields if name == b"content-type"
        ]
        media = types[0] if types else ""
        self._text = None if parse_media_type(media).type == MULTIPART else self._renaming.body(media)
        return b"\r\n".join(
            self._field(name, line)
            for name, line in fields
            if self._text is None or name != b"content-length"
        )

    def _field(self, name: bytes, line: bytes) -> bytes:
        if name != b"content-location":
            return line
        field, _, value = line.decode("latin-1").partition(":")
        return f"{field}: {self._renaming.address(value.strip())}".encode("latin-1")

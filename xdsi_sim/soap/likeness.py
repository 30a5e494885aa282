"""How like two requests are: what they ask, without what is new in each message.

A request becomes lines, `AdhocQuery/Slot[$XDSDocumentEntryStatus]/ValueList/Value: ...`. Headers of
WS-Addressing, boundaries and Content-IDs are in none of them. There are two ways to compare: to the letter,
and loosely, where what a submission invents - ids that it defines, its uniqueIds, times, hashes, its
documents - only has to be in the same places. An id that a message does not define is what it asks for, and
is never loosened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from xdsi_sim.content import chunks_of, sha1_of
from xdsi_sim.ebrim.tables import UNIQUE_ID_SCHEMES
from xdsi_sim.ebrim.xml import Element, child_of, local_name
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.soap.envelope import Envelope, read_envelope
from xdsi_sim.soap.known import asks
from xdsi_sim.soap.media import header, parse_media_type
from xdsi_sim.soap.mtom import Package
from xdsi_sim.soap.multipart import MultipartReader
from xdsi_sim.soap.unpacking import unpacked
from xdsi_sim.vocab import ACTIONS, NS

__all__ = ["Likeness", "difference", "likeness_of", "nearness"]

_INCLUDE: Final = f"{{{NS.XOP}}}Include"
_SLOT: Final = f"{{{NS.RIM}}}Slot"
_IDENTIFIER: Final = f"{{{NS.RIM}}}ExternalIdentifier"
_PARTS: Final = (f"{{{NS.RIM}}}Classification", _IDENTIFIER)
"""What nothing else refers to: their ids mean nothing."""
_NEW_IN_HL7: Final = tuple(f"{{{NS.HL7}}}{name}" for name in ("id", "creationTime"))
_QUERY_ID: Final = f"{{{NS.HL7}}}queryId"
_INVENTED: Final = frozenset(("creationTime", "submissionTime", "hash", "size"))
_ANY: Final = "*"
_MOST_TOLD: Final = 3
_LAST: Final = 3
"""Names at the end of a path that are told."""
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What a request asks, in a form that can be compared."""

    what: str
    """Transaction, or method and path: `ITI-18`, `GET dicom-web/studies`."""
    lines: tuple[str, ...]
    loose: tuple[str, ...]
    message_id: str | None = None
    """wsa:MessageID, to which its answer relates."""
    soap: bool = False
    named: tuple[tuple[str, str, str], ...] = ()
    """Of HL7 V3, `id` and `queryId` that name the message itself: the element, its root and its extension."""

    @property
    def exact_key(self) -> str:
        """The same for requests that ask the same to the letter."""
        return _digest(self.what, self.lines)

    @property
    def loose_key(self) -> str:
        """The same for requests that differ in nothing but what each invents."""
        return _digest(self.what, self.loose)


def _digest(what: str, lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join((what, *lines)).encode("utf-8", "surrogatepass")).hexdigest()


def likeness_of(request: HttpMessage, below: str, spool: Path) -> Likeness:
    """Of a request to an actor whose address has the path `below`; never fails, whatever the request is.

    Parts are kept in `spool` meanwhile.
    """
    method, target, *_ = [*request.start_line.split(" "), "", ""]
    path = urlsplit(target).path.removeprefix(below).strip("/")
    if method == "POST":
        try:
            return _soap(request, spool)
        except (ProtocolViolation, OSError):
            pass  # it may be right all the same: no SOAP, or wrong on purpose
    return _web(request, method, path, urlsplit(target).query)


# --- SOAP ------------------------------------------------------------------------------------


def _soap(request: HttpMessage, spool: Path) -> Likeness:
    package = unpacked(request.headers, request.body, spool)
    try:
        envelope = read_envelope(package.root, package.limits, charset=package.charset)
        return Likeness(
            what=_name(envelope),
            lines=tuple(_lines(envelope.body, _Words(_invented(envelope.body, *_PARTS), package))),
            loose=tuple(sorted(_lines(envelope.body, _Words(_invented(envelope.body), package, loose=True)))),
            message_id=envelope.addressing.messageID,
            soap=True,
            named=tuple(_named(envelope.body)),
        )
    finally:
        package.discard()


def _name(envelope: Envelope) -> str:
    action = envelope.addressing.action or ""
    transaction = ACTIONS.get(action) or next(asks(envelope.body), None)
    return transaction.name if transaction is not None else action or local_name(envelope.body)


def _named(body: Element) -> Iterator[tuple[str, str, str]]:
    for element in (*body.iterchildren(_NEW_IN_HL7[0]), *body.iter(_QUERY_ID)):
        yield local_name(element), element.get("root", ""), element.get("extension", "")


def _invented(body: Element, *tags: str) -> Mapping[str, str]:
    """What stands for each id that the message, or some of its elements, define; by the order of places."""
    found: dict[str, str] = {}
    for element in body.iter(*tags):
        id_ = element.get("id")
        if id_ and element.tag.startswith(f"{{{NS.RIM}}}") and local_name(element) != "AdhocQuery":
            found.setdefault(id_, f"#{len(found)}")
        if (
            not tags
            and element.tag == _IDENTIFIER
            and element.get("identificationScheme") in UNIQUE_ID_SCHEMES
        ):
            found.setdefault(element.get("value", ""), f"#{len(found)}")
    return found


class _Words:
    """How values are written in lines."""

    def __init__(self, invented: Mapping[str, str], package: Package, *, loose: bool = False) -> None:
        self._invented = invented
        self._package = package
        self.loose = loose

    def value(self, text: str) -> str:
        """An id that the message defines is as good as any other."""
        text = text.strip()
        return self._invented.get(text, text)

    def content(self, element: Element) -> str:
        """Of a document: its digest."""
        return _ANY if self.loose else sha1_of(self._package.content_of(element))


def _lines(body: Element, words: _Words) -> Iterator[str]:
    """Every attribute and text below the body, but for what names the message itself."""
    root = local_name(body)
    for child in body:
        if child.tag not in _NEW_IN_HL7:
            yield from _below(child, f"{root}/", words)
    for name, value in sorted(body.attrib.items()):
        if not (words.loose and name in ("id", "comment")):
            yield f"{root}@{_local(str(name))}: {words.value(str(value))}"


def _below(element: Element, above: str, words: _Words) -> Iterator[str]:
    if element.tag == _QUERY_ID:
        return
    name = element.get("name") if element.tag == _SLOT else None
    label = f"{above}{local_name(element)}{f'[{name}]' if name else ''}"
    for key, value in sorted(element.attrib.items()):
        yield f"{label}@{_local(str(key))}: {words.value(str(value))}"
    if child_of(element, _INCLUDE) is not None:
        yield f"{label}: {words.content(element)}"
        return
    if (element.text or "").strip():
        yield f"{label}: {words.value(element.text or '')}"
    if words.loose and name in _INVENTED:
        yield f"{label}: {_ANY}"
        return
    for child in element:
        yield from _below(child, f"{label}/", words)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


# --- the web ---------------------------------------------------------------------------------


def _web(request: HttpMessage, method: str, path: str, query: str) -> Likeness:
    asked = sorted(parse_qsl(query, keep_blank_values=True))
    lines = [f"{name}: {value}" for name, value in asked] + list(_bodies(request))
    accept = ",".join(sorted("".join(header(request.headers, "accept").lower().split()).split(",")))
    return Likeness(what=f"{method} {path}", lines=(*lines, f"Accept: {accept}"), loose=tuple(lines))


def _bodies(request: HttpMessage) -> Iterator[str]:
    """The digest of each part, or of the whole."""
    if not request.body.size:
        return
    boundary = parse_media_type(header(request.headers, "content-type")).parameters.get("boundary", "")
    parts: list[_Hashed] = []

    def begin(_headers: Mapping[str, str]) -> _Hashed:
        """A digest for the next part, whatever its headers."""
        parts.append(_Hashed())
        return parts[-1]

    try:
        reader = MultipartReader(boundary, begin, lambda _between: None)
        for piece in chunks_of(request.body):
            reader.feed(piece)
        reader.close()
    except ProtocolViolation:  # no multipart, or a broken one
        yield f"body: {sha1_of(request.body)}"
    else:
        yield from (f"part: {part.digest.hexdigest()}" for part in parts)


class _Hashed:
    """A part of which only its digest is wanted."""

    def __init__(self) -> None:
        self.digest = hashlib.sha1(usedforsecurity=False)

    def write(self, data: bytes | memoryview) -> None:
        """The next octets of the part."""
        self.digest.update(data)


# --- near misses -----------------------------------------------------------------------------


def nearness(one: Likeness, other: Likeness) -> tuple[bool, float]:
    """How near two requests are, for comparison: those that ask the same kind of thing come first."""
    mine, theirs = set(one.loose), set(other.loose)
    return one.what == other.what, len(mine & theirs) / (len(mine | theirs) or 1)


def difference(asked: Likeness, known: Likeness) -> str:
    """In what a request differs from one that is known, in a few words; empty where in nothing."""
    if asked.what != known.what:
        return f"it is {known.what}"
    here, there = set(asked.loose), set(known.loose)
    only_here = [line for line in asked.loose if line not in there]
    only_there = [line for line in known.loose if line not in here]
    told = [f"{_told(line)} is only asked for now" for line in only_here]
    told += [f"{_told(line)} is only in the recording" for line in only_there]
    more = f", and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return "; ".join(told[:_MOST_TOLD]) + more


def _told(line: str) -> str:
    """With the end of its path alone, which says what it is about."""
    label, colon, value = line.partition(": ")
    line = "/".join(label.split("/")[-_LAST:]) + colon + value
    return f"'{line}'" if len(line) <= _LONGEST else f"'{line[:_LONGEST]}...'"

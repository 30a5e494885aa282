"""What is new in each message, and what stands for it in a message that is to be played again.

MessageIDs and times become `${new...}`, and so do ids that nothing else refers to. Other ids of objects and
uniqueIds that a message defines become variables, since later messages may ask for them; so do patient ids,
with the recorded value. An entryUUID that an answer was the first to name is captured from that answer. What
also stands in a document stays: the document is as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.content import read_all
from xdsi_sim.ebrim.tables import UNIQUE_ID_SCHEMES
from xdsi_sim.ebrim.xml import Element, child_of, escape, local_name, parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.extract import PREFIXES
from xdsi_sim.scenario.filling import changed
from xdsi_sim.scenario.reports.media import SNIFFED, Kind, head_of, kind_of
from xdsi_sim.scenario.reports.parts import parts_of
from xdsi_sim.soap.media import header, parse_media_type
from xdsi_sim.soap.saved import OF_THE_CONNECTION
from xdsi_sim.vocab import NS

__all__ = ["Volatile", "uuids_in"]

_CX: Final = re.compile(r"[^\s'\"<>&^|{}]+\^\^\^&amp;[0-9.]+&amp;ISO(?!\^)")
_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IDENTIFIER: Final = f"{{{NS.RIM}}}ExternalIdentifier"
_SUBMITTED: Final = f"{{{NS.RIM}}}Slot[@name='submissionTime']/{{{NS.RIM}}}ValueList/{{{NS.RIM}}}Value"
_REFERENCE: Final = re.compile(r"\$(?=\{)")
_OURS: Final = OF_THE_CONNECTION | {"xdsi-trace"}
_BY_URI: Final[Mapping[str, str]] = {uri: prefix for prefix, uri in reversed(list(PREFIXES.items()))}


def _root_text(message: HttpMessage) -> str | None:
    """The XML of a message, be it alone or the first part; None where there is none."""
    content_type = header(message.headers, "content-type")
    media = parse_media_type(content_type)
    if media.type.startswith("multipart/"):
        for part in parts_of(message.body, content_type):
            octets = head_of(message.body, part.size, part.start)
            if kind_of(part.headers, octets[:SNIFFED]) is Kind.XML:
                return octets.decode("utf-8", "replace")
        return None
    if "xml" not in media.type:
        return None
    return read_all(message.body).decode("utf-8", "replace")


@dataclass(kw_only=True)
class Volatile:
    """What is known of the messages so far."""

    variables: dict[str, str] = field(default_factory=dict)
    """Of the scenario, with what each is at first."""
    _names: dict[str, str] = field(default_factory=dict)
    """What stands for a value, as it stands in XML."""
    _defined: set[str] = field(default_factory=set)
    """Values that have a name, or must not have one."""
    _once: frozenset[str] = frozenset()
    """UUIDs that are in one place alone."""
    _asked: dict[str, str] = field(default_factory=dict)
    """Names of values that are captured from an answer."""

    # --- what is new

    def learn(self, exchanges: Sequence[Exchange]) -> None:
        """Find what requests define; to be told of all of them before the first is written."""
        times = Counter(value for exchange in exchanges for value in _uuids(exchange))
        self._once = frozenset(value for value, count in times.items() if count == 1)
        for exchange in exchanges:
            self._learn(exchange)

    def _learn(self, exchange: Exchange) -> None:
        text = _root_text(exchange.request)
        tree = None if text is None else _tree(text)
        if text is None or tree is None:
            return
        documents = _documents(exchange.request)
        for value in _object_ids(tree):
            self._name("uuid", value, "${new.uuid}", documents)
        for value in _unique_ids(tree):
            self._name("uid", value, "${new.uid}", documents)
        for found in _CX.findall(text):
            self._name("patient", found, found.replace("&amp;", "&"), b"")

    def _name(self, kind: str, value: str, first: str, documents: bytes) -> None:
        if value in self._defined:
            return
        self._defined.add(value)
        if value.encode() in documents:
            return
        if value in self._once:
            self._names[value] = first
            return
        name = f"{kind}{sum(known.startswith(kind) for known in self.variables) + 1}"
        self.variables[name] = first
        self._names[value] = f"${{{name}}}"

    def captures(self, exchange: Exchange, later: set[str]) -> dict[str, str]:
        """Names and XPaths of what this answer is the first to name and `later` requests ask for."""
        text = None if exchange.response is None else _root_text(exchange.response)
        tree = None if text is None else _tree(text)
        if tree is None:
            return {}
        found: dict[str, str] = {}
        for value, path in _places(tree):
            if value in later and value not in self._defined:
                self._defined.add(value)
                name = f"found{len(self._asked) + 1}"
                self._asked[value] = found[name] = path
                self._names[value] = f"${{{name}}}"
        return found

    # --- what is written

    def written(self, exchange: Exchange, receiver: str) -> bytes:
        """The request as a file for the step `send`, to an actor of that id."""
        request = exchange.request
        fields = tuple(pair for pair in request.headers if pair[0].lower() not in _OURS)
        line = request.start_line
        if exchange.session is not None:  # whose addresses begin with its own path
            line = line.replace(f" /s/{exchange.session}/", " /", 1)
        head = HttpMessage(start_line=line, headers=fields, body=request.body).head
        media = header(request.headers, "content-type")
        body = changed(read_all(request.body), media, _escaped if "xml" in media else str)
        text = _root_text(request)
        tree = None if text is None else _tree(text)
        names = dict(self._names)
        if tree is not None:
            names |= _of_this_message(tree, receiver)
        return head + changed(body, media, lambda each: _replaced(each, names))

    def filled(self, text: str) -> str:
        """A text of a step, with names in the place of values."""
        plain = {value.replace("&amp;", "&"): name for value, name in self._names.items()}
        return _replaced(text, plain)


def uuids_in(exchange: Exchange) -> set[str]:
    """All that a request names by a UUID."""
    return set(_uuids(exchange))


def _uuids(exchange: Exchange) -> list[str]:
    return _UUID.findall(_root_text(exchange.request) or "")


def _tree(text: str) -> Element | None:
    try:
        return parse(text.encode())
    except ProtocolViolation:
        return None


def _documents(message: HttpMessage) -> bytes:
    """The octets of all parts that are no XML."""
    found = []
    for part in parts_of(message.body, header(message.headers, "content-type")):
        octets = head_of(message.body, part.size, part.start)
        if kind_of(part.headers, octets[:SNIFFED]) is not Kind.XML:
            found.append(octets)
    return b"".join(found)


def _object_ids(tree: Element) -> Iterator[str]:
    for element in tree.iter(f"{{{NS.RIM}}}*"):
        value = element.get("id", "")
        if local_name(element) not in ("AdhocQuery", "ObjectRef") and _UUID.fullmatch(value):
            yield value


def _unique_ids(tree: Element) -> Iterator[str]:
    for element in tree.iter(_IDENTIFIER):
        if element.get("identificationScheme") in UNIQUE_ID_SCHEMES and element.get("value"):
            yield element.get("value", "")


def _of_this_message(tree: Element, receiver: str) -> dict[str, str]:
    """What stands for the values that are of one message alone."""
    found: dict[str, str] = {}
    for element in tree.iter(f"{{{NS.WSA}}}MessageID"):
        found[escape((element.text or "").strip())] = "${new.uuid}"
    for element in tree.iter(f"{{{NS.WSA}}}To"):
        found[escape((element.text or "").strip())] = f"${{actors.{receiver}.url}}"
    for element in tree.iterfind(f".//{_SUBMITTED}"):
        found[(element.text or "").strip()] = "${new.time}"
    for root in tree.iter(f"{{{NS.HL7}}}*"):
        id_, created = child_of(root, f"{{{NS.HL7}}}id"), child_of(root, f"{{{NS.HL7}}}creationTime")
        if id_ is not None:
            found[id_.get("extension") or id_.get("root") or ""] = "${new.uid}"
        if created is not None:
            found[created.get("value", "")] = "${new.time}"
        break
    found.pop("", None)
    return found


def _places(tree: Element) -> Iterator[tuple[str, str]]:
    """Each UUID that an attribute `id` has, and the XPath that leads there."""
    counts: dict[str, int] = {}
    for element in tree.iter():
        tag = str(element.tag)
        prefix = _BY_URI.get(tag[1:].partition("}")[0])
        if prefix is None or element.get("id") is None:
            continue
        path = f"//{prefix}:{local_name(element)}/@id"
        counts[path] = counts.get(path, 0) + 1
        if _UUID.fullmatch(element.get("id", "")):
            yield element.get("id", ""), f"({path})[{counts[path]}]"


def _escaped(text: str) -> str:
    """XML that has no references of ours in it."""
    return _REFERENCE.sub("&#36;", text)


def _replaced(text: str, names: Mapping[str, str]) -> str:
    if not names:
        return text
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest))})(?![\w.]|-\w)")
    return pattern.sub(lambda match: names[match[0]], text)

"""The one XML reader of the project, and the escaping of the writers.

No DTD, no entity, no external fetch: a document type declaration is refused, harmless or not,
because with unresolved entities a text silently ends at the entity. Comments and processing
instructions are dropped while parsing, so that they cannot cut a value in two.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from lxml import etree

from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.limits import Limits

__all__ = [
    "BOMS16",
    "CHARSETS",
    "Element",
    "Opening",
    "Place",
    "check_content",
    "child_of",
    "children",
    "escape",
    "line_of",
    "local_name",
    "only_child",
    "opening",
    "parse",
    "place_in",
    "serialise",
]

Element = etree._Element  # lxml offers no public name for the type

BOMS16: Final = (b"\xff\xfe", b"\xfe\xff")
"""What UTF-16 begins with; nothing else does."""
CHARSETS: Final = {
    "UTF-8": ("utf-8", "utf8", "us-ascii"),  # the last is part of the first
    "UTF-16": ("utf-16", "utf-16le", "utf-16be"),
}
"""Labels of the two encodings that are read, in lower case."""

_DOCTYPE: Final = b"<!DOCTYPE"
_DECLARED: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_BOM8: Final = b"\xef\xbb\xbf"
_LIMITS: Final = (etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_NAME_TOO_LONG)
_LONGEST_TEXT: Final = 10_000_000  # octets that libxml2 takes
_ESCAPES: Final = {  # white space as references too: a reader would normalise it if it stood bare
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_TAG: Final = re.compile(rb"""<[^!?/<>"'][^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*""")
# a name begins behind white space: looked for from everywhere else, a long one would take hours
_ATTRIBUTE: Final = re.compile(rb"""(?<=\s)([^\s=<>"'/]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_SHORTEST_ELEMENT: Final = len(b"<a/>")
_SHORTEST_ATTRIBUTE: Final = len(b' a=""')
_SHORTEST_NAMESPACE: Final = len(b' xmlns=""')
_SPECIAL: Final = re.compile('[&<>"\x00-\x1f\ud800-\udfff\ufffe\uffff]')
_local = threading.local()


def parse(data: bytes, limits: Limits = Limits()) -> Element:
    """The root element of `data`.

    Raises ProtocolViolation where the bytes are not well-formed XML or carry a DOCTYPE (rule A03), or are
    in another encoding than UTF-8, or UTF-16 with a byte order mark (A22); LimitExceeded above
    `limits`, or above what libxml2 takes in depth and text, 256 and 10 MB (A23).
    """
    text = _utf8(data)
    _refuse_width(text, limits)
    _refuse_crowds(text, limits)
    try:
        root = etree.fromstring(text, _parser())
    except etree.XMLSyntaxError as error:
        raise _refusal(error, text) from None
    _refuse_doctype(root)
    return root


def _utf8(data: bytes) -> bytes:
    """`data` as UTF-8: the parser is told so, and neither guesses nor believes a declaration."""
    if data[:2] not in BOMS16:
        _refuse_declared(data.removeprefix(_BOM8), CHARSETS["UTF-8"])
        return data
    try:
        text = data.decode("utf-16").encode()
    except UnicodeDecodeError as error:
        raise ProtocolViolation(f"not valid UTF-16: {error.reason}", rule="A22") from None
    _refuse_declared(text, CHARSETS["UTF-16"] + CHARSETS["UTF-8"])  # stacks declare what it was before
    return text


def _refuse_declared(text: bytes, labels: tuple[str, ...]) -> None:
    declared = _DECLARED.match(text[:200])
    if declared and (label := declared[1].decode()).lower() not in labels:
        raise ProtocolViolation(f"XML is declared as {label}; UTF-8 is expected", rule="A22")


def _refuse_width(data: bytes, limits: Limits) -> None:
    """Count what opens an element before a tree of it is built; comments and CDATA count like elements."""
    if len(data) < limits.elements * _SHORTEST_ELEMENT:
        return
    elements = data.count(b"<")
    if elements > limits.elements:  # seldom: then without the end tags
        elements -= data.count(b"</")
    if elements > limits.elements:
        raise LimitExceeded(f"{elements} elements exceed {limits.named('elements')}", rule="A23")


def _refuse_crowds(data: bytes, limits: Limits) -> None:
    """Look at the attributes of those elements alone whose tag is long enough to hold too many.

    From one `<` to the last one within such a length is a hop: most of the text is never looked at.
    """
    long = min(_SHORTEST_ATTRIBUTE * (limits.attributes + 1), _SHORTEST_NAMESPACE * (limits.namespaces + 1))
    at = data.find(b"<")
    while at >= 0:
        further = data.rfind(b"<", at + 1, at + long)
        if further < 0:
            _refuse_crowd(data, at, limits)
            further = data.find(b"<", at + 1)
        at = further


def _refuse_crowd(data: bytes, at: int, limits: Limits) -> None:
    tag = _TAG.match(data, at)
    if tag is None:  # an end tag, a comment or the like
        return
    names = {"attributes": 0, "namespaces": 0}
    for attribute in _ATTRIBUTE.finditer(tag[0]):
        name = "namespaces" if attribute[1].split(b":")[0] == b"xmlns" else "attributes"
        names[name] += 1
        if names[name] > getattr(limits, name):
            raise LimitExceeded(f"the {name} of one element exceed {limits.named(name)}", rule="A23")


def _refusal(error: etree.XMLSyntaxError, data: bytes) -> ProtocolViolation:
    if _DOCTYPE in data:  # more telling than what its entities did to the parser
        return _doctype()
    reason = " ".join((error.msg or "").split())
    code = error.code  # type: ignore[attr-defined]  # unknown to the stubs
    if code in _LIMITS or "XML_PARSE_HUGE" in reason:  # older libxml2 has no code of its own for it
        limit = reason.partition(", ")[0]  # without the advice to switch it off, and the column
        return LimitExceeded(f"the XML exceeds a limit of the parser: {limit}", rule="A23")
    if code == etree.ErrorTypes.ERR_INVALID_ENCODING:
        return ProtocolViolation(f"not valid UTF-8: {reason}", rule="A22")
    if data.lstrip().startswith(b"--"):
        return _ill_formed(f"it begins as MIME does, whose Content-Type is multipart/related: {reason}")
    return _ill_formed(reason)


def _ill_formed(reason: str) -> ProtocolViolation:
    return ProtocolViolation(f"not well-formed XML: {reason}", rule="A03")


def _refuse_doctype(element: Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise _doctype()


def _doctype() -> ProtocolViolation:
    return ProtocolViolation("a document type declaration is not allowed in SOAP", rule="A03")


_HARDENED: Final[dict[str, Any]] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,  # ids are metadata here, and nobody looks elements up by them
}


def _parser() -> etree.XMLParser:
    if not hasattr(_local, "parser"):
        _local.parser = etree.XMLParser(**_HARDENED)
    parser: etree.XMLParser = _local.parser
    return parser


class _Nothing:
    """What is made of a document whose tree nobody needs."""

    def close(self) -> None:
        """It is over."""


def _checker() -> etree.XMLParser:
    if not hasattr(_local, "checker"):
        _local.checker = etree.XMLParser(target=_Nothing(), **_HARDENED)  # type: ignore[arg-type]  # it may lack what it need not hear
    checker: etree.XMLParser = _local.checker
    return checker


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document a content stands."""

    depth: int
    """How many elements are open there."""
    namespaces: Mapping[str | None, str]
    """What is declared, by prefix."""


def place_in(element: Element) -> Place:
    """The place of what an element holds."""
    return Place(1 + sum(1 for _ in element.iterancestors()), element.nsmap)


def check_content(content: bytes, place: Place, limits: Limits = Limits()) -> None:
    """Let what is to stand at a place be read there, without a tree of it.

    Raises what `parse` raises. The number of its elements is for who takes it apart.
    """
    _refuse_crowds(content, limits)
    names = "".join(
        f' xmlns{":" if prefix else ""}{prefix or ""}="{escape(uri)}"'
        for prefix, uri in place.namespaces.items()
    )
    # one more is open than there: without a tree the parser allows as much more
    text = b"".join((b"<o>" * place.depth, f"<o{names}>".encode(), content, b"</o>" * (place.depth + 1)))
    # a tree alone knows the limit of one text
    parser = _checker() if len(content) < _LONGEST_TEXT else _parser()
    try:
        etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise _refusal(error, text) from None
    _refuse_names(parser)


def _refuse_names(parser: etree.XMLParser) -> None:
    """What is wrong with namespaces stops the parser only when it makes a tree."""
    for entry in parser.error_log:
        if entry.level >= etree.ErrorLevels.ERROR:
            raise _ill_formed(entry.message)


_STRETCH: Final = 4096  # what is looked for is mostly in the first of them


@dataclass(frozen=True, slots=True)
class Opening:
    """What a document of XML begins with."""

    root: str
    """Expanded name of the root, `{namespace}local`."""
    child: Mapping[str, str] | None
    """The attributes of the first child that was asked for, if it is there."""


def opening(data: bytes, child: str) -> Opening | None:
    """Root and first `child` of it of a document of which the first octets are given, in any encoding.

    None where they are no XML, have a DOCTYPE, or do not reach to the root.
    """
    if _DOCTYPE in data:
        return None
    parser = etree.XMLPullParser(
        ("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root: Any = None
    for at in range(0, len(data), _STRETCH):
        try:
            parser.feed(data[at : at + _STRETCH])
        except etree.XMLSyntaxError:
            return None
        element: Any
        for _, element in parser.read_events():
            root = element if root is None else root
            if element.tag == child and element.getparent() is root:
                return Opening(root.tag, dict(element.attrib))
    return None if root is None else Opening(root.tag, None)


def serialise(element: Element) -> bytes:
    """UTF-8 without declaration, complete in its namespaces, without the text that follows the element."""
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)


children: Final[Callable[[Element], list[Element]]] = itemgetter(slice(None))
"""The children of an element, all at once: most have so few that an iterator would cost more than they do."""


def child_of(element: Element, tag: str) -> Element | None:
    """The first child of that tag; `find` of lxml reads a path first."""
    return next(element.iterchildren(tag), None)


def only_child(element: Element, tag: str) -> Element | None:
    """The child of that tag; raises ProtocolViolation where there are two, for one of them would be lost."""
    children = element.iterchildren(tag)
    child = next(children, None)
    if child is not None and next(children, None) is not None:
        text = f"{local_name(element)} holds more than one {local_name(child)}"
        raise ProtocolViolation(text, rule="C01")
    return child


def local_name(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def line_of(element: Element) -> int | None:
    """The line where the element begins, or its last attribute; None where it was not read from text."""
    line: int | None = element.sourceline  # type: ignore[assignment]  # the stubs do not know its type
    return line


def escape(text: str) -> str:
    """Text as it stands in an attribute value or between tags.

    A character that XML 1.0 has no form for becomes U+FFFD: what is written is well-formed, whatever it says.
    """
    if text.isprintable() and not ("&" in text or "<" in text or ">" in text or '"' in text):
        return text  # nearly always, and sooner found out than by an expression
    return _SPECIAL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], "\ufffd")

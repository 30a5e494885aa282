"""Bodies against our own schemas, those that are served at `?wsdl` (rule C01).

The schemas are loaded when the first message is checked. What an `xop:Include` stands for is put in its
place before: any octets are base64Binary, so nothing does (rule B15).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from typing import Any, Final

from lxml import etree

from xdsi_sim import resources
from xdsi_sim.ebrim.xml import Element, escape, parse
from xdsi_sim.errors import Finding, ProtocolViolation, Severity
from xdsi_sim.rules.protocol import finding
from xdsi_sim.vocab import NS

__all__ = ["MOST_FINDINGS", "Validation", "refuse", "schema_findings"]

MOST_FINDINGS: Final = 20
"""Findings of one message; then it is said how many more there are."""

_NAMED: Final = 3  # in a fault
_SCHEMAS: Final = {
    NS.RIM: "rim.xsd",
    NS.RS: "rs.xsd",
    NS.LCM: "lcm.xsd",
    NS.QUERY: "query.xsd",
    NS.XDS: "xds.xsd",
    NS.XDSI: "xdsi.xsd",
    NS.RMD: "rmd.xsd",
    NS.HL7: "hl7.xsd",
}
_PREFIXES: Final = {getattr(NS, name): name.lower() for name in vars(NS) if name.isupper()}
_INCLUDE: Final = f"{{{NS.XOP}}}Include"
_DOCUMENT: Final = f"{{{NS.XDS}}}Document"
_SMALL: Final = 2_000  # elements and attributes: what they can cost at most is little
_MOST_WORK: Final = 100_000_000  # about a second, and some 500 DocumentEntries in one message
_ONE_ERROR: Final = 200  # what keeping an error costs, in steps past a sibling

_SUBJECT: Final = re.compile(r"Element '[^']*'(?:, attribute '(?P<attribute>[^']*)')?: ")
_NAMESPACE: Final = re.compile(r"\{([^{}]*)\}")
_WORDS: Final = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"The attribute '(.*)' is required but missing\.", r"attribute \1 is missing"),
        (r"The attribute '(.*)' is not allowed\.", r"attribute \1 does not belong here"),
        (
            r"This element is not expected\. Expected is (?:one of )?\( (.*) \)\.",
            r"stands where \1 is expected",
        ),
        (r"This element is not expected\.", r"does not belong here"),
        (r"Missing child element\(s\)\. Expected is (?:one of )?\( (.*) \)\.", r"ends where \1 is expected"),
        (r"'(.*)' is not a valid value of the (?:.*) '(.*)'\.", r"'\1' is no \2"),
        (
            r"\[facet 'maxLength'\] The value (?:'.*' )?has a length of '(\d+)'; .* of '(\d+)'\.",
            r"holds \1 characters, \2 is the most",
        ),
        (
            r"\[facet 'enumeration'\] The value '(.*)' is not an element of the set \{(.*)\}\.",
            r"'\1' is none of \2",
        ),
        (r"Character content .* is not allowed.*", r"holds text beside its elements"),
        (r"Element content is not allowed.*", r"holds an element where text is expected"),
        (r"No matching global declaration .*", r"is no element of these schemas"),
    )
)
_LONGEST: Final = 300
_ONE_AT_A_TIME: Final = threading.Lock()
"""A schema keeps the errors of what it has looked at: two threads would read each other's."""


class Validation(StrEnum):
    """What an actor does about messages that break the schemas."""

    OFF = "off"
    REPORT = "report"
    REFUSE = "refuse"


def schema_findings(body: Element) -> tuple[Finding, ...]:
    """What the schemas find wrong with the child of a Body, each with its line and path."""
    if _is_too_much(body):
        text = "the body is too wide to be held against the schemas"
        return (finding("C01", text, _path(body), severity=Severity.INFO),)
    schema = _schema()
    with _reassembled(body), _ONE_AT_A_TIME:
        if schema.validate(body):
            return ()
        log: Any = schema.error_log  # typed as if it could not be iterated
        found = tuple(_distinct(log))
    findings = tuple(_finding(body, error) for error in found[:MOST_FINDINGS])
    if len(found) > MOST_FINDINGS:
        more = f"the schemas find {len(found) - MOST_FINDINGS} more places"
        findings += (finding("C01", more, _path(body)),)
    return findings


def refuse(findings: Sequence[Finding]) -> None:
    """What an endpoint that insists on the schemas makes of findings: raises ProtocolViolation."""
    errors = [one for one in findings if one.severity is Severity.ERROR]
    if errors:
        more = f"; and {len(errors) - _NAMED} more" if len(errors) > _NAMED else ""
        named = "; ".join(f"{one.location}: {one.text}" for one in errors[:_NAMED])
        raise ProtocolViolation(f"the body breaks the schema: {named}{more}", rule="C01")


@cache
def _schema() -> etree.XMLSchema:
    """One schema that imports all; libxml2 reads the files that it names, which are ours."""
    folder = resources.wsdl() / "schema"
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{escape((folder / file).as_uri())}"/>'
        for namespace, file in _SCHEMAS.items()
    )
    return etree.XMLSchema(
        parse(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'.encode())
    )


@contextmanager
def _reassembled(body: Element) -> Iterator[None]:
    """The body as it is without packaging, for as long as the context lasts."""
    included = [
        (element, element[0])
        for element in body.iter(_DOCUMENT)
        if len(element) == 1 and element[0].tag == _INCLUDE
    ]
    for document, include in included:
        document.remove(include)
    try:
        yield
    finally:
        for document, include in included:
            document.append(include)


def _is_too_much(body: Element) -> bool:
    """Whether somebody has made a message whose errors cost more than a message is worth.

    libxml2 does not stop at the first error, and for the path of each it counts the siblings before.
    """
    size: Any = body.xpath("count(descendant-or-self::*) + count(descendant-or-self::*/@*)")
    if size <= _SMALL:
        return False
    work = sum(
        (place + _ONE_ERROR) * (len(element.attrib) + 4)
        for parent in body.iter()
        for place, element in enumerate(parent)
    )
    return work + _ONE_ERROR * len(body.attrib) > _MOST_WORK


def _distinct(log: Iterable[Any]) -> Iterator[Any]:
    """One error a place: a value that breaks a facet is told to break its type, too."""
    last = None
    for error in log:
        subject = _SUBJECT.match(error.message)
        place = (error.path, subject[0] if subject else "")
        if place != last or "atomic type" not in error.message:
            yield error
        last = place


def _finding(body: Element, error: Any) -> Finding:
    return finding("C01", _in_words(error.message), f"line {error.line}, {_place(body, error.path or '/*')}")


def _in_words(message: str) -> str:
    """libxml2's message with our prefixes and in the words of this project, where it is a usual one."""
    subject = _SUBJECT.match(message)
    rest = message[subject.end() :] if subject else message
    for pattern, words in _WORDS:
        if found := pattern.fullmatch(rest):
            rest = found.expand(words)
            break
    attribute = f"attribute {subject['attribute']} " if subject and subject["attribute"] else ""
    text = rest if rest.startswith("attribute ") else attribute + rest
    short = _NAMESPACE.sub(lambda match: _prefixed(match[1]), text)
    return short if len(short) <= _LONGEST else short[:_LONGEST] + "…"


def _prefixed(namespace: str) -> str:
    return f"{_PREFIXES[namespace]}:" if namespace in _PREFIXES else f"{{{namespace}}}"


def _place(body: Element, path: str) -> str:
    """libxml2's path, which has the prefixes of the message, or none, with ours."""
    _, _, below = path.removeprefix("/").partition("/")
    try:
        found: Any = body.xpath(below or ".", namespaces={key: uri for key, uri in body.nsmap.items() if key})
    except etree.XPathError:
        return path
    return _path(found[0]) if found else path


def _path(element: Element) -> str:
    """From the child of the Body down: `/query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot[2]`."""
    parent = element.getparent()
    name = _NAMESPACE.sub(lambda match: _prefixed(match[1]), str(element.tag))
    if parent is None or str(parent.tag) == f"{{{NS.SOAP}}}Body":
        return f"/{name}"
    place = sum(1 for _ in element.itersiblings(element.tag, preceding=True)) + 1
    alone = place == 1 and next(element.itersiblings(element.tag), None) is None
    return f"{_path(parent)}/{name}" if alone else f"{_path(parent)}/{name}[{place}]"

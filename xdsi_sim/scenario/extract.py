"""Pieces of messages, by XPath and JSONPath: for what the words of the profile do not reach.

XML is read by the one hardened reader; prefixes are the usual ones of `PREFIXES`. One match is a value,
several are a list, none is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from lxml import etree
from pydantic import AfterValidator, model_validator

from xdsi_sim.content import chunks_of
from xdsi_sim.errors import Finding, ProtocolViolation
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.message import root_of
from xdsi_sim.scenario.stage import Outcome, Stage
from xdsi_sim.scenario.variables import NotThere, references
from xdsi_sim.soap.coding import Inflater, coding_of
from xdsi_sim.soap.media import header
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.vocab import NS

__all__ = ["PREFIXES", "Capture", "JsonPathText", "Seen", "Side", "XPathText", "piece_of"]

PREFIXES: Final[Mapping[str, str]] = {
    name.lower(): uri for name, uri in vars(NS).items() if isinstance(uri, str) and name.isupper()
} | {"ihe": NS.XDS}
"""Namespaces of XPath expressions by prefix."""

Side = Literal["request", "answer"]
_MOST_JSON: Final = 50_000_000
"""Octets of an answer that is read as JSON."""


def _an_xpath(text: str) -> str:
    if any(references(text)):
        return text
    try:
        etree.XPath(text, namespaces=dict(PREFIXES))(etree.Element("any"))
    except etree.XPathError as error:
        prefix = _unknown_prefix(text) if "prefix" in str(error) else None
        hint = did_you_mean(prefix, PREFIXES) if prefix else None
        what = f"the prefix '{prefix}' is not known" if prefix else str(error)
        raise wrong(f"'{text}' is no XPath expression: {what}.", hint=hint) from None
    return text


def _unknown_prefix(text: str) -> str | None:
    words = (word for part in text.split(":")[:-1] for word in part.replace("@", "/").split("/")[-1:])
    return next((word for word in words if word.isidentifier() and word not in PREFIXES), None)


def _a_json_path(text: str) -> str:
    if any(references(text)):
        return text
    import jsonpath  # noqa: PLC0415  only those who ask for it pay for it

    try:
        jsonpath.compile(text)
    except jsonpath.JSONPathError as error:
        raise wrong(f"'{text}' is no JSONPath: {str(error).splitlines()[0]}") from None
    return text


XPathText = Annotated[str, AfterValidator(_an_xpath)]
JsonPathText = Annotated[str, AfterValidator(_a_json_path)]


# --- what is looked into ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a step has to show beside its outcome."""

    findings: tuple[Finding, ...] = ()
    """Of the answers, or of what came from others."""
    look: Callable[[], Exchange | None] = lambda: None
    """Gives the message that the step is about: the last that it sent, or the one that it waited for."""
    spool: Path = Path()

    @classmethod
    def of(cls, outcome: Outcome, stage: Stage) -> Seen:
        """Of a step that was played."""

        def look() -> Exchange | None:
            """The message that was waited for, or else the last that was sent."""
            if outcome.subject is not None or not stage.sent:
                return outcome.subject
            sent = stage.running.exchanges(stage.conversation)
            return next((exchange for exchange in sent if exchange.id == stage.sent[-1]), None)

        return cls(
            findings=(*outcome.findings, *stage.findings),
            look=look,
            spool=stage.spool,
        )

    def side(self, side: Side) -> HttpMessage:
        """One of the two messages; raises NotThere where there is none."""
        exchange = self.look()
        if exchange is not None:
            message = exchange.request if side == "request" else exchange.response
            if message is not None:
                return message
        raise NotThere(f"there is no {side}")


class Capture(Checked):
    """A piece of a message, kept under a name."""

    xpath: XPathText | None = None
    jsonpath: JsonPathText | None = None
    of: Side = "answer"
    """What was sent, or what came back; of `wait` and `received`, what came and what we answered."""

    @model_validator(mode="after")
    def _says_where(self) -> Capture:
        if (self.xpath is None) == (self.jsonpath is None):
            raise wrong("a capture takes either an xpath or a jsonpath.")
        return self

    def of_message(self, seen: Seen) -> Any:
        """The piece; raises NotThere where there is none."""
        language, text = ("xpath", self.xpath) if self.xpath is not None else ("jsonpath", self.jsonpath)
        found = piece_of(seen.side(self.of), language, text or "", seen.spool)
        if found is None:
            raise NotThere(f"{text} leads to nothing in the {self.of}")
        return found


def piece_of(message: HttpMessage, language: str, text: str, spool: Path) -> Any:
    """What an expression leads to; None where it leads to nothing. Raises NotThere for the wrong format."""
    try:
        return _LANGUAGES[language](message, text, spool)
    except ProtocolViolation as problem:
        raise NotThere(f"the message cannot be read: {problem}") from None


def _xpath(message: HttpMessage, text: str, spool: Path) -> Any:
    try:
        found = etree.XPath(text, namespaces=dict(PREFIXES))(root_of(message, spool))
    except etree.XPathError as error:
        raise NotThere(f"'{text}' is no XPath expression: {error}") from None
    if not isinstance(found, list):
        return int(found) if isinstance(found, float) and found.is_integer() else found
    return _one_or_all([_text(node) for node in found])


def _text(node: Any) -> str:
    return str(node) if isinstance(node, str) else "".join(node.itertext())


def _one_or_all(found: list[Any]) -> Any:
    if len(found) > 1:
        return tuple(found)
    return found[0] if found else None


def _json_path(message: HttpMessage, text: str, _spool: Path) -> Any:
    import jsonpath  # noqa: PLC0415  only those who ask for it pay for it

    try:
        return _one_or_all(list(jsonpath.findall(text, json.loads(_octets(message)))))
    except ValueError:
        kind = header(message.headers, "content-type") or "without a Content-Type"
        raise NotThere(f"the message is no JSON, it is {kind}") from None
    except jsonpath.JSONPathError as error:
        raise NotThere(f"'{text}' is no JSONPath: {error}") from None


def _octets(message: HttpMessage) -> bytes:
    """The body, inflated; raises NotThere where it is too large to be read whole."""
    if message.body.size > _MOST_JSON:
        raise NotThere(f"the message has more than {_MOST_JSON:,} octets")
    body = bytearray()
    coding = coding_of(header(message.headers, "content-encoding"))
    feed: Callable[[bytes], object] = body.extend if coding is None else Inflater(coding, body.extend).feed
    for piece in chunks_of(message.body):
        feed(piece)
    return bytes(body)


_LANGUAGES: Final[Mapping[str, Callable[[HttpMessage, str, Path], Any]]] = {
    "xpath": _xpath,
    "jsonpath": _json_path,
}

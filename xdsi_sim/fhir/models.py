"""Resources from octets and back: JSON and XML, held against the models of FHIR R4 (R4B for what we use)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from xdsi_sim.ebrim.xml import Element, local_name, parse, serialise
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.values import Resource

__all__ = ["FORMS", "Form", "read_resource", "write_resource"]

Form = Literal["json", "xml"]
FORMS: Final[Mapping[Form, str]] = {"json": "application/fhir+json", "xml": "application/fhir+xml"}
_MOST_TOLD: Final = 50
_FHIR: Final = "{http://hl7.org/fhir}"
_OCTETS: Final = ("data", "hash")
_NO_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=\s]")
_PADDING: Final = "= \t\r\n"
_DEEPEST: Final = 60


def read_resource(data: bytes, form: Form) -> Resource:
    """A resource of any type that fits its model; raises Rejected with all that is wrong."""
    return _from_xml(data) if form == "xml" else _from_json(data)


def _from_json(data: bytes) -> Resource:
    try:
        value = json.loads(data)
    except UnicodeDecodeError as error:
        raise Rejected(Issue("structure", f"the body is not UTF-8: {error.reason}")) from None
    except ValueError as error:
        raise Rejected(Issue("structure", f"the body is no JSON: {error}")) from None
    except RecursionError:
        raise Rejected(Issue("too-long", "the body is nested too deeply")) from None
    if not isinstance(value, dict):
        raise Rejected(Issue("structure", "the body is no resource: a JSON object is expected"))
    _refuse_depth(value)
    model = _model(value.get("resourceType"))
    _refuse_strangers(value)
    _refuse_garbage(_octets_in(value))
    return _checked(lambda: model.model_validate(value))


def _from_xml(data: bytes) -> Resource:
    try:
        root = parse(data)  # no DTD, no entity; what the models' own reader gets is ours
    except ProtocolViolation as problem:
        raise Rejected(
            Issue(
                "structure",
                f"the body is no XML: {problem.reason.removesuffix(' in SOAP')}",
                status=problem.http,
            )
        ) from None
    if not root.tag.startswith("{http://hl7.org/fhir}"):
        raise Rejected(Issue("structure", "the root of the body is not of the namespace http://hl7.org/fhir"))
    model = _model(local_name(root))
    _refuse_garbage(_octets_below(root))
    return _checked(lambda: model.model_validate_xml(serialise(root)))


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        if not level:
            return
    raise Rejected(Issue("too-long", f"the body is nested more than {_DEEPEST} levels deep"))


def _refuse_strangers(value: Any) -> None:
    """The models know no way to say that a resource in a resource is of no type."""
    for name in _types_in(value):
        _model(name)


def _refuse_garbage(octets: Iterator[tuple[str, Any]]) -> None:
    """The models pass over characters that base64 does not have: of a document, less would be left."""
    for name, text in octets:
        if isinstance(text, str) and (_NO_BASE64.search(text) or "=" in text.rstrip(_PADDING)):
            raise Rejected(Issue("value", f"{name} is not base64", expression=name))


def _octets_in(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if value.get("resourceType") == "Binary":
            yield "Binary.data", value.get("data")
        held = value.get("attachment")
        if isinstance(held, dict):
            yield from ((f"attachment.{name}", held.get(name)) for name in _OCTETS)
        for each in value.values():
            yield from _octets_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _octets_in(each)


def _octets_below(root: Element) -> Iterator[tuple[str, Any]]:
    for holder in root.iter(f"{_FHIR}Binary", f"{_FHIR}attachment"):
        name = local_name(holder)
        yield from (
            (f"{name}.{octets}", child.get("value"))
            for octets in _OCTETS
            for child in holder.iterchildren(f"{_FHIR}{octets}")
        )


def _types_in(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if "resourceType" in value:
            yield value["resourceType"]
        for each in value.values():
            yield from _types_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _types_in(each)


def _model(name: Any) -> Any:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415  costs what only FHIR should
    from fhir.resources.R4B.resource import Resource as Resource_  # noqa: PLC0415

    if not isinstance(name, str) or not name:
        raise Rejected(Issue("structure", "the body says no resourceType", expression="resourceType"))
    try:
        found = get_fhir_model_class(name)
    except (LookupError, ValueError):
        found = None
    if found is None or not issubclass(found, Resource_):  # types of elements have models, too
        text = f"'{name[:60]}' is no type of resource of FHIR R4"
        raise Rejected(Issue("structure", text, expression="resourceType"))
    return found


def _checked(make: Any) -> Resource:
    from pydantic import ValidationError  # noqa: PLC0415  beside the models

    try:
        found: Resource = json.loads(make().model_dump_json())
    except ValidationError as error:
        issues = [_issue(each) for each in error.errors(include_url=False, include_context=False)]
        raise Rejected(*issues[:_MOST_TOLD]) from None
    except RecursionError:
        raise Rejected(Issue("too-long", "the body is nested too deeply")) from None
    except (ValueError, TypeError, KeyError, AttributeError, LookupError) as error:
        # the reader of XML raises whatever comes to hand where an element is none of its type
        text = " ".join(str(error).split())[:300]
        text = f"{text} is not known there" if isinstance(error, KeyError) else text
        raise Rejected(Issue("structure", f"the body is not as FHIR R4 has it: {text}")) from None
    return found


def _issue(error: Mapping[str, Any]) -> Issue:
    place = ""
    for part in error["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    text = str(error["msg"]).removeprefix("Value error, ")
    code = "required" if "missing" in error["type"] else "structure"
    return Issue(code, f"{place}: {text}" if place else text, expression=place or None)


def write_resource(resource: Resource, form: Form) -> bytes:
    """A resource of ours in octets."""
    if form == "json":
        return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
    written: bytes = _model(resource["resourceType"]).model_validate(resource).model_dump_xml()
    return written

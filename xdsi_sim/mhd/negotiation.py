"""In which form a client sends and wants resources: Accept, Content-Type and `_format` (RFC 9110)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xdsi_sim.dicomweb.messages import WebRequest
from xdsi_sim.fhir.models import FORMS, Form
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.soap.media import parse_media_type

__all__ = ["FORM_BODY", "accepted", "answer_form", "body_form", "ranges"]

FORM_BODY: Final = "application/x-www-form-urlencoded"
_NAMES: Final[Mapping[str, Form]] = {
    "json": "json",
    "application/json": "json",
    "application/fhir+json": "json",
    "text/json": "json",
    "xml": "xml",
    "application/xml": "xml",
    "application/fhir+xml": "xml",
    "text/xml": "xml",
}
_ANY: Final = ("*/*", "application/*", "text/html")
"""What a browser accepts is answered as well."""


def ranges(request: WebRequest) -> list[str]:
    """The media ranges of Accept, those that are preferred first; refused ones (`q=0`) are not there."""
    found = []
    for number, part in enumerate((request.header("accept") or "*/*").split(",")):
        media = parse_media_type(part)
        try:
            weight = float(media.parameters.get("q", "1"))
        except ValueError:
            weight = 1.0
        if media.type and weight > 0:
            found.append((-weight, number, media.type))
    return [type_ for _, _, type_ in sorted(found)]


def accepted(request: WebRequest, media_type: str) -> bool:
    """Whether the client takes something of this media type as it is."""
    essence = parse_media_type(media_type).type
    wanted = {"*/*", essence, f"{essence.partition('/')[0]}/*"}
    return any(each in wanted for each in ranges(request))


def answer_form(request: WebRequest, given: Mapping[str, str]) -> Form:
    """The form of the answer: `_format` before Accept; raises Rejected (406)."""
    asked = given.get("_format")
    if asked is not None:
        form = _NAMES.get(parse_media_type(asked.replace(" ", "+")).type or asked)
        if form is None:
            raise Rejected(
                Issue("not-supported", f"_format={asked[:60]} is not supported; json and xml are"), status=406
            )
        return form
    for each in ranges(request):
        if each in _NAMES:
            return _NAMES[each]
        if each in _ANY:
            return "json"
    wanted = (request.header("accept") or "")[:200]
    text = f"nothing of '{wanted}' is served here; {', '.join(FORMS.values())} are"
    raise Rejected(Issue("not-supported", text), status=406)


def body_form(request: WebRequest) -> Form:
    """The form of a body that is a resource; raises Rejected (415)."""
    said = request.upload.media_type
    form = _NAMES.get(parse_media_type(said).type)
    if form is None:
        text = f"Content-Type '{said[:100]}' is not supported; {', '.join(FORMS.values())} are"
        raise Rejected(Issue("not-supported", text), status=415)
    return form

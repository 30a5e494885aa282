"""What is wrong with a recorded exchange: found when it was served, and when it is looked at again.

The actor that served it knew what no message tells, and the rules as they were set for it; who looks again
knows the place of each finding. What both have found is told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.places import Locator
from xdsi_sim.inspector.refusals import refusals_in
from xdsi_sim.judging.judged import Asked, Judged, judge_message
from xdsi_sim.rules.registry import Place
from xdsi_sim.scenario.reports.capture import octets_of
from xdsi_sim.soap.media import header, parse_media_type
from xdsi_sim.soap.saved import Unrecognised, read_saved

__all__ = ["Looked", "Told", "is_message", "judge_exchange"]

_MOST: Final = 32_000_000
"""Octets of a message that is read as a whole."""
_SOAP: Final = (
    "application/soap+xml",
    "application/xop+xml",
    "multipart/related",
    "text/xml",
    "application/xml",
)
_OF_IMAGES: Final = ("application/dicom", "application/octet-stream", "image/", "application/dicom+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One finding, where it is, and who has found it."""

    finding: Finding
    place: Place | None
    """None where its rule does not say more than the finding itself."""
    recorded: bool
    """Whether it was found when the message was served."""

    @property
    def object(self) -> str:
        """Id of the object that it is about, in lower case; where it is about none, what else it names."""
        named = self.finding.location if self.place is None else self.place.object
        return (named or "").lower()

    @property
    def attribute(self) -> str | None:
        """The attribute that it is about; None for the object as a whole."""
        return None if self.place is None else self.place.attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One message of an exchange, read again as far as it can be."""

    judged: Judged | None = None
    """None where it is no message of a transaction, or too large."""
    locator: Locator | None = None
    told: tuple[Told, ...] = ()
    note: str | None = None
    """Why it was not read."""


def judge_exchange(exchange: Exchange, folder: Path) -> tuple[Looked, Looked]:
    """Request and answer; parts are spooled to `folder`, where they have to stay while they are looked at."""
    request, request_octets, note = _judged(exchange.request, folder, None)
    asked = request.asked if request is not None else None
    answer, answer_octets, other = None, b"", None
    if exchange.response is not None and request is not None:
        answer, answer_octets, other = _judged(exchange.response, folder, asked)
    recorded = list(exchange.findings)
    later = _looked(answer, answer_octets, recorded, other, rest=False)
    return _refused(_looked(request, request_octets, recorded, note, rest=True), answer), later


def _refused(looked: Looked, answer: Judged | None) -> Looked:
    """With what the answer alone tells of the request: who refused it stands behind the receiver."""
    errors = getattr(answer.value, "errors", ()) if answer is not None else ()
    known = {(one.finding.rule, one.object) for one in looked.told}
    told = (Told(finding=finding, place=place, recorded=True) for finding, place in refusals_in(errors))
    return replace(
        looked, told=(*looked.told, *(one for one in told if (one.finding.rule, one.object) not in known))
    )


def _judged(
    message: HttpMessage, folder: Path, asked: Asked | None
) -> tuple[Judged | None, bytes, str | None]:
    if not is_message(message):
        return None, b"", None
    if message.body.size > _MOST:
        return None, b"", f"not looked at again: it is larger than {_MOST:,} octets"
    try:
        octets = b"".join(octets_of(message))
        return judge_message(read_saved(octets), folder, asked=asked), octets, None
    except Unrecognised as error:
        return None, b"", error.message
    except OSError as error:
        return None, b"", f"the log has lost it: {error.strerror or error}"


def is_message(message: HttpMessage) -> bool:
    """Whether it is one of a transaction: DICOMweb has multipart bodies, too."""
    if message.start_line.startswith("MLLP"):
        return True
    if not message.start_line.startswith(("POST ", "HTTP/")):
        return False
    media = parse_media_type(header(message.headers, "content-type"))
    return media.type.startswith(_SOAP) and not media.parameters.get("type", "").startswith(_OF_IMAGES)


def _looked(
    judged: Judged | None, octets: bytes, recorded: list[Finding], note: str | None, *, rest: bool
) -> Looked:
    """Takes out of `recorded` what it tells; with `rest`, all that is left there."""
    told = () if judged is None else tuple(_told(judged, recorded))
    if rest:
        told = (*(Told(finding=one, place=None, recorded=True) for one in recorded), *told)
    locator = None if judged is None else Locator(octets, judged)
    return Looked(judged=judged, locator=locator, told=told, note=note)


def _told(judged: Judged, recorded: list[Finding]) -> Iterator[Told]:
    for finding, place in judged.found:
        same = next((one for one in recorded if (one.rule, one.text) == (finding.rule, finding.text)), None)
        if same is not None:
            recorded.remove(same)
        yield Told(finding=finding, place=place, recorded=same is not None)

"""Requests of DICOMweb, WADO-URI and the viewer as steps send them, and what comes back as values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from xdsi_sim.content import BytesContent, Content, head_of, read_all, sha1_of
from xdsi_sim.dicom.dictionary import keyword_of
from xdsi_sim.scenario.images import Image, images_of
from xdsi_sim.scenario.stage import Answered, Stage, StepFailed
from xdsi_sim.scenario.variables import as_text, is_list

if TYPE_CHECKING:
    from xdsi_sim.client.dicomweb import HttpReply

__all__ = ["SUCCESS", "WebAnswer", "WebPart", "asked", "attributes_of", "query_of"]

SUCCESS: Final = "Success"
"""Status of an answer whose status of HTTP is a good one, as steps name it; else it is `HTTP 404`."""
_NOTHING: Final = BytesContent(b"")
_SHOWN: Final = 200
"""Octets of a refusal that are shown."""
_MOST: Final = 50_000_000
"""Octets of metadata that are read: more than any sample has, and less than would do harm."""


@dataclass(frozen=True)
class WebPart:
    """One part of a multipart answer, or the whole of any other."""

    contentType: str
    location: str
    """Content-Location; empty without."""
    content: Content

    @property
    def size(self) -> int:
        """Octets."""
        return self.content.size

    @cached_property
    def sha1(self) -> str:
        """Hash of the octets."""
        return sha1_of(self.content)


@dataclass(frozen=True)
class WebAnswer:
    """What came back."""

    url: str
    status: int
    """Of HTTP."""
    contentType: str
    """Media type alone, without its parameters."""
    headers: Mapping[str, str]
    """Names in lower case."""
    parts: tuple[WebPart, ...]
    receiver: str
    transaction: str

    @property
    def text(self) -> str:
        """How it begins, of an answer that is text."""
        return "".join(head_of(part.content, _SHOWN).decode("utf-8", "replace") for part in self.parts[:1])

    @property
    def location(self) -> str:
        """Where a redirection leads; empty without."""
        return self.headers.get("location", "")

    @property
    def warning(self) -> str:
        """The header Warning; empty without."""
        return self.headers.get("warning", "")

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """The DICOM files that came; raises StepFailed where one is none."""
        return images_of(part.content for part in self.parts)

    @cached_property
    def dataSets(self) -> tuple[Mapping[str, Any], ...]:
        """Attributes by keyword, of an answer in DICOM JSON; raises StepFailed where it is none."""
        if self.status == 204 or not self.parts:
            return ()
        content = self.parts[0].content
        try:
            read: Any = json.loads(read_all(content)) if content.size <= _MOST else None
            items = [read] if isinstance(read, dict) else read
            return tuple(attributes_of(item) for item in items)
        except (ValueError, TypeError, AttributeError) as error:
            told = f"{self.contentType or 'no Content-Type'}, {content.size:,} octets"
            raise StepFailed(f"the answer of {self.url} is no DICOM JSON: {told}") from error

    @property
    def is_good(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    @property
    def answered(self) -> Answered:
        """In the terms of an expectation."""
        return self.answered_with(good=self.is_good)

    def answered_with(self, *, good: bool) -> Answered:
        """The same, where other statuses are good."""
        return Answered(
            receiver=self.receiver,
            transaction=self.transaction,
            status=SUCCESS if good else f"HTTP {self.status}",
        )

    @property
    def told(self) -> str:
        """In a few words."""
        said = self.text.strip().partition("\n")[0] if self.status >= 400 else self.contentType
        return f"HTTP {self.status}{f', {said}' if said else ''}"


def asked(
    stage: Stage,
    receiver: str,
    transaction: str,
    url: str,
    *,
    sender: str,
    headers: Sequence[tuple[str, str]],
    method: str = "GET",
    body: Content = _NOTHING,
) -> WebAnswer:
    """Send a request to an actor and give its answer; raises StepFailed where none comes, or a broken one."""
    reply: HttpReply = stage.ask(
        method, url, headers=headers, body=body, sender=sender, transaction=transaction
    )
    if reply.status == 0 or reply.trouble is not None:
        raise StepFailed(f"{receiver} gives no answer to {method} {url}: {reply.trouble}")
    return WebAnswer(
        url=url,
        status=reply.status,
        contentType=_media_type(reply.headers),
        headers=reply.headers,
        parts=tuple(
            WebPart(
                _media_type(part.headers or reply.headers),
                part.headers.get("content-location", ""),
                part.content,
            )
            for part in reply.parts
        ),
        receiver=receiver,
        transaction=transaction,
    )


def query_of(parameters: Iterable[tuple[str, Any]]) -> str:
    """The query of an address; a list is its values with commas."""
    return urlencode([(name, _listed(value)) for name, value in parameters])


def _listed(value: Any) -> str:
    return ",".join(map(as_text, value)) if is_list(value) else as_text(value)


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


# --- DICOM JSON ------------------------------------------------------------------------------


def attributes_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a data set in DICOM JSON by keyword (PS3.18: F.2); of names the alphabetic form.

    One value is itself, several are a list, none is nothing. What has no keyword keeps its tag.
    """
    found = {}
    for tag, element in item.items():
        values = tuple(_value(value) for value in element.get("Value", ()))
        found[keyword_of(tag) or tag] = (
            values if len(values) > 1 or element.get("vr") == "SQ" else values[0] if values else None
        )
    return found


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return value.get("Alphabetic") if "Alphabetic" in value else attributes_of(value)

"""The body of a form that a page sends."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from xdsi_sim.errors import LimitExceeded, ProtocolViolation, UnsupportedMediaType
from xdsi_sim.limits import Limits

__all__ = ["FormReader"]

_TYPE: Final = "application/x-www-form-urlencoded"
_MOST: Final = 16_000_000
"""Octets of a form: an envelope that was edited, each of its characters escaped."""
_FIELDS: Final = 100


class FormReader:
    """Takes a form; realises `http.BodyReader`."""

    def __init__(self, content_type: str, _folder: Path, _limits: Limits, *, coding: str | None) -> None:
        self.beginning = bytearray()
        self._sound = coding is None and content_type.partition(";")[0].strip().lower() == _TYPE

    def feed(self, data: bytes) -> None:
        """The next piece."""
        if self._sound and len(self.beginning) <= _MOST:
            self.beginning += data

    def finish(self) -> dict[str, str]:
        """The fields; raises ProtocolViolation."""
        if not self._sound:
            raise UnsupportedMediaType(f"Content-Type is to be {_TYPE}")
        if len(self.beginning) > _MOST:
            raise LimitExceeded(f"a form is at most {_MOST} octets")
        try:
            text = self.beginning.decode("ascii", "replace")
            pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_FIELDS)
        except ValueError as error:
            raise ProtocolViolation(f"this is no form: {error}") from None
        return dict(pairs)

    def abandon(self) -> None:
        """Nothing is kept."""

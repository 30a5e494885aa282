"""Transfer encodings, undone while the bytes come (RFC 2045: 6).

A decoder keeps back what is no whole unit yet. It raises `binascii.Error` where the bytes are not what
they should be, in words that name what was found.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

__all__ = ["DECODERS", "IDENTITY", "Base64", "Decoder", "QuotedPrintable"]

IDENTITY: Final = frozenset({"binary", "8bit", "7bit"})
"""Encodings that leave the bytes as they are."""

_NO_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]")


class Decoder(Protocol):
    """Undoes one encoding."""

    @property
    def waiting(self) -> int:
        """Octets kept back."""
        ...

    def feed(self, data: bytes) -> bytes:
        """The next bytes, decoded."""
        ...

    def end(self) -> bytes:
        """What is left once all has come."""
        ...


class Base64:
    """Base64, on lines or not; white space does not matter."""

    def __init__(self) -> None:
        self._rest = b""
        self._padded = False

    @property
    def waiting(self) -> int:
        """Octets kept back: three at most."""
        return len(self._rest)

    def feed(self, data: bytes) -> bytes:
        """The next bytes, decoded; raises binascii.Error for what is not base64."""
        data = data.translate(None, b" \t\r\n")
        if self._rest:
            data = self._rest + data
        end = len(data) // 4 * 4
        self._rest = data[end:]
        return self._decode(data if end == len(data) else data[:end])

    def end(self) -> bytes:
        """Nothing; raises binascii.Error where a unit is incomplete."""
        return self._decode(self._rest)

    def _decode(self, data: bytes) -> bytes:
        if not data:
            return b""
        if self._padded:
            raise binascii.Error("data after the padding")
        self._padded = data.endswith(b"=")
        try:
            return binascii.a2b_base64(data, strict_mode=True)
        except binascii.Error:
            if found := _NO_BASE64.search(data):
                raise binascii.Error(f"{_shown(found[0])} is no character of base64") from None
            raise


def _shown(octet: bytes) -> str:
    return repr(octet.decode()) if octet.isascii() else f"the octet 0x{octet.hex()}"


class QuotedPrintable:
    """Quoted-printable, line by line."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def waiting(self) -> int:
        """Octets of the line that has not ended yet."""
        return len(self._rest)

    def feed(self, data: bytes) -> bytes:
        """The next bytes, decoded as far as lines have ended."""
        data = self._rest + data
        end = data.rfind(b"\n") + 1
        self._rest = data[end:]
        return binascii.a2b_qp(data[:end])

    def end(self) -> bytes:
        """The last line."""
        return binascii.a2b_qp(self._rest)


DECODERS: Final[Mapping[str, Callable[[], Decoder]]] = {
    "base64": Base64,
    "quoted-printable": QuotedPrintable,
}
"""What undoes an encoding, by its name in Content-Transfer-Encoding."""

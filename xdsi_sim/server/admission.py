"""Who may change what runs, or look into it: the machine itself, and whoever has the token.

Whoever asks from the loopback address of the machine may do so; everybody else needs the token that the
actors were started with. A page in a browser of the machine is somebody else: it is told by its Origin, and
by the name under which it has called.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from xdsi_sim.server.http import FrontRequest

__all__ = ["from_this_machine", "has_token"]

_PROXIED: Final = ("forwarded", "x-forwarded-for", "via")
"""Headers that tell of somebody behind whoever has connected."""


def has_token(request: FrontRequest, token: str | None) -> bool:
    """Whether the request brings the token: as Bearer, or as the password by which a browser asks."""
    if token is None:
        return False
    scheme, _, given = (request.header("authorization") or "").partition(" ")
    told = _password(given) if scheme.lower() == "basic" else given if scheme == "Bearer" else ""
    return hmac.compare_digest(told.encode(), token.encode())


def _password(given: str) -> str:
    """Of a user whoever it is (RFC 7617: 2); empty where it cannot be read."""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def from_this_machine(request: FrontRequest) -> bool:
    """Whether it comes over loopback, and from nobody's page but ours."""
    named = urlsplit(f"//{request.host.decode('latin-1')}").hostname or ""
    origin = request.header("origin")
    return (
        _is_loopback(request.client.host)
        and (named == "localhost" or _is_loopback(named))
        and (origin is None or urlsplit(origin).netloc.encode() == request.host)
        and not any(request.header(name) for name in _PROXIED)
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""A recorded request as a command line of curl, its body byte for byte."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from xdsi_sim.content import read_all
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.inspector.resend import LEFT_OUT
from xdsi_sim.soap.media import header

__all__ = ["address_of", "curl_of", "is_http"]

_SMALL: Final = 4_000
"""Octets of a body that stands in the command itself."""


def is_http(message: HttpMessage) -> bool:
    """Whether it is a request of HTTP: the log has MLLP, too."""
    return " HTTP/" in message.start_line


def address_of(message: HttpMessage, url: str | None) -> str:
    """Where a request went; `url` is an address of whoever got it, where that is known."""
    target = message.start_line.split(" ")[1] if is_http(message) else ""
    if target.lower().startswith(("http://", "https://")):
        return target
    host = header(message.headers, "host")
    split = urlsplit(url or (f"http://{host}" if host else ""))
    if not split.netloc:
        return ""
    return f"{urlunsplit((split.scheme, split.netloc, '', '', ''))}{target if target.startswith('/') else ''}"


def curl_of(message: HttpMessage, url: str, body: Callable[[], str]) -> str:
    """The command; `body` gives an address at which a body is to be had that is no short text."""
    words = ["curl", "--silent", "--show-error", "--include", "--request", message.start_line.split(" ")[0]]
    for name, value in message.headers:
        if name.lower() not in LEFT_OUT:
            words += ["--header", f"{name}: {value}"]
    if not message.body.size:
        return shlex.join([*words, url])
    text = _text(message)
    if text is not None:
        return shlex.join([*words, "--data-binary", text, url])
    fetched = shlex.join(["curl", "--silent", "--fail", body()])
    return f"{fetched} | {shlex.join([*words, '--data-binary', '@-', url])}"


def _text(message: HttpMessage) -> str | None:
    """The body where a shell takes it as it is."""
    if message.body.size > _SMALL:
        return None
    data = read_all(message.body)
    text = data.decode("ascii", "replace")
    sound = data.isascii() and all(sign.isprintable() or sign in "\n\t" for sign in text)
    return text if sound and not text.startswith("@") else None

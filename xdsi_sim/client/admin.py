"""Asks running actors at the addresses where they can be set: JSON there and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.tls.settings import Tls

__all__ = ["TOKEN_VARIABLE", "AdminClient", "Facts"]

TOKEN_VARIABLE: Final = "XDSI_SIM_TOKEN"
"""Holds what somebody from another machine has to send."""

_JSON: Final = "application/json"
Facts = Mapping[str, Any]


class AdminClient:
    """Asks and waits. Raises CannotRun where nobody answers, UsageError with what they say is wrong."""

    path: str
    """Of what is set, below the address of a port."""

    def __init__(
        self,
        url: str,
        reactor: Any,
        call: Callable[..., Any],
        *,
        tls: Tls | None = None,
        token: str | None = None,
    ) -> None:
        """`url` is the address, or that of the port on which the actors answer.

        `call` runs a function in the thread of the reactor and waits for what it gives.
        """
        base = url.rstrip("/")
        self._url = base if base.endswith(f"/{self.path}") else f"{base}/{self.path}"
        self._call = call
        self._http = HttpClient(reactor, tls=tls)
        self._headers = (("Authorization", f"Bearer {token}"),) if token else ()

    def close(self) -> None:
        """Close the connections."""
        self._call(self._http.close)

    def _ask(self, method: str, *names: object, asked: Facts | None = None) -> Facts:
        """Ask for all, or for the one of a name below."""
        url, body = "/".join((self._url, *map(str, names))), bytearray()
        sent = None if asked is None else [json.dumps(asked).encode()]
        headers = (*self._headers, *((("Content-Type", _JSON),) if sent else ()))
        try:
            head: Head = self._call(self._http.request, method, url, headers, sent, lambda _head: body.extend)
        except NoAnswer as error:
            raise CannotRun(f"{error}.", hint=f"`xdsi-sim up` says where {self.path} are.") from None
        told = _object_in(bytes(body))
        if head.status >= 300 or not told:
            text = told.get("error") or f"{url} answers HTTP {head.status}, and not as actors do."
            raise UsageError(text, hint=told.get("hint"))
        return told


def _object_in(body: bytes) -> Facts:
    """The JSON object; an empty one for anything else."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}

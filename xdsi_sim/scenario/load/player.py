"""Plays rounds for who asks at a socket: one line for one round, in a thread for each who asks."""

from __future__ import annotations

import json
import logging
import socketserver
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from xdsi_sim.scenario.load.rounds import Rounds, facts_of

__all__ = ["PLAY", "Player"]

_LOG: Final = logging.getLogger(__name__)
PLAY: Final = b"play\n"
"""What is asked; the answer is a line of JSON."""


class Player:
    """Serves from its beginning to its end; only who may read its folder can ask."""

    def __init__(self, rounds: Rounds) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="xdsi-sim-load-")
        self.path = Path(self._folder.name) / "player"

        class Users(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                """One user, until they hang up."""
                _serve(self, rounds)

        self._server = _Server(str(self.path), Users)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 1024
    block_on_close = False


def _serve(user: Any, rounds: Rounds) -> None:
    with suppress(OSError):  # the user has gone
        while user.rfile.readline(64) == PLAY:
            try:
                told = facts_of(rounds.play())
            except Exception as error:  # noqa: BLE001  a defect of ours is a failed round
                _LOG.exception("a round went wrong")
                told = {"seconds": 0.0, "failed": f"went wrong inside xdsi-sim: {error!r}"}
                told |= {"steps": [], "transactions": []}
            user.wfile.write(json.dumps(told).encode() + b"\n")

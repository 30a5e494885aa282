"""The process in which Locust runs: users that ask a player for rounds, and the figures of what they got.

`python -m xdsi_sim.scenario.load.swarm FILE` reads from `FILE` what is to be done, and writes the figures
into the file that it names. Nothing else of xdsi-sim is imported here: Locust rewires the sockets and threads
of its process.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Final

__all__ = ["main"]

_PERCENTILES: Final = (0.5, 0.75, 0.9, 0.95, 0.99)
_UNIT: Final = 1_000_000
"""In a second. Locust counts whole numbers, and those above 10,000 by the thousand: in its milliseconds, what
is quicker would take no time."""
_GRACE: Final = 15  # seconds in which rounds that have begun may end
_WORKERS: Final = 60  # seconds in which all workers must have come
_PACE: Final = "xdsi-sim-pace"


def main(plan: dict[str, Any]) -> None:
    """Do what the plan says; who is no worker writes the figures."""
    from locust.env import Environment  # it rewires this process

    user = _user_class(plan["player"])
    environment = Environment(user_classes=[user], stop_timeout=_GRACE)
    if plan["role"] == "worker":
        _work(environment.create_worker_runner(plan["host"], plan["port"]), user)
        # the master waits to hear of it
        environment.events.quitting.fire(environment=environment)  # type: ignore[no-untyped-call]
        return
    pace = plan["rate"] / plan["users"] if plan["rate"] else None
    _set_pace(user, pace)
    if plan["role"] == "master":
        _lead(environment.create_master_runner(plan["host"], plan["port"]), plan, pace)
    else:
        _run(environment.create_local_runner(), plan)
    Path(plan["figures"]).write_text(json.dumps(_figures(environment, plan)), encoding="utf-8")


def _set_pace(user: Any, rounds: float | None) -> None:
    """So many rounds of each user in a second at most; None is as many as it can."""
    from locust import constant, constant_throughput

    user.wait_time = constant(0) if rounds is None else constant_throughput(rounds)


def _work(runner: Any, user: Any) -> None:
    import gevent

    def take(environment: Any, msg: Any, **_more: Any) -> None:
        """The pace that whoever leads tells."""
        del environment
        _set_pace(user, msg.data)

    runner.register_message(_PACE, take)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, runner.quit)
    runner.greenlet.join()


def _lead(runner: Any, plan: dict[str, Any], pace: float | None) -> None:
    import gevent

    count = plan["workers"]
    with gevent.Timeout(_WORKERS, SystemExit(f"not all of {count} workers have come within {_WORKERS} s")):
        while len(runner.clients.ready) < count:
            gevent.sleep(0.1)
    runner.send_message(_PACE, pace)
    _run(runner, plan)


def _run(runner: Any, plan: dict[str, Any]) -> None:
    import gevent

    over = gevent.event.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, over.set)
    runner.start(plan["users"], spawn_rate=plan["spawn"] or plan["users"])
    over.wait(plan["duration"])
    if plan["role"] == "master":
        _dismiss(runner)
    runner.quit()
    runner.greenlet.join(timeout=5)


def _dismiss(runner: Any) -> None:
    """Have all workers end their rounds, tell the last figures, and go."""
    import gevent
    from locust.rpc import Message

    for client in runner.clients.all:
        runner.server.send_to_client(Message("quit", None, client.id))  # type: ignore[no-untyped-call]
    with gevent.Timeout(_GRACE + 5, exception=False):
        while runner.clients.all:
            gevent.sleep(0.05)


def _user_class(player: Any) -> Any:
    """A Locust user that plays rounds."""
    from locust import User, task

    class Player(User):
        """Asks for one round after the other."""

        def on_start(self) -> None:
            """Connect to the player."""
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.connect(player)
            self._lines = self._socket.makefile("rb")

        @task
        def round(self) -> None:
            """One round, told step by step and transaction by transaction."""
            self._socket.sendall(b"play\n")
            line = self._lines.readline()
            if not line:
                self.environment.runner.quit()
                return
            told = json.loads(line)
            self._tell("round", {"name": "round", **told})
            for step in told["steps"]:
                self._tell("step", step)
            for transaction in told["transactions"]:
                self._tell("transaction", transaction)

        def _tell(self, kind: str, what: dict[str, Any]) -> None:
            failed = what["failed"]
            self.environment.events.request.fire(
                request_type=kind,
                name=what["name"],
                response_time=what["seconds"] * _UNIT,
                response_length=what.get("octets", 0),
                exception=None if failed is None else Exception(failed),
                context={},
            )

    return Player


def _figures(environment: Any, plan: dict[str, Any]) -> dict[str, Any]:
    stats = environment.stats
    return {
        "seconds": (stats.last_request_timestamp or 0) - (stats.start_time or 0),
        "workers": plan.get("workers", 0),
        "rows": [_row(entry) for entry in stats.entries.values()],
        "failures": [
            {"kind": error.method, "name": error.name, "text": str(error.error), "times": error.occurrences}
            for error in stats.errors.values()
        ],
    }


def _row(entry: Any) -> dict[str, Any]:
    return {
        "kind": entry.method,
        "name": entry.name,
        "times": entry.num_requests,
        "failed": entry.num_failures,
        "mean": entry.avg_response_time / _UNIT,
        "min": (entry.min_response_time or 0) / _UNIT,
        "max": entry.max_response_time / _UNIT,
        "perSecond": entry.total_rps,
        "octets": entry.total_content_length,
        **{f"p{share * 100:g}": entry.get_response_time_percentile(share) / _UNIT for share in _PERCENTILES},
    }


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))

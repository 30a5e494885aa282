"""From a scenario and what is asked of it to a report: actors here, Locust in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.scenario.load.memory import RoundsLog
from xdsi_sim.scenario.load.player import Player
from xdsi_sim.scenario.load.report import LoadReport, report_of
from xdsi_sim.scenario.load.rounds import Rounds
from xdsi_sim.scenario.load.settings import LoadSettings
from xdsi_sim.scenario.loader import Loaded
from xdsi_sim.scenario.record import StepRecord, Verdict
from xdsi_sim.scenario.reports.wording import iso_time
from xdsi_sim.scenario.runner import Audience
from xdsi_sim.topology.build import start
from xdsi_sim.topology.listen import Listen

__all__ = ["Place", "SetupFailed", "drive"]

_SWARM: Final = "xdsi_sim.scenario.load.swarm"
_FAREWELL: Final = 25  # seconds; Locust lets rounds end, and writes its figures
_LOOK: Final = 0.5


class SetupFailed(CannotRun):
    """A step of the setup did not pass; no load was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What this process is to a load that several share."""

    role: str = "alone"
    """`alone`, `master` or `worker`."""
    host: str = "127.0.0.1"
    port: int = 5557
    """Where the master listens."""
    workers: int = 1
    """How many a master waits for."""


def drive(
    loaded: Loaded,
    settings: LoadSettings,
    place: Place,
    *,
    data: Path | None = None,
    listen: Listen | None = None,
    audience: Audience | None = None,
    tell: Callable[[int, int, float], None] = lambda _done, _failed, _left: None,
) -> LoadReport | None:
    """Make the load; a worker leaves the report to its master, and gives None.

    `tell` is told now and then of the rounds that are done, those that have failed, and seconds left. Raises
    SetupFailed, UsageError where Locust is not installed, CannotRun where it fails.
    """
    if importlib.util.find_spec("locust") is None:
        raise UsageError("load is made by Locust, which is not here.", hint="pip install 'xdsi-sim[load]'")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xdsi-sim-load-")))
        if place.role == "master":
            return _swarm(None, settings, place, folder, loaded, lambda _left: None)
        log = RoundsLog()
        running = stack.enter_context(start(loaded.topology, data, listen, log=log))
        rounds = Rounds(loaded, running, log)
        _refuse_broken(rounds.begin(audience))
        stack.callback(rounds.end, audience)
        player = stack.enter_context(Player(rounds))
        return _swarm(
            *(player.path, settings, place, folder, loaded),
            lambda left: tell(rounds.done, rounds.failed, left),
        )


def _refuse_broken(records: Sequence[StepRecord]) -> None:
    for record in records:
        if record.verdict not in (Verdict.PASS, Verdict.SKIPPED):
            raise SetupFailed(
                f"the setup has not passed: {record.name}: {record.text or record.verdict.value}."
            )


def _swarm(
    player: Path | None,
    settings: LoadSettings,
    place: Place,
    folder: Path,
    loaded: Loaded,
    tell: Callable[[float], None],
) -> LoadReport | None:
    started, figures, plan = time.time(), folder / "figures.json", folder / "plan.json"
    told = {
        "role": place.role,
        "host": place.host,
        "port": place.port,
        "workers": place.workers,
        "player": str(player) if player is not None else None,
        "figures": str(figures),
        "users": settings.users,
        "spawn": settings.spawn,
        "rate": settings.rate,
        "duration": settings.duration,
    }
    plan.write_text(json.dumps(told), encoding="utf-8")
    errors = _wait(plan, settings.duration, tell)
    if place.role == "worker":
        return None
    if not figures.is_file():
        raise CannotRun(f"Locust has given no figures: {errors.strip().splitlines()[-1:] or 'it was ended'}")
    counted: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    scenario = loaded.scenario
    return report_of(
        counted, settings, scenario=scenario.name, title=scenario.title, started=iso_time(started)
    )


def _wait(plan: Path, seconds: float, tell: Callable[[float], None]) -> str:
    """Until the process has ended; Ctrl-C has it end in order, a second one at once. Gives its last words."""
    with (plan.parent / "errors.txt").open("w+", encoding="utf-8", errors="replace") as errors:
        # a session of its own: Ctrl-C in a terminal is for us, who tell it to end
        process = subprocess.Popen(  # noqa: S603  this program itself
            [sys.executable, "-m", _SWARM, str(plan)], stderr=errors, stdout=errors, start_new_session=True
        )
        until = time.monotonic() + seconds
        try:
            while process.poll() is None:
                tell(max(0.0, until - time.monotonic()))
                _pause(process)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGTERM)
            process.wait(_FAREWELL)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        errors.seek(0)
        return errors.read()


def _pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_LOOK)
    except subprocess.TimeoutExpired:
        return

"""The codes of an affinity domain while its actors run: read once, changed for the messages that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from xdsi_sim.errors import Severity, UsageError
from xdsi_sim.rules.code_sets import CodeSets
from xdsi_sim.topology.codes.settings import CodeSettings

__all__ = ["CHECKS", "Check", "CodeDomain", "Holding"]

Check = Literal["strict", "warn", "off"]

CHECKS: Final[tuple[Check, ...]] = ("strict", "warn", "off")

_WEIGHTS: Final = {"strict": Severity.ERROR, "warn": Severity.WARNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What holds at one time; never changed, only followed by another."""

    settings: CodeSettings | None = None
    known: CodeSets | None = None
    """The codes of its files; None where there are none, or none that were needed."""
    judging: CodeSets | None = None
    """What messages are held against; None where any code will do."""
    changed: bool = False
    """Whether somebody has changed it since the start."""

    @property
    def check(self) -> Check:
        """What is done about other codes."""
        return "off" if self.settings is None else self.settings.check


class CodeDomain:
    """Holds what is in force. Messages are judged in many threads: each takes it once, whole."""

    def __init__(self, settings: CodeSettings | None) -> None:
        """Raises UsageError where a file that is needed is wrong."""
        known = None if settings is None or settings.check == "off" else _read(settings)
        self._at_start = Holding(settings=settings, known=known, judging=known)
        self._changing = Lock()
        self.state = self._at_start

    def now(self) -> CodeSets | None:
        """The sets for the message that is judged next; None where any code will do."""
        return self.state.judging

    def change(self, check: Check, table: Path | None = None) -> None:
        """Let `check` hold, and the codes of a table in place of those that are known.

        Raises UsageError, and changes nothing, where the table is wrong or there are no codes to hold
        messages against. The file is not needed any more when this is done.
        """
        with self._changing:
            known = self.state.known
            settings = _changed(self.state.settings, check, table)
            if table is not None or known is None:
                known = _not_empty(_read(settings))
            judging = None if check == "off" else replace(known, severity=_WEIGHTS[check])
            self.state = Holding(settings=settings, known=known, judging=judging, changed=True)

    def back(self) -> None:
        """Let hold again what held at the start."""
        with self._changing:
            self.state = self._at_start


def _changed(settings: CodeSettings | None, check: Check, table: Path | None) -> CodeSettings:
    """The coding schemes that the topology names stay: a table may need them."""
    update: dict[str, object] = {"check": check}
    if table is not None:
        settings = settings or CodeSettings(files=(table,))
        update |= {"files": (table,), "valueSets": {}}
    if settings is None or (table is None and not settings.files and not settings.valueSets):
        raise UsageError("there are no codes yet that could be checked.", hint="Give a table with them.")
    return settings.model_copy(update=update)


def _read(settings: CodeSettings) -> CodeSets | None:
    from xdsi_sim.topology.codes.loader import code_sets  # noqa: PLC0415  costs what only codes should

    return code_sets(settings.looked_at())


def _not_empty(known: CodeSets | None) -> CodeSets:
    if known is None or not known.by_attribute:
        raise UsageError("the table holds no code, so any would do.", hint="To take any code, say off.")
    return known

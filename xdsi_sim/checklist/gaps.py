"""The gap report as a value: each row with what was measured, what was answered, and what that comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xdsi_sim.checklist.answers import Answer, Answers
from xdsi_sim.checklist.observed import Observed
from xdsi_sim.checklist.results import Evidence, Judgement, Result
from xdsi_sim.checklist.rows import SETS, Row
from xdsi_sim.checklist.survey import Surveyed
from xdsi_sim.checklist.table import automatic, judge_all
from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.message_files import file_of

__all__ = ["TRACE", "GapReport", "Line", "Place", "gaps_of"]

TRACE = "trace"
"""Folder of the messages, beside the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a piece of evidence can be looked up."""

    text: str
    """For people."""
    number: int | None
    """Of the message in the trace."""
    message: str | None
    """Id of the exchange in the log."""
    file: str | None
    """Body of the answer, from the folder of the report."""
    at: str
    document: str

    @property
    def page(self) -> str | None:
        """The message in the page of the trace."""
        return None if self.number is None else f"{TRACE}/report.html#m{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row."""

    row: Row
    automatic: bool
    judgement: Judgement
    """What was measured."""
    answers: tuple[Answer | None, ...]
    """Of each jurisdiction, in their order."""
    evidence: tuple[Place, ...]

    @property
    def result(self) -> Result:
        """As measured; where nobody could tell, as the one jurisdiction has answered."""
        measured = self.judgement.result
        answer = self.answers[0] if len(self.answers) == 1 else None
        return answer.result if measured is Result.NOT_TESTED and answer is not None else measured

    @property
    def is_answered(self) -> bool:
        """Whether the result is what somebody said."""
        return self.result is not self.judgement.result or (
            self.judgement.result is Result.NOT_TESTED and self.result is not Result.NOT_TESTED
        )

    @property
    def note(self) -> str:
        """What the one jurisdiction has said; empty where there are several, which have a matrix."""
        answer = self.answers[0] if len(self.answers) == 1 else None
        return "" if answer is None else ": ".join(filter(None, (answer.answer, answer.note)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """All of it."""

    title: str
    architecture: str
    started: float
    jurisdictions: tuple[str, ...]
    lines: tuple[Line, ...]
    messages: int

    @property
    def failed(self) -> bool:
        """Whether a row that a program judges has failed."""
        return any(line.judgement.result is Result.FAIL for line in self.lines)

    @property
    def totals(self) -> Mapping[str, Mapping[Result, int]]:
        """Number of rows of each result, zeros included, by set; the whole under `all`."""
        counts = {"all": Counter(line.result for line in self.lines)}
        for line in self.lines:
            counts.setdefault(line.row.set, Counter())[line.result] += 1
        order = [letter for letter in SETS if letter in counts]
        return {name: {result: counts[name][result] for result in Result} for name in (*order, "all")}

    @property
    def gaps(self) -> tuple[Line, ...]:
        """The rows that fall short, in whole or in part."""
        return tuple(line for line in self.lines if line.result in (Result.FAIL, Result.WARN))

    def matrix(self) -> Iterator[tuple[Line, Result, tuple[Result, ...]]]:
        """Each row with what was measured, and what each jurisdiction has answered."""
        for line in self.lines:
            cells = (each.result if each is not None else Result.NOT_TESTED for each in line.answers)
            yield line, line.judgement.result, tuple(cells)

    @property
    def open_by_jurisdiction(self) -> Mapping[str, int]:
        """How many rows are gaps by the answers of each, those without an answer included."""
        return {
            name: sum(cells[number].is_gap for _, _, cells in self.matrix())
            for number, name in enumerate(self.jurisdictions)
        }


def gaps_of(surveyed: Surveyed, sets: Sequence[str] = ()) -> GapReport:
    """Judge all rows, or those of some sets."""
    observed, record = surveyed.observed, surveyed.record
    numbers = {exchange.id: number for number, exchange in enumerate(record.exchanges, start=1)}
    judged = judge_all(observed, sets)
    return GapReport(
        title=record.title.removeprefix("Survey of "),
        architecture=observed.architecture,
        started=record.started,
        jurisdictions=tuple(each.jurisdiction for each in observed.jurisdictions),
        lines=tuple(
            _line(row, judged[row.id], observed, numbers, record) for row in observed.rows if row.id in judged
        ),
        messages=len(record.exchanges),
    )


def _line(
    row: Row, judgement: Judgement, observed: Observed, numbers: Mapping[str, int], record: RunRecord
) -> Line:
    return Line(
        row=row,
        automatic=automatic(row),
        judgement=judgement,
        answers=tuple(_answer(each, row.id) for each in observed.jurisdictions),
        evidence=tuple(_place(each, numbers, record) for each in judgement.evidence),
    )


def _answer(answers: Answers, id_: str) -> Answer | None:
    return answers.answers.get(id_)


def _place(evidence: Evidence, numbers: Mapping[str, int], record: RunRecord) -> Place:
    number = numbers.get(evidence.message or "")
    exchange = None if number is None else record.exchanges[number - 1]
    parts = (
        f"message {number} ({exchange.transaction})" if exchange is not None else "",
        evidence.at,
        evidence.document,
    )
    return Place(
        text=", ".join(filter(None, parts)),
        number=number,
        message=evidence.message,
        file=_file(number, exchange),
        at=evidence.at,
        document=evidence.document,
    )


def _file(number: int | None, exchange: Exchange | None) -> str | None:
    name = None if number is None or exchange is None else file_of(number, "response", exchange.response)
    return None if name is None else f"{TRACE}/{name}"

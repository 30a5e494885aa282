"""What a jurisdiction answers to the rows that only people can tell: a YAML file for each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator

from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.rows import ROWS
from xdsi_sim.topology.checked import Checked, check, did_you_mean, wrong
from xdsi_sim.topology.yaml import read_yaml

__all__ = ["MEANINGS", "Answer", "Answers", "read_answers"]

Word = Literal["yes", "partial", "no", "planned", "not applicable"]

MEANINGS: Final[Mapping[str, Result]] = {
    "yes": Result.PASS,
    "partial": Result.WARN,
    "planned": Result.WARN,
    "no": Result.FAIL,
    "not applicable": Result.NOT_APPLICABLE,
}
"""What a word comes to in the report."""


class Answer(Checked):
    """The answer to one row."""

    answer: Word
    evidence: str = ""
    """Where one can see it: a document, an address."""
    remark: str = ""

    @property
    def result(self) -> Result:
        """What it comes to."""
        return MEANINGS[self.answer]

    @property
    def note(self) -> str:
        """What was said beside the word, in one line."""
        return "; ".join(filter(None, (self.remark, self.evidence)))


def _as_answer(value: Any) -> Any:
    return {"answer": value} if isinstance(value, str) else value


def _rows_exist(answers: dict[str, Answer]) -> dict[str, Answer]:
    for id_ in answers:
        if id_ not in ROWS:
            raise wrong(f"no row '{id_}'.", hint=did_you_mean(id_, ROWS), at=(id_,), at_key=True)
    return answers


def _named(name: str) -> str:
    if not name.strip():
        raise wrong("a country or region is expected here")
    return name


class Answers(Checked):
    """All answers of one jurisdiction."""

    jurisdiction: Annotated[str, AfterValidator(_named)]
    """Country or region."""
    answered: str = ""
    """When, and by whom."""
    architecture: Literal["A", "B", "C", "mixed"] | None = None
    """What it calls its deployment."""
    answers: Annotated[
        dict[str, Annotated[Answer, BeforeValidator(_as_answer)]], AfterValidator(_rows_exist)
    ] = {}
    """By id of the row: a word, or the word with evidence and remark."""


def read_answers(paths: tuple[Path, ...]) -> tuple[Answers, ...]:
    """Read the files; raises UsageError with the place of what is wrong, also where two are of one name."""
    found: dict[str, Answers] = {}
    for path in paths:
        document = read_yaml(path)
        answers = check(Answers, document)
        if answers.jurisdiction in found:
            text = f"the answers of {answers.jurisdiction} are in another file already"
            raise document.error(("jurisdiction",), text)
        found[answers.jurisdiction] = answers
    return tuple(found.values())

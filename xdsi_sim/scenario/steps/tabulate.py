"""`tabulate`: what several ways have brought as one table, in which they have to say the same."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.sameness import cell
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, plural
from xdsi_sim.scenario.tables import Table
from xdsi_sim.scenario.variables import as_text, follow, parse_path
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong

__all__ = ["TABULATE"]


def _a_path(text: str) -> str:
    try:
        parse_path(text)
    except ValueError as error:
        raise wrong(str(error)) from None
    return text


class Tabulate(Checked):
    """The rows, what of them is shown, and what has to be the same."""

    title: str
    """Tables of one title are joined where several scenarios are run."""
    first: dict[str, Any]
    """The row that all others are held against: what each column leads to, as a value."""
    rows: Any
    """A list, such as what a `for-each` has saved: a row for each."""
    names: Any
    """As many: the first column of each row."""
    columns: dict[str, Annotated[str, AfterValidator(_a_path)]]
    """Paths into an item of `rows`, by name. A single value is shown as it is, a list as number and digest
    of what is in it."""
    same: tuple[str, ...]
    """Columns in which all rows must say the same, also those of other scenarios that are run along."""
    same_here: Annotated[tuple[str, ...], Field(alias="same-here")] = ()
    """Columns in which they must in this scenario alone: ids are others in each run."""

    @model_validator(mode="after")
    def _columns_are_there(self) -> Tabulate:
        for key, names in (
            ("same", self.same),
            ("same-here", self.same_here),
            ("first", tuple(self.first)),
        ):
            for name in names:
                if name not in self.columns:
                    raise wrong(
                        f"there is no column '{name}'.", hint=did_you_mean(name, self.columns), at=(key,)
                    )
        for name in self.columns:
            if name not in self.first:
                raise wrong(f"'first' does not say what '{name}' is", at=("first",))
        return self


def play(step: Tabulate, _stage: Stage) -> Outcome:
    """Make the table, and hold each row against the first."""
    for name, items in (("rows", step.rows), ("names", step.names)):
        if not isinstance(items, list | tuple):
            raise StepFailed(f"'{name}' is no list")
    if len(step.rows) != len(step.names):
        raise StepFailed(f"there are {plural(len(step.rows), 'row')}, and {plural(len(step.names), 'name')}")
    paths = {name: parse_path(path) for name, path in step.columns.items()}
    table = Table(
        title=step.title,
        columns=("What", *paths),
        same=step.same,
        same_here=step.same_here,
        rows=(
            ("what was put in", *(cell(step.first[name]) for name in paths)),
            *(
                (as_text(name), *(cell(follow(row, path)) for path in paths.values()))
                for name, row in zip(step.names, step.rows, strict=True)
            ),
        ),
    )
    same = sum(not table.differing(row) for row in table.rows[1:])
    return Outcome(
        text=f"{same} of {plural(len(step.rows), 'row')} the same as what was put in",
        value={"columns": table.shown_columns, "rows": table.shown_rows},
        count=same,
        checks=table.checks,
        table=table,
    )


TABULATE: Final = StepKind(key="tabulate", parameters=Tabulate, play=play, counts="rows that are the same")

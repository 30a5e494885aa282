"""The language of scenarios: one YAML file is a name, a topology, variables and steps.

A step has a name and exactly one key of `steps.KINDS`; its answer is held against `expect`, and `save`
keeps it for later steps. Values only; `loader` checks what goes beyond one value.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Discriminator, Field, Tag, create_model, model_validator

from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.matchers import check_expected
from xdsi_sim.scenario.steps import KINDS
from xdsi_sim.scenario.variables import parse_path
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import Topology

__all__ = ["RESERVED", "Expect", "Scenario", "Step"]

RESERVED: Final = ("actors",)
"""Names that are there from the start."""

_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")


def _a_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise wrong(f"'{text}' is not a name: letters, digits, '_' and '-', the first no digit")
    if text in RESERVED:
        raise wrong(f"the name '{text}' is taken by xdsi-sim")
    return text


Name = Annotated[str, AfterValidator(_a_name)]
Expected = Annotated[Any, AfterValidator(check_expected)]


class Expect(Checked):
    """What the outcome of a step must be; what is not named is not judged.

    Where a step gets SOAP answers and names neither status nor errors, each must be `Success`.
    """

    status: Expected = None
    """Of every SOAP answer: `Success`, `PartialSuccess`, `Failure`."""
    errors: tuple[str, ...] | None = None
    """The errorCodes of all answers, in any order."""
    count: Expected = None
    """Number of what the step is about: entries, documents, images."""
    values: dict[str, Expected] = {}
    """What paths into the saved value lead to: `entries[0].title: {contains: CT}`."""

    @model_validator(mode="after")
    def _paths_are_paths(self) -> Expect:
        for path in self.values:
            try:
                parse_path(path)
            except ValueError as error:
                raise wrong(str(error), at=("values", path), at_key=True) from None
        return self


class StepBase(Checked):
    """One step; `Step` adds a key for each kind."""

    name: str
    """A sentence for somebody who does not know the profile."""
    cites: str | None = None
    """The section that decides, `ITI TF-2: 3.18.4.1.2`."""
    save: Name | None = None
    """Name under which later steps find the outcome."""
    expect: Expect = Expect()

    @property
    def kind(self) -> StepKind:
        """What the step does."""
        return next(kind for kind in KINDS.values() if getattr(self, kind.field) is not None)

    @property
    def parameters(self) -> Checked:
        """The parameters of its kind, references unresolved."""
        parameters: Checked = getattr(self, self.kind.field)
        return parameters

    @model_validator(mode="after")
    def _does_one_thing(self) -> StepBase:
        given = [kind.key for kind in KINDS.values() if getattr(self, kind.field) is not None]
        if len(given) > 1:
            raise wrong(f"a step does one thing, here are {' and '.join(given)}", at=(given[1],), at_key=True)
        if not given:
            raise wrong("the step does nothing", hint=f"It takes one of: {', '.join(KINDS)}.")
        return self


_FIELDS: Final[dict[str, Any]] = {
    kind.field: (kind.parameters | None, Field(default=None, alias=kind.key)) for kind in KINDS.values()
}
Step = create_model("Step", __base__=StepBase, __module__=__name__, **_FIELDS)
"""A step with one optional key for each kind."""


def _form_of_topology(value: Any) -> str:
    return "path" if isinstance(value, str) else "inline"


class Scenario(Checked):
    """One scenario."""

    name: Name
    title: str
    description: str = ""
    """What is tested and why, for a reader who knows neither; blank lines part paragraphs."""
    cites: str | None = None
    topology: Annotated[
        Annotated[str, Tag("path")] | Annotated[Topology, Tag("inline")], Discriminator(_form_of_topology)
    ]
    """Path relative to the scenario, bare name of a topology that ships, or the topology itself."""
    variables: dict[Name, Any] = {}
    steps: tuple[Step, ...]  # type: ignore[valid-type]  # made from the table of kinds

    @model_validator(mode="after")
    def _has_steps(self) -> Scenario:
        if not self.steps:
            raise wrong("a scenario has at least one step", at=("steps",))
        return self

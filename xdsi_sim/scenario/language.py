"""The language of scenarios: one YAML file is a name, a topology, variables and steps.

A step has a name and exactly one key of `steps.KINDS`; its answer is held against `expect`, and `save`
keeps it for later steps. Some kinds hold steps themselves. Values only; `loader` checks what goes beyond
one value.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    create_model,
    model_validator,
)

from xdsi_sim.scenario.extract import Capture, JsonPathText, XPathText
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.matchers import Expected
from xdsi_sim.scenario.steps import KINDS
from xdsi_sim.scenario.variables import Later, parse_path
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import Place

__all__ = ["RESERVED", "Expect", "Findings", "Fragment", "Pieces", "Scenario", "Step", "StepBase"]

RESERVED: Final = ("actors", "new")
"""Names that are there from the start."""

_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")


def _a_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise wrong(f"'{text}' is not a name: letters, digits, '_' and '-', the first no digit")
    if text in RESERVED:
        raise wrong(f"the name '{text}' is taken by xdsi-sim")
    return text


Name = Annotated[str, AfterValidator(_a_name)]
Tags = tuple[Name, ...]


# --- what is expected ------------------------------------------------------------------------


def _a_path(path: str, at: Place) -> None:
    try:
        parse_path(path)
    except ValueError as error:
        raise wrong(str(error), at=at, at_key=True) from None


class Pieces(Checked):
    """What expressions must lead to in one message."""

    xpath: dict[XPathText, Expected] = {}
    """XPath 1.0 with the usual prefixes: `"//rs:RegistryError/@errorCode": XDSRepositoryError`."""
    jsonpath: dict[JsonPathText, Expected] = {}
    """JSONPath (RFC 9535: 2): `"$[*]['0020000D'].Value[0]": "2.999.1"`."""


class Findings(Checked):
    """Which rules may be broken."""

    rules: tuple[str, ...] = ()
    """Exactly these."""
    at_most: int | None = Field(default=None, alias="at-most", ge=0)
    """Any, but no more than this."""


def _findings(value: Any) -> Any:
    if isinstance(value, str) and value != "none":
        raise wrong(f"'{value}' is neither 'none', nor a list of rules, nor {{at-most: N}}")
    return {"rules": []} if value == "none" else {"rules": value} if isinstance(value, list) else value


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
    findings: Annotated[
        Findings | None,
        BeforeValidator(_findings),
        WithJsonSchema(
            {
                "anyOf": [
                    {"const": "none"},
                    {"type": "array", "items": {"type": "string"}},
                    {"type": "object", "properties": {"at-most": {"type": "integer", "minimum": 0}}},
                ]
            }
        ),
    ] = None
    """Rules that the answers break, or what came from others: `none`, exactly a list, or `{at-most: 2}`."""
    request: Pieces = Pieces()
    """What expressions lead to in the message that was sent; of `wait` and `received`, that came."""
    answer: Pieces = Pieces()
    """The same in the answer to it."""

    @model_validator(mode="after")
    def _paths_are_paths(self) -> Expect:
        for path in self.values:
            _a_path(path, ("values", path))
        return self


# --- steps -----------------------------------------------------------------------------------


class StepBase(Checked, Later):
    """One step; `Step` adds a key for each kind."""

    name: str
    """A sentence for somebody who does not know the profile."""
    cites: str | None = None
    """The section that decides, `ITI TF-2: 3.18.4.1.2`."""
    tags: Tags = ()
    """A step with tags is left out where a run asks for others (`run --tag`)."""
    only_if: dict[str, Expected] = Field(default={}, alias="only-if")
    """Paths into what is known, as `${…}` has them, and what they must lead to; else the step is skipped."""
    timeout: Annotated[float, Field(gt=0)] | None = None
    """Seconds after which the step has failed."""
    save: Name | None = None
    """Name under which later steps find the outcome."""
    capture: dict[Name, Capture] = {}
    """Names for pieces of the message that the step was about, by XPath or JSONPath."""
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

    @property
    def saves(self) -> set[str]:
        """Names that it keeps something under."""
        return {*self.capture, *([self.save] if self.save else ())}

    @model_validator(mode="after")
    def _paths_are_paths(self) -> StepBase:
        for path in self.only_if:
            _a_path(path, ("only-if", path))
        return self

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
for _kind in KINDS.values():
    if _kind.holds:  # its parameters hold steps, which were not known before
        _kind.parameters.model_rebuild(_types_namespace={"Step": Step})
Step.model_rebuild()

Steps = Annotated[tuple[Step, ...], Field()]  # type: ignore[valid-type]  # made from the table of kinds


# --- files -----------------------------------------------------------------------------------


def _form_of_topology(value: Any) -> str:
    return "path" if isinstance(value, str) else "inline"


class Fragment(Checked):
    """Steps that scenarios `include`."""

    title: str | None = None
    description: str = ""
    variables: dict[Name, Any] = {}
    """What the steps know, with what each is where the including step does not say; nothing at all must be
    said."""
    steps: Steps

    @model_validator(mode="after")
    def _has_steps(self) -> Fragment:
        _check_steps(self.steps)
        return self


class Scenario(Checked):
    """One scenario."""

    name: Name
    title: str
    description: str = ""
    """What is tested and why, for a reader who knows neither; blank lines part paragraphs."""
    cites: str | None = None
    tags: Tags = ()
    """By which `run --tag` chooses it."""
    topology: Annotated[
        Annotated[str, Tag("path")] | Annotated[Topology, Tag("inline")], Discriminator(_form_of_topology)
    ]
    """Path relative to the scenario, bare name of a topology that ships, or the topology itself."""
    variables: dict[Name, Any] = {}
    setup: Steps = ()
    """Played first; where one does not pass, the others and `steps` are not run."""
    steps: Steps
    teardown: Steps = ()
    """Played last, whatever came of the others."""

    @model_validator(mode="after")
    def _has_steps(self) -> Scenario:
        _check_steps(self.steps)
        return self


def _check_steps(steps: tuple[StepBase, ...]) -> None:
    if not steps:
        raise wrong("a scenario has at least one step", at=("steps",))

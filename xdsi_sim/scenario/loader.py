"""From a file, or the name of one that ships, to a scenario that can be played from end to end.

Whatever can be known before the first step is checked here: names of actors and their roles, files,
references to what is saved later or never. A scenario that is wrong never starts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from xdsi_sim.errors import UsageError
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.filling import texts_of
from xdsi_sim.scenario.kind import ActorOf, FileName
from xdsi_sim.scenario.language import RESERVED, Fragment, Scenario, StepBase
from xdsi_sim.scenario.steps.include import INCLUDE, Include
from xdsi_sim.scenario.variables import parse_path, references
from xdsi_sim.topology.checked import Checked, check, did_you_mean
from xdsi_sim.topology.loader import find_shipped, find_topology, load_topology, with_files
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import Document, Place, read_yaml

__all__ = ["Loaded", "find_scenario", "load_scenario"]

_TEST: Final = re.compile(r"[A-Z]+-\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A scenario, ready to be played."""

    scenario: Scenario
    topology: Topology
    folder: Path
    """Where its relative paths begin."""
    fragments: Mapping[Path, Fragment] = field(default_factory=dict)
    """What its steps include, by resolved path."""

    @property
    def tags(self) -> set[str]:
        """Those of the scenario and of its steps, at any depth."""
        scenario, parts = self.scenario, [fragment.steps for fragment in self.fragments.values()]
        parts += [scenario.setup, scenario.steps, scenario.teardown]
        return {*scenario.tags, *(tag for steps in parts for step in _all(steps) for tag in step.tags)}


def find_scenario(name: str) -> Path:
    """Path of a scenario given by path, or by its bare name among those that ship; of a test, its id."""
    if _TEST.fullmatch(name):
        for path in scenarios().glob(f"suites/*/{name}-*.yaml"):
            return path
    return find_shipped(name, scenarios(), "scenario")


def load_scenario(path: Path) -> Loaded:
    """Read and check a scenario and its topology; raises UsageError with the place of what is wrong."""
    document = read_yaml(path)
    scenario = check(Scenario, document)
    topology = _topology(scenario, document, path)
    file = _File(document=document, folder=path.parent, topology=topology, above=(path.resolve(),))
    known = file.check_variables(scenario.variables)
    for block in ("setup", "steps", "teardown"):
        known = file.check_steps(getattr(scenario, block), (block,), known)
    return Loaded(scenario=scenario, topology=topology, folder=path.parent, fragments=file.fragments)


def _topology(scenario: Scenario, document: Document, path: Path) -> Topology:
    if isinstance(scenario.topology, Topology):
        return with_files(scenario.topology, document, path.parent, ("topology",))
    beside = path.parent / scenario.topology
    try:
        return load_topology(beside if beside.is_file() else find_topology(scenario.topology))
    except UsageError as error:
        if error.file:
            raise
        raise document.error(("topology",), error.message, hint=error.hint) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file of steps, and what is known of it."""

    document: Document
    folder: Path
    topology: Topology
    above: tuple[Path, ...]
    """The files that lead here, this one the last."""
    fragments: dict[Path, Fragment] = field(default_factory=dict)
    """All that was included anywhere."""

    def check_variables(self, variables: Mapping[str, Any]) -> frozenset[str]:
        """The names that the first step may refer to."""
        known = {*RESERVED}
        for name in variables:  # each may refer to those before it
            self._check_references(("variables", name), known)
            known.add(name)
        return frozenset(known)

    def check_steps(self, steps: tuple[StepBase, ...], place: Place, known: frozenset[str]) -> frozenset[str]:
        """Check steps that are played one after the other; gives what is known behind them."""
        for number, step in enumerate(steps):
            known |= self._check_step(step, (*place, number), known)
        return known

    def _check_step(self, step: StepBase, place: Place, known: frozenset[str]) -> set[str]:
        """Check one step; gives what it saves, and what those do that it holds, if that is kept."""
        below, inside = (*place, step.kind.key), set[str]()
        blocks = list(_blocks(step.parameters, below))
        self._check_expectations(step, place)
        self._check_references(place, known, without=tuple(at for at, _ in blocks))
        self._check_conditions(step, place, known)
        for at, marker, value in _marked(step.parameters, below):
            _CHECKS[type(marker)](self, at, marker, value)
        if (name := step.kind.fills(step.parameters)) is not None:
            self._check_filled(self.folder / name, known)
        for at, steps in blocks:
            gives = frozenset(step.kind.gives(step.parameters))
            inside |= self.check_steps(steps, at, known | gives) - known - gives
        for path in getattr(step.parameters, "until", ()):  # of what the steps in it save
            self._check_known(str(parse_path(path)[0]), (*below, "until", path), known | inside, at_key=True)
        if step.kind is INCLUDE and isinstance(step.parameters, Include):
            self._include(step.parameters, below)
        return step.saves | (inside if step.kind.keeps else set())

    def _check_conditions(self, step: StepBase, place: Place, known: frozenset[str]) -> None:
        for path in step.only_if:
            self._check_known(str(parse_path(path)[0]), (*place, "only-if", path), known, at_key=True)

    def _include(self, include: Include, place: Place) -> None:
        """Load the fragment and check it as if it stood here."""
        path = (self.folder / include.file).resolve()
        at: Place = (*place, "file")
        if path in self.above:
            raise self.document.error(at, f"{include.file} includes itself")
        document = read_yaml(self.folder / include.file)
        fragment = self.fragments[path] = check(Fragment, document)
        for name in include.variables:
            if name not in fragment.variables:
                hint = did_you_mean(name, fragment.variables)
                text = f"{include.file} has no variable '{name}'."
                raise self.document.error((*place, "variables", name), text, hint=hint, at_key=True)
        for name, default in fragment.variables.items():
            if default is None and name not in include.variables:
                raise self.document.error(at, f"{include.file} needs a value for its variable '{name}'")
        inner = _File(
            document=document,
            folder=(self.folder / include.file).parent,
            topology=self.topology,
            above=(*self.above, path),
            fragments=self.fragments,
        )
        inner.check_steps(fragment.steps, ("steps",), inner.check_variables(fragment.variables))

    def _check_expectations(self, step: StepBase, place: Place) -> None:
        for name in ("status", "errors"):
            if getattr(step.expect, name) is not None and not step.kind.answers:
                raise self.document.error(
                    (*place, "expect", name),
                    f"'{step.kind.key}' gets no SOAP answer, so there is no {name}",
                    at_key=True,
                )

    def _check_references(
        self, place: Place, known: set[str] | frozenset[str], without: tuple[Place, ...] = ()
    ) -> None:
        for at, text in _texts(self.document, place, without):
            try:
                names = [str(parse_path(reference)[0]) for reference in references(text)]
            except ValueError as error:
                raise self.document.error(at, str(error)) from None
            for name in names:
                self._check_known(name, at, known)

    def _check_filled(self, path: Path, known: frozenset[str]) -> None:
        """A message whose references are replaced refers to what is known."""
        lines = texts_of(path.read_bytes()).splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                names = [str(parse_path(reference)[0]) for reference in references(line)]
            except ValueError as error:
                raise UsageError(str(error), file=str(path), line=number, column=1) from None
            for name in names:
                if name not in known:
                    text = f"nothing is saved as '{name}' before the step that sends this."
                    hint, column = did_you_mean(name, known), line.index("${" + name) + 1
                    raise UsageError(text, file=str(path), line=number, column=column, hint=hint)

    def _check_known(
        self, name: str, at: Place, known: set[str] | frozenset[str], *, at_key: bool = False
    ) -> None:
        if name not in known:
            hint = did_you_mean(name, known)
            text = f"nothing is saved as '{name}' before this step."
            raise self.document.error(at, text, hint=hint, at_key=at_key)


def _all(steps: tuple[StepBase, ...]) -> Iterator[StepBase]:
    """Steps and those that they hold."""
    for step in steps:
        yield step
        for _, held in _blocks(step.parameters, ()):
            yield from _all(held)


def _blocks(value: Any, place: Place) -> Iterator[tuple[Place, tuple[StepBase, ...]]]:
    """The steps that parameters hold, each list of them with its place."""
    if isinstance(value, tuple) and value and isinstance(value[0], StepBase):
        yield place, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _blocks(item, (*place, index))
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _blocks(getattr(value, name), (*place, info.alias or name))


def _texts(document: Document, place: Place, without: tuple[Place, ...] = ()) -> Iterator[tuple[Place, str]]:
    """Every text below `place`, and every key with a reference, but for some places; each with its place."""
    value: Any = document.value
    for part in place:
        value = value[part]
    stack = [(place, value)]
    while stack:
        at, item = stack.pop()
        if at in without:
            continue
        if isinstance(item, str):
            yield at, item
        elif isinstance(item, dict):
            yield from (((*at, key), key) for key in item if "${" in key)
            stack.extend(((*at, key), child) for key, child in item.items())
        elif isinstance(item, list):
            stack.extend(((*at, index), child) for index, child in enumerate(item))


# --- what the markers of `kind` ask for ------------------------------------------------------


def _marked(parameters: Checked, place: Place) -> Iterator[tuple[Place, Any, str]]:
    """Each marked text of the parameters that is no reference: its place, its marker, itself."""
    for name, info in type(parameters).model_fields.items():
        at = (*place, info.alias or name)
        value = getattr(parameters, name)
        for index, inner in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(inner, Checked) and not isinstance(inner, StepBase):
                yield from _marked(inner, (*at, index) if isinstance(value, tuple) else at)
        for marker in info.metadata:
            if type(marker) not in _CHECKS or value is None:
                continue
            for index, text in enumerate(value if isinstance(value, tuple) else (value,)):
                if not any(references(text)):
                    yield (*at, index) if isinstance(value, tuple) else at, marker, text


def _check_actor(file: _File, at: Place, marker: ActorOf, name: str) -> None:
    document = file.document
    actors = {placed.actor.id: placed.actor for placed in file.topology.actors()}
    fitting = [id_ for id_, actor in actors.items() if isinstance(actor, marker.kinds)]
    if name not in actors:
        raise document.error(at, f"unknown actor '{name}'.", hint=did_you_mean(name, fitting))
    if name not in fitting:
        found, wanted = actors[name].role, marker.roles
        raise document.error(at, f"'{name}' has the role {found}, not {wanted}.", hint=_choice(fitting))


def _choice(names: list[str]) -> str | None:
    return f"There is {', '.join(names)}." if names else None


def _check_file(file: _File, at: Place, _marker: FileName, name: str) -> None:
    if not (file.folder / name).exists():
        raise file.document.error(at, f"no such file or folder: {name}")


_CHECKS: Final[dict[type, Callable[[_File, Place, Any, str], None]]] = {
    ActorOf: _check_actor,
    FileName: _check_file,
}

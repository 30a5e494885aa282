"""From a file, or the name of one that ships, to a scenario that can be played from end to end.

Whatever can be known before the first step is checked here: names of actors and their roles, files,
references to what is saved later or never. A scenario that is wrong never starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.kind import ActorOf, FileName
from xdsi_sim.scenario.language import RESERVED, Scenario, StepBase
from xdsi_sim.scenario.variables import parse_path, references
from xdsi_sim.topology.checked import Checked, check, did_you_mean
from xdsi_sim.topology.loader import find_shipped, find_topology, load_topology, with_files
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import Document, Place, read_yaml

__all__ = ["Loaded", "find_scenario", "load_scenario"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A scenario, ready to be played."""

    scenario: Scenario
    topology: Topology
    folder: Path
    """Where its relative paths begin."""


def find_scenario(name: str) -> Path:
    """Path of a scenario given by path, or by its bare name among those that ship."""
    return find_shipped(name, scenarios(), "scenario")


def load_scenario(path: Path) -> Loaded:
    """Read and check a scenario and its topology; raises UsageError with the place of what is wrong."""
    document = read_yaml(path)
    scenario = check(Scenario, document)
    loaded = Loaded(scenario=scenario, topology=_topology(scenario, document, path), folder=path.parent)
    known = {*RESERVED}
    for name in scenario.variables:  # each may refer to those before it
        _check_references(document, ("variables", name), known)
        known.add(name)
    steps: tuple[StepBase, ...] = scenario.steps
    for number, step in enumerate(steps):
        place: Place = ("steps", number)
        _check_expectations(step, document, place)
        _check_references(document, place, known)
        for at, marker, value in _marked(step.parameters, (*place, step.kind.key)):
            _CHECKS[type(marker)](loaded, document, at, marker, value)
        known |= {step.save} if step.save else set()
    return loaded


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


def _check_expectations(step: StepBase, document: Document, place: Place) -> None:
    for name in ("status", "errors"):
        if getattr(step.expect, name) is not None and not step.kind.answers:
            raise document.error(
                (*place, "expect", name),
                f"'{step.kind.key}' gets no SOAP answer, so there is no {name}",
                at_key=True,
            )


def _check_references(document: Document, place: Place, known: set[str]) -> None:
    for at, text in _texts(document, place):
        try:
            names = [str(parse_path(reference)[0]) for reference in references(text)]
        except ValueError as error:
            raise document.error(at, str(error)) from None
        for name in names:
            if name not in known:
                hint = did_you_mean(name, known)
                raise document.error(at, f"nothing is saved as '{name}' before this step.", hint=hint)


def _texts(document: Document, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text below `place`, with its place."""
    value: Any = document.value
    for part in place:
        value = value[part]
    stack = [(place, value)]
    while stack:
        at, item = stack.pop()
        if isinstance(item, str):
            yield at, item
        elif isinstance(item, dict):
            stack.extend(((*at, key), child) for key, child in item.items())
        elif isinstance(item, list):
            stack.extend(((*at, index), child) for index, child in enumerate(item))


# --- what the markers of `kind` ask for ------------------------------------------------------


def _marked(parameters: Checked, place: Place) -> Iterator[tuple[Place, Any, str]]:
    """Each marked text of the parameters that is no reference: its place, its marker, itself."""
    for name, field in type(parameters).model_fields.items():
        at = (*place, field.alias or name)
        value = getattr(parameters, name)
        for index, inner in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(inner, Checked):
                yield from _marked(inner, (*at, index) if isinstance(value, tuple) else at)
        for marker in field.metadata:
            if type(marker) not in _CHECKS or value is None:
                continue
            for index, text in enumerate(value if isinstance(value, tuple) else (value,)):
                if not any(references(text)):
                    yield (*at, index) if isinstance(value, tuple) else at, marker, text


def _check_actor(loaded: Loaded, document: Document, at: Place, marker: ActorOf, name: str) -> None:
    actors = {placed.actor.id: placed.actor for placed in loaded.topology.actors()}
    fitting = [id_ for id_, actor in actors.items() if isinstance(actor, marker.kind)]
    if name not in actors:
        raise document.error(at, f"unknown actor '{name}'.", hint=did_you_mean(name, fitting))
    if name not in fitting:
        found, wanted = actors[name].role, marker.kind.role
        raise document.error(at, f"'{name}' has the role {found}, not {wanted}.", hint=_choice(fitting))


def _choice(names: list[str]) -> str | None:
    return f"There is {', '.join(names)}." if names else None


def _check_file(loaded: Loaded, document: Document, at: Place, _marker: FileName, name: str) -> None:
    if not (loaded.folder / name).exists():
        raise document.error(at, f"no such file or folder: {name}")


_CHECKS: Final[dict[type, Callable[[Loaded, Document, Place, Any, str], None]]] = {
    ActorOf: _check_actor,
    FileName: _check_file,
}

"""What a test needs beside messages over the wire: actors of ours, new patients, actors for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from xdsi_sim.scenario.language import StepBase
from xdsi_sim.scenario.loader import Loaded

__all__ = ["addresses", "changes_actors", "looked_into", "new_patients", "steps_of"]

_LOOKS_INTO: Final[Mapping[str, tuple[str, ...]]] = {
    "load": ("source",),
    "reject": ("source",),
    "key-image-note": ("source",),
    "publish": ("source",),
    "publish-report": ("source",),
    "register-on-demand": ("source",),
    "receive": ("recipient",),
    "stop": ("actors",),
    "delay": ("actors",),
    "move": ("source",),
    "fault": ("actor",),
    "wait": ("to",),
    "received": ("actor",),
}
"""Kinds of steps that an actor of the own process is needed for, and the keys that name it."""
_ON_THE_WEB: Final[Mapping[str, str]] = {
    "store": "dicomweb",
    "search": "dicomweb",
    "wado-rs": "dicomweb",
    "wado-uri": "wado",
}
"""Kinds of steps that ask an imaging source at an address beside that of SOAP, with its key."""
_LASTING: Final = ("stop", "delay", "move")
"""Kinds of steps after which an actor is not for others any more."""


def steps_of(loaded: Loaded) -> Iterator[StepBase]:
    """All steps of a test, at any depth."""
    scenario = loaded.scenario
    for steps in (scenario.setup, scenario.steps, scenario.teardown):
        yield from _all(steps)
    for fragment in loaded.fragments.values():
        yield from _all(fragment.steps)


def _all(steps: tuple[StepBase, ...]) -> Iterator[StepBase]:
    for step in steps:
        yield step
        yield from _all(tuple(_held(step.parameters)))


def _held(value: object) -> Iterator[StepBase]:
    """The steps that parameters hold, be it in branches."""
    if isinstance(value, StepBase):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _held(getattr(value, name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _held(item)


def looked_into(loaded: Loaded) -> frozenset[str]:
    """Ids of the actors that the test looks into, or changes: they have to be ours."""
    return frozenset(id_ for step in steps_of(loaded) for id_ in _looked_into(step))


def _looked_into(step: StepBase) -> Iterator[str]:
    for key in _LOOKS_INTO.get(step.kind.key, ()):
        named = getattr(step.parameters, key)
        yield from (named,) if isinstance(named, str) else named or ()


def addresses(loaded: Loaded) -> Iterator[tuple[str, str, bool]]:
    """Actors of whom the test needs an address beside that of SOAP, each with the key of a peer that has it.

    Also whether it can do without where the studies of the test have been loaded before.
    """
    for step in steps_of(loaded):
        kind, told = step.kind.key, step.parameters
        if kind in _ON_THE_WEB:
            yield getattr(told, "source", ""), _ON_THE_WEB[kind], kind == "store" and _are_samples(told)
        elif kind == "fetch" and getattr(told, "by", "") == "xc-wado":
            yield getattr(told, "through", ""), "xcWado", False


def _are_samples(store: object) -> bool:
    """Whether somebody can have loaded what is stored: samples under their own UIDs."""
    return not getattr(store, "root", None) and not getattr(store, "paths", ())


def changes_actors(loaded: Loaded) -> bool:
    """Whether actors are not the same any more when the test has ended."""
    return any(step.kind.key in _LASTING for step in steps_of(loaded))


def new_patients(loaded: Loaded) -> Mapping[str, int]:
    """How many patients the test needs that were never there, by the registry that has to know them."""
    needed: dict[str, int] = {}
    for step in steps_of(loaded):
        number = getattr(step.parameters, "new", None) if step.kind.key == "patient" else None
        if number is not None:
            registry = str(getattr(step.parameters, "registry", ""))
            needed[registry] = needed.get(registry, 0) + number
    return needed

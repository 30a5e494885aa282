"""The catalogue of `docs/rules.md`, made from the rules that are registered.

`python tests/rules_page.py` prints it, to be put between the marks of the page.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter, itemgetter

import xdsi_sim.rules
from xdsi_sim.rules.actions import ACTIONS
from xdsi_sim.rules.catalogue import SEEN_TO_BY_OTHERS
from xdsi_sim.rules.catalogue import catalogue as catalogue_of_all
from xdsi_sim.rules.registry import META, RULES, Rule
from xdsi_sim.rules.serving import SERVING_RULES

__all__ = ["catalogue"]

GROUPS = {
    "C": "Structure",
    "D": "Attributes",
    "E": "Associations",
    "F": "Registry",
    "G": "Repository",
    "H": "Retrieves",
    "I": "Queries",
    "J": "Answers",
    "K": "Patient feed",
    "L": "Updates and removal",
    "N": "Patient discovery",
}

for module in pkgutil.iter_modules(xdsi_sim.rules.__path__, "xdsi_sim.rules."):
    importlib.import_module(module.name)  # each registers its rules


def catalogue() -> str:
    """Rules by group, those that actors break or keep, and what actors do of themselves, in Markdown."""
    return "\n".join((*rules(), *serving(), *actions()))


def rules() -> Iterator[str]:
    listed = sorted(id for id in RULES if id[0] in GROUPS)  # those of manifests stand in their own manual
    for group, members in groupby(listed, key=itemgetter(0)):
        yield from (f"### {group}: {GROUPS[group]}", "")
        yield "| Rule | Weighs | What must hold | Code | Source |"
        yield "|---|---|---|---|---|"
        yield from (row(RULES[id]) for id in members)
        yield ""


def row(rule: Rule) -> str:
    weight = rule.severity + ("\\*" if rule.adjustable else "")
    return f"| {rule.id} | {weight} | {cell(rule.text)} | {code(rule)} | {source(rule.cites)} |"


def serving() -> Iterator[str]:
    yield from ("### What an actor finds out while it serves", "")
    yield "| Rule | Weighs | What must hold | Code | Source |"
    yield "|---|---|---|---|---|"
    entries = (
        catalogue_of_all()[id] for id in sorted((*SERVING_RULES, *map(attrgetter("id"), SEEN_TO_BY_OTHERS)))
    )
    for entry in entries:
        codes = ", ".join(f"`{code}`" for code in entry.codes) or "none"
        yield f"| {entry.id} | {entry.severity} | {cell(entry.text)} | {codes} | {source(entry.cites)} |"
    yield ""


def actions() -> Iterator[str]:
    yield from ("### What actors do of themselves", "")
    yield "| Id | What they do | Source |"
    yield "|---|---|---|"
    for action in sorted(ACTIONS.values(), key=attrgetter("id")):
        yield f"| {action.id} | {cell(action.text)} | {source(action.cites)} |"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def code(rule: Rule) -> str:
    if rule.code is None:
        return "none"
    return "metadata error" if rule.code == META else f"`{rule.code}`"


def source(cites: str | None) -> str:
    return cites or "chosen here"


if __name__ == "__main__":
    print(catalogue())  # noqa: T201  that is what it is for

"""Findings as the pages show them, each with the rule in words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from markupsafe import Markup

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.judgement import Told
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.rules.catalogue import code_named, explain, explain_code

__all__ = ["code_in_words", "in_words", "shown"]


@cache
def in_words(rule: str) -> str | None:
    """What `xdsi-sim explain` says of a rule; None where it knows none of that name."""
    try:
        return explain(rule)
    except UsageError:
        return None


@cache
def code_in_words(code: str) -> str | None:
    """What `xdsi-sim explain` says of an errorCode; None for one that the framework has not."""
    row = code_named(code)
    return None if row is None else explain_code(row)


def shown(inspected: Inspected, told: Iterable[Told]) -> list[tuple[str, Markup]]:
    """How grave each is, and its markup."""
    macros: Any = inspected.templates.get_template("findings.html.j2").module
    return [
        (one.finding.severity.value, Markup(macros.finding(one, in_words(one.finding.rule)))) for one in told
    ]

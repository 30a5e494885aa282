"""`xdsi-sim explain`: what a rule asks, what a peer is told, and where it says so."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xdsi_sim.cli.options import JsonOption

if TYPE_CHECKING:
    from rich.console import Console

    from xdsi_sim.rules.catalogue import Entry
    from xdsi_sim.rules.error_codes import ErrorCode

__all__ = ["explain"]


def explain(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[RULE...]", help="Ids (D08) or error codes; without, all.")
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Explain rules by their ids, or error codes by the rules that raise them.

    Without a name it lists all rules by group.

    Example: xdsi-sim explain D08 XDSPatientIdDoesNotMatch
    """
    from xdsi_sim.rules.catalogue import catalogue, code_named, entry_of

    found = [code_named(name) or entry_of(name) for name in names or ()]  # all, before the first is told
    if json_:
        shown = found or list(catalogue().values())
        print(json.dumps({"explained": [_facts(one) for one in shown]}))
        return
    from xdsi_sim.scenario.printing import console

    output = console()
    if not found:
        _print_groups(output)
    for number, one in enumerate(found):
        output.print(("\n" if number else "") + _text(one), markup=False)


def _facts(found: Entry | ErrorCode) -> dict[str, Any]:
    from xdsi_sim.rules.catalogue import Entry, raised_by

    if isinstance(found, Entry):
        return {"kind": "rule", **asdict(found), "told": found.told}
    return {
        "kind": "code",
        "code": found.code,
        "meaning": found.meaning,
        "severities": [severity.value for severity in found.severities],
        "transactions": sorted(found.transactions),
        "codeContext": found.context.words,
        "instead": found.instead,
        "rules": [entry.id for entry in raised_by(found.code)],
    }


def _text(found: Entry | ErrorCode) -> str:
    from xdsi_sim.rules.catalogue import Entry, explain_code
    from xdsi_sim.rules.catalogue import explain as in_words

    return in_words(found.id) if isinstance(found, Entry) else explain_code(found)


def _print_groups(output: Console) -> None:
    from xdsi_sim.rules.catalogue import GROUPS, catalogue

    for group, entries in groupby(catalogue().values(), key=lambda entry: entry.id[0]):
        output.print(f"[bold]{group}  {GROUPS[group]}[/bold]")
        for entry in entries:
            output.print(f"{entry.id}  {entry.severity:<8}{entry.text}", markup=False)

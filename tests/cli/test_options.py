from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import xdsi_sim.cli

FOLDER = Path(xdsi_sim.cli.__file__).parent


def declared() -> dict[str, list[str]]:
    """Where options are declared, by how they are."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "typer.Option" and node.args:
                found[ast.unparse(node)].append(f"{file.name}:{node.lineno}")
    return found


def test_no_option_is_declared_twice() -> None:
    assert len(declared()) > 20
    twice = {option: places for option, places in declared().items() if len(places) > 1}
    assert twice == {}

"""What all commands have in common: exit codes, and options that mean the same everywhere."""

from __future__ import annotations

from typing import Annotated, Final

import typer

__all__ = ["COULD_NOT_RUN", "DATA_VARIABLE", "FINDINGS", "GOOD", "USAGE", "JsonOption"]

GOOD: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
COULD_NOT_RUN: Final = 3

DATA_VARIABLE: Final = "XDSI_SIM_DATA"
"""Names the data folder, for `up` and for those who look into it."""

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

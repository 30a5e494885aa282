"""What `manifest validate` tells of the findings in documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from xdsi_sim.dicom.kos_document import KosDocument
from xdsi_sim.errors import Finding
from xdsi_sim.scenario.printing import console, print_table
from xdsi_sim.visible import visible_line

__all__ = ["findings_value", "print_findings"]

_FIELDS: Final = ("rule", "severity", "location", "text", "cites")
_COLUMNS: Final = ("Weight", "Rule", "Where", "What", "Source")


def findings_value(file: Path, document: KosDocument, found: Iterable[Finding]) -> dict[str, Any]:
    """For programs."""
    title = document.title
    return {
        "file": str(file),
        "title": title.value if title else None,
        "findings": [{name: getattr(one, name) for name in _FIELDS} for one in found],
    }


def print_findings(judged: Iterable[tuple[Path, KosDocument, tuple[Finding, ...]]]) -> None:
    """For people: a table for each file in which something is wrong."""
    output = console()
    for file, document, found in judged:
        title = document.title
        name = f"{file}: {title.value} {title.meaning}" if title else str(file)
        if found:
            print_table(output, name, _COLUMNS, _rows(found))
        else:
            print(visible_line(f"{name}: nothing is wrong"))


def _rows(found: Iterable[Finding]) -> Iterator[tuple[str, ...]]:
    for one in found:
        yield str(one.severity), one.rule, one.location or "", one.text, one.cites or ""

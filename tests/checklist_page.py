"""The rows of `docs/checklist.md`, made of the table.

`python tests/checklist_page.py` prints them, to be put between the marks of the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.checklist.rows import ROWS, SETS
from xdsi_sim.checklist.table import automatic, cited

__all__ = ["page"]


def page() -> str:
    """A section for each set."""
    return "\n".join(line for letter, title in SETS.items() for line in _section(letter, title))


def _section(letter: str, title: str) -> Iterator[str]:
    yield from (f"### {letter}: {title}", "", "| Row | What is recommended | How it is found out | Source |")
    yield "|---|---|---|---|"
    for row in ROWS.values():
        if row.set == letter:
            how = f"with MHD: {row.how}" if row.stack else row.how if automatic(row) else "asked"
            where = f" (architecture {' and '.join(row.architectures)})" if row.architectures else ""
            yield f"| {row.id} | {row.topic}: {row.recommendation}{where} | {how} | {cited(row) or ''} |"
    yield ""


if __name__ == "__main__":
    print(page())  # noqa: T201

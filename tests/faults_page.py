"""The catalogue of `docs/faults.md`, made from the deviations that are registered.

`python tests/faults_page.py` prints it, to be put after the mark of the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.deviations.catalogue import families
from xdsi_sim.deviations.deviation import (
    MTOM,
    QUERIES,
    RETRIEVES,
    SOAP,
    STATUS,
    SUBMISSIONS,
    Deviation,
    Family,
)

__all__ = ["catalogue"]

TITLES = {
    Family.TRANSPORT: "Transport: right answers, sent wrongly",
    Family.HTTP: "HTTP",
    Family.TLS: "TLS",
    Family.SOAP: "SOAP",
    Family.ADDRESSING: "WS-Addressing",
    Family.MTOM: "MTOM and XOP",
    Family.STATUS: "Status and errors",
    Family.CODE: "Error codes",
    Family.QUERY: "Queries",
    Family.RETRIEVE: "Retrieves",
    Family.IMAGE: "Images and manifests",
}
NAMED = {
    SOAP: "SOAP",
    MTOM: "all with MTOM",
    STATUS: "all with a status",
    QUERIES: "queries",
    RETRIEVES: "retrieves",
    SUBMISSIONS: "submissions",
}
"""Sets of transactions by their names."""


def catalogue() -> str:
    """Deviations by family, in Markdown."""
    return "\n".join(lines())


def lines() -> Iterator[str]:
    for family, rows in families():
        yield from (f"### {TITLES[family]}", "")
        yield "| Id | What is wrong | Fits | Our own client | Source |"
        yield "|---|---|---|---|---|"
        yield from map(row, rows)
        yield ""


def row(one: Deviation) -> str:
    parameters = "".join(f" `{each.name}={each.default}`" for each in one.parameters)
    asked = " \\*" if one.instead else ""
    cells = (f"`{one.id}`{asked}", cell(one.text) + parameters, fits(one), seen(one), one.cites or "")
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def fits(one: Deviation) -> str:
    if one.transactions is None:
        return "all"
    return NAMED.get(one.transactions) or ", ".join(one.transactions)


def seen(one: Deviation) -> str:
    found = f"finds {', '.join(one.finds)}" if one.finds else ""
    comes = f"gets “{cell(one.comes)}”" if one.comes else ""
    return ", ".join(text for text in (found, comes) if text) or "notices nothing"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    print(catalogue())  # noqa: T201  that is what it is for

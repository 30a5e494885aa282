"""All messages, the newest first: a page of the log at a time, chosen by what is asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from xdsi_sim.content import FileContent
from xdsi_sim.errors import Severity
from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.scenario.reports.capture import export as write
from xdsi_sim.scenario.reports.glossary import TRANSACTION_TITLES
from xdsi_sim.scenario.reports.sequence import Tone, tone_of
from xdsi_sim.store.exchange_reader import Selection

__all__ = ["Row", "export", "messages", "rows", "rows_of"]

_PAGE: Final = 100
_LONGEST: Final = 200
"""Characters of what is looked for."""
_FILTERS: Final = ("actor", "transaction", "status", "session", "finding", "patient", "text")
_GRAVITY: Final = list(Severity)
STATUSES: Final = ("Success", "PartialSuccess", "Failure", "Fault", "HTTP 2", "HTTP 4", "HTTP 5", "no answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One exchange in a table."""

    exchange: Exchange
    title: str | None
    """What its transaction is called."""
    tone: Tone
    size: int
    """Octets of both bodies."""
    worst: Severity | None
    """Of its findings."""


def rows_of(exchanges: Iterable[Exchange]) -> tuple[Row, ...]:
    """A row for each."""
    return tuple(map(_row, exchanges))


def _row(exchange: Exchange) -> Row:
    severities = {finding.severity for finding in exchange.findings}
    return Row(
        exchange=exchange,
        title=TRANSACTION_TITLES.get(exchange.transaction),
        tone=tone_of(exchange.status),
        size=exchange.request.body.size + (exchange.response.body.size if exchange.response else 0),
        worst=min(severities, key=_GRAVITY.index, default=None),
    )


def messages(inspected: Inspected, asked: Asked) -> Answered:
    """The newest, or those before a mark."""
    log, chosen = inspected.log, _chosen(asked.query)
    mark, before = log.mark(), _number(asked.query, "before")
    found = log.page(Selection(**chosen), _PAGE, before=before)
    older = found[-1][0] if len(found) == _PAGE else None
    return inspected.page(
        "messages.html.j2",
        rows=rows_of(exchange for _, exchange in found),
        mark=mark,
        live=before is None,
        chosen=chosen,
        query=urlencode(chosen),
        older=urlencode({**chosen, "before": older}) if older else None,
        actors=[actor.id for actor in inspected.actors],
        transactions=inspected.tally.transactions(),
        statuses=STATUSES,
        total=inspected.tally.total(),
        sessions=inspected.running.sessions is not None,
    )


def rows(inspected: Inspected, asked: Asked) -> Answered:
    """What was recorded after a mark, the newest first and a page at most; headers tell the next mark."""
    log, chosen = inspected.log, _chosen(asked.query)
    mark, after = log.mark(), _number(asked.query, "after") or 0
    found = log.page(Selection(**chosen), _PAGE, before=mark + 1, after=after)
    told = inspected.page("rows.html.j2", rows=rows_of(exchange for _, exchange in found))
    more = (("Inspector-Mark", str(mark)), ("Inspector-Total", str(inspected.tally.total())))
    return Answered(segments=told.segments, headers=more)


def export(inspected: Inspected, asked: Asked) -> Answered:
    """A ZIP of all that is chosen, as `xdsi-sim log export` writes it."""
    with tempfile.NamedTemporaryFile(dir=inspected.running.folder / "spool", delete=False) as made:
        path = Path(made.name)
    try:
        write(inspected.log.all(Selection(**_chosen(asked.query))), path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Refused(500, f"The export could not be written: {error.strerror}.") from None
    return Answered.download("exchanges.zip", [FileContent.of(path)], path)


def _chosen(query: Mapping[str, str]) -> dict[str, str]:
    """What is asked for, as a Selection takes it."""
    given = {name: query.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
    return {name: value for name, value in given.items() if value}


def _number(query: Mapping[str, str], name: str) -> int | None:
    """A mark; raises Refused."""
    text = query.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Refused(400, f"'{name}' is to be a number.")
    return int(text) if text else None

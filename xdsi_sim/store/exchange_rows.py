"""The table of recorded exchanges: facts and heads, and where the bodies are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.store.bodies import Linked, Place, content_of
from xdsi_sim.store.sqlite import Row, Schema

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["COLUMNS", "SCHEMA", "exchange_of", "row_of"]

_FACTS: Final = {
    **dict.fromkeys(("id", "conversation", "sender", "receiver", "transaction_"), str),
    "started": float,
    "duration": float,
    "status": str,
    "findings": str,
    "segment": int,
}
_ADDED: Final = {"deviations": str, "session": str, "patients": str}
"""What later versions have added, one each."""
_MESSAGE: Final = {"head": str, "offset": int, "size": int, "linked": str}
_SIDES: Final = ("request", "response")
_FIRST: Final = _FACTS | {f"{side}_{name}": kind for side in _SIDES for name, kind in _MESSAGE.items()}
_TABLE: Final = _FIRST | _ADDED
COLUMNS: Final = ", ".join(_TABLE)
"""In the order of `row_of` and `exchange_of`."""


def _create(database: sqlite_utils.Database) -> None:
    table = database.table("exchange")
    table.create(_FIRST, pk="id")
    for columns in (["conversation", "started"], ["started"], ["segment"]):
        table.create_index(columns)


def _add_deviations(database: sqlite_utils.Database) -> None:
    database.table("exchange").add_column("deviations", str)


def _add_session(database: sqlite_utils.Database) -> None:
    database.table("exchange").add_column("session", str)
    _index_sessions(database)


def _index_sessions(database: sqlite_utils.Database) -> None:
    # of what is in one alone, so that nothing else pays for it
    database.execute("CREATE INDEX idx_exchange_session ON exchange (session) WHERE session IS NOT NULL")


def _add_patients(database: sqlite_utils.Database) -> None:
    database.table("exchange").add_column("patients", str)


def _order_by_segment(database: sqlite_utils.Database) -> None:
    """Have indexes grow at their end.

    Ids are random: in the order of ids alone, each row would change pages of its own all over the index.
    """
    database.execute("ALTER TABLE exchange RENAME TO unordered")
    columns = database.table("unordered").columns_dict
    table = database.table("exchange")
    table.create(columns)
    names = ", ".join(("rowid", *columns))
    database.execute(f"INSERT INTO exchange ({names}) SELECT {names} FROM unordered ORDER BY rowid")  # noqa: S608  all of it is ours
    database.execute("DROP TABLE unordered")
    for indexed in (["segment", "id"], ["segment", "conversation"], ["started"]):
        table.create_index(indexed)
    _index_sessions(database)


SCHEMA: Final = Schema(
    application_id=0x5844584D,
    subject="exchange log",
    migrations=(_create, _add_deviations, _add_session, _add_patients, _order_by_segment),
)


def row_of(
    exchange: Exchange, segment: int, request: Place, response: Place | None, patients: Iterable[str] = ()
) -> Row:
    """An exchange whose bodies, which name these patients, are at these places of a segment."""
    return (
        exchange.id,
        exchange.conversation,
        exchange.sender,
        exchange.receiver,
        exchange.transaction,
        exchange.started,
        exchange.duration,
        exchange.status,
        json.dumps([_plain(finding) for finding in exchange.findings]) if exchange.findings else "[]",
        segment,
        *_columns(exchange.request, request),
        *_columns(exchange.response, response),
        json.dumps(exchange.deviations) if exchange.deviations else None,
        exchange.session,
        "\n".join(patients) or None,
    )


def _columns(message: HttpMessage | None, place: Place | None) -> Row:
    if message is None or place is None:
        return (None,) * len(_MESSAGE)
    linked = [(after, content.name, content.size) for after, content in place.linked]
    head = json.dumps((message.start_line, message.headers))
    return head, place.offset, place.size, json.dumps(linked) if linked else None


def exchange_of(row: Sequence[Any], bodies: Path) -> Exchange:
    """The exchange of a row; its bodies are read from `bodies` when somebody opens them."""
    facts = dict(zip(_TABLE, row, strict=True))
    request = _message(facts, "request", bodies)
    if request is None:
        raise ValueError(f"exchange {facts['id']} has no request")
    return Exchange(
        id=facts["id"],
        conversation=facts["conversation"],
        sender=facts["sender"],
        receiver=facts["receiver"],
        transaction=facts["transaction_"],
        started=facts["started"],
        duration=facts["duration"],
        status=facts["status"],
        findings=tuple(_finding(item) for item in json.loads(facts["findings"])),
        request=request,
        response=_message(facts, "response", bodies),
        deviations=tuple(json.loads(facts["deviations"] or "[]")),
        session=facts["session"],
        patients=tuple((facts["patients"] or "").splitlines()),
    )


def _message(facts: dict[str, Any], side: str, bodies: Path) -> HttpMessage | None:
    head, offset, size, linked = (facts[f"{side}_{name}"] for name in _MESSAGE)
    if head is None:
        return None
    start_line, headers = json.loads(head)
    contents = tuple((after, Linked(name, octets)) for after, name, octets in json.loads(linked or "[]"))
    return HttpMessage(
        start_line=start_line,
        headers=tuple((name, value) for name, value in headers),
        body=content_of(bodies, facts["segment"], Place(offset, size, contents)),
    )


def _plain(finding: Finding) -> Sequence[str | None]:
    return (finding.rule, finding.severity.value, finding.text, finding.location, finding.cites)


def _finding(plain: Iterable[Any]) -> Finding:
    rule, severity, text, location, cites = plain
    return Finding(rule=rule, severity=Severity(severity), text=text, location=location, cites=cites)

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from an_exchange import FINDING, a_message, an_exchange

from xdsi_sim.content import BytesContent, FileContent, SegmentsContent
from xdsi_sim.exchange import Exchange
from xdsi_sim.store.bodies import Linked, Place
from xdsi_sim.store.exchange_rows import COLUMNS, SCHEMA, exchange_of, row_of
from xdsi_sim.store.sqlite import Database, Schema, insert


def through(exchange: Exchange, *places: Place | None) -> Exchange:
    request, response = places
    assert request is not None
    return exchange_of(row_of(exchange, 7, request, response), Path("bodies"))


def test_facts_heads_and_findings_come_back() -> None:
    request = a_message("GET / HTTP/1.1", A="1", B='quoted "ü"')
    exchange = an_exchange(findings=(FINDING,), request=request, response=None, status="no answer: gone")
    found = through(exchange, Place(3, 0), None)
    assert (found.findings, found.response, found.status) == ((FINDING,), None, "no answer: gone")
    assert (found.request.start_line, found.request.headers) == (request.start_line, request.headers)
    assert (found.id, found.conversation, found.sender) == (exchange.id, "c1", "viewer")
    assert (found.started, found.duration, found.transaction) == (1001.0, 0.018, "ITI-18")


def test_bodies_are_known_by_size_before_they_are_read() -> None:
    place = Place(10, 30, ((20, Linked("abc", 100_000)), (30, Linked("def", 5))))
    found = through(an_exchange(), place, Place(40, 8))
    assert isinstance(found.request.body, SegmentsContent)
    assert found.request.body.size == 100_035
    assert found.request.body.segments[1] == FileContent(Path("bodies/000007/abc"), 100_000)
    assert found.response is not None
    assert found.response.body.size == 8


def test_a_row_has_a_value_for_each_column() -> None:
    row = row_of(an_exchange(body=BytesContent(b"")), 1, Place(0, 0), Place(0, 0))
    assert len(row) == len(COLUMNS.split(", "))


def test_what_was_wrong_on_purpose_comes_back() -> None:
    exchange = an_exchange(deviations=("delay seconds=2", "doctype"))
    assert through(exchange, Place(0, 0), None).deviations == ("delay seconds=2", "doctype")


def test_whom_the_messages_name_comes_back() -> None:
    row = row_of(an_exchange(), 1, Place(0, 0), None, ("P1^^^&1.2&ISO", "P2^^^&1.2&ISO"))
    assert exchange_of(row, Path("bodies")).patients == ("P1^^^&1.2&ISO", "P2^^^&1.2&ISO")


def test_a_log_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    first = Schema(
        application_id=SCHEMA.application_id, subject=SCHEMA.subject, migrations=SCHEMA.migrations[:1]
    )
    old = ", ".join(COLUMNS.split(", ")[:-3])
    with Database(tmp_path / "log.db", first) as database:
        row = row_of(an_exchange(), 1, Place(0, 0), None)[:-3]
        database.submit(lambda connection: insert(connection, f"exchange ({old})", [row])).result()
    with Database(tmp_path / "log.db", SCHEMA) as database:
        (found,) = database.reader().execute(f"SELECT {COLUMNS} FROM exchange").fetchall()  # noqa: S608
    was = exchange_of(found, Path("bodies"))
    assert (was.deviations, was.session) == ((), None)
    assert was.id == an_exchange().id


def test_marks_stay_what_they_were_when_a_log_is_brought_up_to_date(tmp_path: Path) -> None:
    """They are rowids, and those of what was forgotten are not given again."""
    fourth = replace(SCHEMA, migrations=SCHEMA.migrations[:4])
    made = [an_exchange(number) for number in (1, 2, 3)]
    with Database(tmp_path / "log.db", fourth) as database:
        rows = [row_of(one, 1, Place(0, 0), None) for one in made]
        database.submit(lambda connection: insert(connection, f"exchange ({COLUMNS})", rows)).result()
        database.submit(
            lambda connection: connection.execute("DELETE FROM exchange WHERE rowid = 1")
        ).result()
    with Database(tmp_path / "log.db", SCHEMA) as database:
        found = database.reader().execute("SELECT rowid, id FROM exchange").fetchall()
    assert found == [(2, made[1].id), (3, made[2].id)]


def test_the_session_comes_back() -> None:
    assert through(an_exchange(session="acme"), Place(0, 0), None).session == "acme"


def test_a_row_without_a_request_is_a_defect() -> None:
    row = [*row_of(an_exchange(), 1, Place(0, 0), None)]
    row[10] = None
    with pytest.raises(ValueError, match="has no request"):
        exchange_of(row, Path("bodies"))

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from registry_contents import POOLS, Question, cases
from registry_model import answer
from submissions import a_folder, a_set, an_association, an_entry, uuid

from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.registry_port import RegistryChange
from xdsi_sim.ebrim.model import Code, MetadataObject
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.query import LEAF_CLASS, AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.stored_queries import (
    FIND_DOCUMENTS,
    STORED_QUERIES,
    Coding,
    Param,
    StoredQuery,
    Test,
    encode,
)
from xdsi_sim.rules.query import read_selection
from xdsi_sim.rules.selection import Condition, Part, Selection
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.registry_sql import statement
from xdsi_sim.vocab import APPROVED

Case = tuple[tuple[MetadataObject, ...], Question]


def nothing(_view: object) -> RegistryChange:
    return RegistryChange()


def ids(response: AdhocQueryResponse) -> list[str]:
    return [str(parse(fragment).get("id")) for fragment in response.fragments if isinstance(fragment, bytes)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
@given(cases())
def test_one_sql_statement_finds_what_looking_at_each_object_finds(
    tmp_path_factory: pytest.TempPathFactory, case: Case
) -> None:
    objects, (query, parameters, request) = case
    store = SqliteRegistryStore(tmp_path_factory.mktemp("registry"))
    store.apply(RegistryChange(added=objects), nothing).result()
    response = DocumentRegistry(store=store).query(request, query.transaction)
    store.close()
    expected = answer(query.name, objects, parameters)
    patients = {getattr(one, "patientId", None) for one in expected} - {None}
    if request.returnType == LEAF_CLASS and query.single_patient and len(patients) > 1:
        assert [error.errorCode for error in response.errors] == ["XDSResultNotSinglePatient"]
        assert response.fragments == ()
    else:
        assert response.errors == ()
        assert ids(response) == [one.entryUUID for one in expected]


def longer(selection: Selection, times: int) -> Selection:
    """The same question with each value several times."""
    parts = (
        Part(part.step, tuple(longer_list(item, times) for item in part.conditions))
        for part in selection.parts
    )
    return replace(selection, parts=tuple(parts))


def longer_list(condition: Condition, times: int) -> Condition:
    many = condition.test in (Test.IN, Test.LIKE)
    return replace(condition, values=condition.values * times) if many else condition


def repeated(selection: Selection) -> Selection:
    parts = tuple(replace(part, conditions=part.conditions * 60) for part in selection.parts)
    return replace(selection, parts=parts)


def found_by_both(
    folder: Path, case: Case, otherwise: Callable[[Selection], Selection]
) -> tuple[object, object]:
    """What a question finds, and what it finds when its selection is written in another way."""
    objects, (query, _, request) = case
    store = SqliteRegistryStore(folder)
    store.apply(RegistryChange(added=objects), nothing).result()
    selection = read_selection(request, query.transaction).selection
    assert selection is not None
    found = store.find(selection, 100), store.find(otherwise(selection), 100)
    store.close()
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(cases())
def test_long_lists_of_values_find_what_short_ones_find(
    tmp_path_factory: pytest.TempPathFactory, case: Case
) -> None:
    short, long = found_by_both(tmp_path_factory.mktemp("registry"), case, lambda asked: longer(asked, 60))
    assert short == long


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(cases())
def test_conditions_that_are_repeated_find_what_they_find_once(
    tmp_path_factory: pytest.TempPathFactory, case: Case
) -> None:
    once, often = found_by_both(tmp_path_factory.mktemp("registry"), case, repeated)
    assert once == often


@pytest.mark.parametrize("count", [2, 51, 52, 40_000])
def test_any_number_of_conditions_is_joined(tmp_path: Path, count: int) -> None:
    store = SqliteRegistryStore(tmp_path)
    half, odd = divmod(count, 2)
    held = (
        [f"{n}a" for n in range(count)],
        [f"{n}a" for n in range(count - 1)],
        [*(f"{n}{x}" for n in range(half) for x in "ab"), *(f"{half}a" for _ in range(odd))],  # as many
    )
    entries = tuple(
        an_entry(number, eventCodeList=tuple(Code.of(code, "2.999", "x") for code in codes))
        for number, codes in enumerate(held, start=1)
    )
    store.apply(RegistryChange(added=entries), nothing).result()
    asked = tuple(Condition("eventCodeList", Test.IN, (f"{n}a^^2.999", f"{n}b^^2.999")) for n in range(count))
    selection = Selection(query=FIND_DOCUMENTS, parts=(Part(FIND_DOCUMENTS.steps[0], asked * 2),))
    found = store.find(selection, 10)
    store.close()
    assert found.count == 1


# --- how it is found -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteRegistryStore]:
    """A registry of many patients."""
    store = SqliteRegistryStore(tmp_path_factory.mktemp("registry"))
    for n in range(1, 300):
        patient = f"P{n % 30}^^^&2.999.1.1&ISO"
        entry = an_entry(n, patientId=patient, referenceIdList=(f"r{n}",), availabilityStatus=APPROVED)
        set_, folder = a_set(1000 + n, patientId=patient), a_folder(2000 + n, patientId=patient)
        links = (
            an_association(set_.entryUUID, uuid(n), entryUUID=uuid(1500 + n)),
            an_association(folder.entryUUID, uuid(n), entryUUID=uuid(4000 + n)),
        )
        store.apply(RegistryChange(added=(set_, entry, folder, *links)), nothing)
    store.apply(RegistryChange(), nothing).result()
    yield store
    store.close()


def plan_of(store: SqliteRegistryStore, query: StoredQuery, *params: Param, times: int = 1) -> str:
    """How SQLite goes about a query with these parameters."""
    slots = tuple(encode(param, *_two(param)) for param in params)
    selection = read_selection(AdhocQueryRequest(id=query.id, parameters=slots), query.transaction).selection
    assert selection is not None
    sql, values = statement(longer(selection, times))
    rows = store._database.reader().execute(f"EXPLAIN QUERY PLAN {sql}", (*values, 10))
    return "\n".join(row[-1] for row in rows)


def _two(param: Param) -> list[str]:
    pool = POOLS.get(param.name) or POOLS.get(param.coding) or ["2"]
    return pool[: 2 if param.many else 1]


def ways_to_ask(query: StoredQuery) -> Iterator[tuple[Param, ...]]:
    """The parameters that are needed, with each way to name what is asked, and with any one or two more."""
    needed = tuple(param for param in query.params if param.required)
    level = tuple(param for param in query.params if param.coding is Coding.LEVEL)
    either = [param for param in query.params if param.one_of or param.any_of]
    more = [param for param in query.params if param not in (*needed, *either, *level)]
    for way in [(one,) for one in either] or [()]:
        asked = (*needed, *way, *(level if any(param.level > 1 for param in way) else ()))
        yield (*needed, *way, *level)
        for count in (0, 1, 2):
            yield from ((*asked, *extra) for extra in combinations(more, count))


WHOLE_TABLE = re.compile(r"SCAN (o|n|v|object|value)\b")


@pytest.mark.parametrize("query", STORED_QUERIES.values(), ids=lambda query: query.name)
def test_no_query_looks_at_every_object(full: SqliteRegistryStore, query: StoredQuery) -> None:
    for params in ways_to_ask(query):
        plan = plan_of(full, query, *params)
        assert not WHOLE_TABLE.search(plan), f"{[param.name for param in params]}\n{plan}"


@pytest.mark.parametrize("query", STORED_QUERIES.values(), ids=lambda query: query.name)
def test_no_query_for_many_values_looks_at_every_object(
    full: SqliteRegistryStore, query: StoredQuery
) -> None:
    for params in ways_to_ask(query):
        plan = plan_of(full, query, *params, times=60)
        assert not WHOLE_TABLE.search(plan), f"{[param.name for param in params]}\n{plan}"

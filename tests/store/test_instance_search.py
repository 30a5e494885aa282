from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from a_dicomweb import sample_store
from a_search_oracle import STUDY_KEYS, some_objects, studies_that_match
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.levels import DEFAULTS, Level
from xdsi_sim.dicom.search import Absent, Condition, Found, Search
from xdsi_sim.dicomweb.query import read_query
from xdsi_sim.store.instances import SqliteInstanceStore

BASE = "http://h/dicom-web"
OBJECTS = some_objects()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteInstanceStore]:
    """The studies that the oracle knows."""
    store = SqliteInstanceStore(tmp_path_factory.mktemp("many"))
    kept = store.keep(BytesContent(part10.write(dataset)) for dataset in OBJECTS)
    assert [outcome for outcome in kept if outcome.error] == []
    yield store
    store.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteInstanceStore]:
    """The sample studies."""
    opened = sample_store(tmp_path_factory.mktemp("samples"))
    yield opened
    opened.close()


def asked(store: SqliteInstanceStore, level: Level, query: str, *uids: str) -> list[dict[str, Any]]:
    """Results of a search as a client asks for it."""
    pairs = [tuple(pair.partition("=")[::2]) for pair in query.split("&") if pair]
    search = read_query(level, pairs, *uids).search  # type: ignore[arg-type]  # two texts each
    return [json.loads(item) for item in store.search(search, base=BASE, most=1000).items]


def found_studies(store: SqliteInstanceStore, keys: dict[str, str]) -> set[str]:
    search = read_query(Level.STUDY, list(keys.items())).search
    items = [json.loads(item) for item in store.search(search, base=BASE, most=1000).items]
    return {item["0020000D"]["Value"][0] for item in items}


# --- against the oracle ----------------------------------------------------------------------------


def values_of(keyword: str) -> list[str]:
    if keyword == "ModalitiesInStudy":
        return ["CT", "MR", "SR", "CT,MR", "C?", "US"]
    present = {str(dataset.get(keyword) or "") for dataset in OBJECTS} - {""}
    return sorted({value for value in present if STUDY_KEYS[keyword] != "LO" or value.strip("*")})


def text_patterns(value: str) -> st.SearchStrategy[str]:
    cut = st.integers(0, len(value))
    return st.one_of(
        st.just(value),
        st.just(value.upper()),
        st.just(value.lower()),
        st.just(value + "^"),
        cut.map(lambda at: value[:at] + "*"),
        cut.map(lambda at: "*" + value[at:]),
        cut.map(lambda at: "*" + value[at : at + 2] + "*"),
        cut.map(lambda at: value[:at] + "?" + value[at + 1 :]),
        st.just(""),
        st.just("*"),
    )


def ranges(values: list[str]) -> st.SearchStrategy[str]:
    one = st.sampled_from(values)
    return st.one_of(
        one,
        st.tuples(one, one).map("-".join),
        one.map(lambda low: f"{low}-"),
        one.map(lambda high: f"-{high}"),
    )


def values_for(keyword: str) -> st.SearchStrategy[str]:
    vr, values = STUDY_KEYS[keyword], values_of(keyword)
    if vr in ("DA", "TM"):
        return ranges(values)
    if vr == "UI":
        return st.lists(st.sampled_from([*values, "2.999.0"]), min_size=1, max_size=4).map(",".join)
    if vr == "CS":
        return st.sampled_from(values)
    return st.sampled_from(values).flatmap(text_patterns)


queries = st.lists(st.sampled_from(sorted(STUDY_KEYS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda keywords: st.fixed_dictionaries({keyword: values_for(keyword) for keyword in keywords})
)


@given(keys=queries)
def test_a_search_finds_what_a_look_at_every_object_finds(
    many: SqliteInstanceStore, keys: dict[str, str]
) -> None:
    assert found_studies(many, keys) == studies_that_match(OBJECTS, keys)


def test_the_oracle_is_not_blind(many: SqliteInstanceStore) -> None:
    sizes = [len(found_studies(many, {key: value})) for key in STUDY_KEYS for value in values_of(key)]
    assert len({size for size in sizes if size}) > 5


# --- order and pages -------------------------------------------------------------------------------


def test_pages_hold_everything_once_and_in_one_order(many: SqliteInstanceStore) -> None:
    whole = asked(many, Level.INSTANCE, "")
    pages = [asked(many, Level.INSTANCE, f"limit=7&offset={at}") for at in range(0, len(OBJECTS) + 7, 7)]
    assert [item for page in pages for item in page] == whole
    assert len(whole) == len(OBJECTS)
    days = [item["0020000D"]["Value"][0] for item in asked(many, Level.STUDY, "")]
    assert len(days) == len(set(days))


def search_of(many: SqliteInstanceStore, query: str, most: int = 1000) -> Found:
    pairs = [tuple(pair.split("=")) for pair in query.split("&")]
    return many.search(read_query(Level.STUDY, pairs).search, base=BASE, most=most)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "most", "given", "remaining"),
    [
        ("limit=10", 1000, 10, 50),
        ("limit=10&offset=55", 1000, 5, 0),
        ("offset=60", 1000, 0, 0),
        ("limit=0", 1000, 0, 60),
        ("limit=60", 1000, 60, 0),
        ("limit=999", 25, 25, 35),
        ("offset=0", 25, 25, 35),
    ],
)
def test_what_remains_is_counted(
    many: SqliteInstanceStore, query: str, most: int, given: int, remaining: int
) -> None:
    found = search_of(many, query, most)
    assert (len(found.items), found.remaining) == (given, remaining)


# --- what is given ---------------------------------------------------------------------------------


@pytest.mark.parametrize("level", Level)
def test_required_attributes_are_always_there_in_ascending_order(
    many: SqliteInstanceStore, level: Level
) -> None:
    uids = {Level.STUDY: (), Level.SERIES: ("2.999.9.1",), Level.INSTANCE: ("2.999.9.1", "2.999.9.1.1")}[
        level
    ]
    required = {tag for tag, (_, always) in DEFAULTS[level].items() if always}
    for item in asked(many, level, "", *uids):
        assert required <= item.keys() <= DEFAULTS[level].keys()
        assert list(item) == sorted(item)
        assert [attribute for attribute in item.values() if attribute.get("Value") == []] == []


@pytest.mark.parametrize(
    ("level", "query", "uids", "there", "absent"),
    [
        (Level.STUDY, "includefield=00081030,00080060", (), {"00081030"}, {"00080060"}),
        (Level.STUDY, "includefield=PatientComments", (), set(), {"00104000"}),
        (Level.STUDY, "includefield=ProcedureCodeSequence", (), {"00081032"}, set()),
        (Level.STUDY, "includefield=all", (), {"00081032", "00101002"}, {"00080060", "00280010"}),
        (Level.STUDY, "ProcedureCodeSequence.CodeValue=24725-4", (), {"00081032"}, set()),
        (Level.SERIES, "", (), {"00100010", "00201208", "00080060"}, {"00081032"}),
        (Level.SERIES, "", ("2.999.76.1",), {"0020000D"}, {"00100010", "00201208"}),
        (Level.SERIES, "includefield=PatientName", ("2.999.76.1",), {"00100010"}, {"00201208"}),
        (Level.SERIES, "includefield=BodyPartExamined", ("2.999.76.1",), {"00180015"}, set()),
        (Level.INSTANCE, "", (), {"00100010", "00080060", "00280010"}, {"00280004"}),
        (Level.INSTANCE, "includefield=00280004", ("2.999.76.1", "2.999.76.1.1"), {"00280004"}, {"00080060"}),
        (Level.INSTANCE, "includefield=all", ("2.999.76.1", "2.999.76.1.1"), {"7FE00010", "00080060"}, set()),
        (Level.INSTANCE, "", ("2.999.76.1",), {"00080060", "0008103E"}, {"00100010"}),
    ],
)
def test_a_result_has_what_was_asked_for(
    store: SqliteInstanceStore,
    level: Level,
    query: str,
    uids: tuple[str, ...],
    there: set[str],
    absent: set[str],
) -> None:
    items = asked(store, level, query, *uids)
    assert items
    assert there <= items[0].keys() or there <= items[-1].keys()
    assert not absent & items[0].keys()


def test_addresses_and_counts_are_those_of_the_archive(store: SqliteInstanceStore) -> None:
    (study,) = asked(store, Level.STUDY, "StudyInstanceUID=2.999.76.1")
    (series,) = asked(store, Level.SERIES, "SeriesNumber=2", "2.999.76.1")
    (image,) = asked(store, Level.INSTANCE, "InstanceNumber=3", "2.999.76.1", "2.999.76.1.2")
    where = f"{BASE}/studies/2.999.76.1"
    assert study["00081190"]["Value"] == [where]
    assert series["00081190"]["Value"] == [f"{where}/series/2.999.76.1.2"]
    assert image["00081190"]["Value"] == [f"{where}/series/2.999.76.1.2/instances/2.999.76.1.2.3"]
    assert study["00080061"]["Value"] == ["CT", "SR"]
    assert [study[tag]["Value"] for tag in ("00201206", "00201208")] == [[3], [11]]
    assert series["00201209"]["Value"] == [4]


def test_bulk_data_of_a_result_have_an_absolute_address(store: SqliteInstanceStore) -> None:
    query = "includefield=PixelData&limit=1"
    (image,) = asked(store, Level.INSTANCE, query, "2.999.76.1", "2.999.76.1.1")
    assert image["7FE00010"]["BulkDataURI"].startswith(BASE)


def test_keys_of_one_sequence_have_to_match_in_one_item(tmp_path: Path) -> None:
    store = SqliteInstanceStore(tmp_path)
    dataset = some_objects()[0]
    request, other = type(dataset)(), type(dataset)()
    request.RequestedProcedureID, request.ScheduledProcedureStepID = "R1", "S1"
    other.RequestedProcedureID, other.ScheduledProcedureStepID = "R2", "S2"
    dataset.RequestAttributesSequence = [request, other]
    store.keep([BytesContent(part10.write(dataset))])
    key = "RequestAttributesSequence"
    counts = [
        len(asked(store, Level.SERIES, f"{key}.RequestedProcedureID={one}&{key}.00400009={two}"))
        for one, two in (("R1", "S1"), ("R1", "S2"), ("R2", "S?"), ("R3", "*"), ("", "S2"))
    ]
    store.close()
    assert counts == [1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("fuzzymatching=true&PatientName=ann berg", 1),
        ("fuzzymatching=true&PatientName=hana", 1),
        ("fuzzymatching=true&PatientName=花", 1),
        ("fuzzymatching=true&PatientName=maria^anna", 1),
        ("fuzzymatching=true&PatientName=nna", 0),
        ("fuzzymatching=false&PatientName=ann berg", 0),
        ('emptyvaluematching=true&PatientID=""', 0),
        ("multiplevaluematching=true&PatientID=N-4711\\S-0816", 2),
        ("PatientID=N-4711\\S-0816", 0),
        ("StudyInstanceUID=2.999.76.1\\2.999.76.4", 2),
        ("IssuerOfPatientID=NORTH", 1),
    ],
)
def test_a_search_may_be_told_how_to_match(store: SqliteInstanceStore, query: str, count: int) -> None:
    assert len(asked(store, Level.STUDY, query)) == count


def test_what_has_no_value_can_be_looked_for(many: SqliteInstanceStore) -> None:
    nameless = Search(
        level=Level.STUDY, conditions=(Condition(level=Level.STUDY, path="00100010", test=Absent()),)
    )
    expected = {str(each.StudyInstanceUID) for each in OBJECTS if not each.PatientName}
    found = many.search(nameless, base=BASE, most=1000).items
    assert {json.loads(item)["0020000D"]["Value"][0] for item in found} == expected


def test_nothing_is_found_in_what_is_not_there(store: SqliteInstanceStore) -> None:
    assert asked(store, Level.SERIES, "", "1.2.3") == []
    assert asked(store, Level.INSTANCE, "", "2.999.76.1", "1.2.3") == []

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from submissions import a_folder, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.actors.registry_port import RegistryChange
from xdsi_sim.ebrim.model import Association, MetadataObject
from xdsi_sim.rules.removal import Remains
from xdsi_sim.rules.subjects import Held, Lookup
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.vocab import Association as AssociationType

LINKS = {"hm1": 901, "hm2": 902, "inside": 903, "hm-inside": 904, "rplc": 905}


def link(name: str, source: int, target: int, type_: str = AssociationType.HAS_MEMBER) -> Association:
    return an_association(
        uuid(source), uuid(target), type_, entryUUID=uuid(LINKS[name]).upper().replace("URN:UUID", "urn:uuid")
    )


OBJECTS: tuple[MetadataObject, ...] = (
    a_set(),
    a_folder(),
    an_entry(1),
    an_entry(2),
    link("hm1", 100, 1),
    link("hm2", 100, 2),
    link("inside", 200, 1),
    link("hm-inside", 100, LINKS["inside"]),
    link("rplc", 2, 1, AssociationType.RPLC),
)
"""A set with two entries, one in a folder and replaced by the other."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteRegistryStore]:
    opened = SqliteRegistryStore(tmp_path)
    opened.apply(RegistryChange(added=OBJECTS), lambda _view: RegistryChange()).result()
    yield opened
    opened.close()


Left = tuple[set[str], set[tuple[str, str, str]], set[str]]


def left(remains: Remains) -> Left:
    """As sets: the order is of no matter."""
    links = {(one.association.lower(), one.end, one.uuid) for one in remains.dangling}
    return set(remains.unknown), links, set(remains.bare)


def ids(*numbers: int) -> list[str]:
    return [uuid(number) for number in numbers]


@pytest.mark.parametrize(
    ("removed", "dangling", "bare"),
    [
        pytest.param([1, 2, 100, 200, *LINKS.values()], [], [], id="all"),
        pytest.param(
            [100],
            [("hm1", "sourceObject", 100), ("hm2", "sourceObject", 100), ("hm-inside", "sourceObject", 100)],
            [],
            id="the set alone",
        ),
        pytest.param(
            [1],
            [("hm1", "targetObject", 1), ("inside", "targetObject", 1), ("rplc", "targetObject", 1)],
            [],
            id="an entry alone",
        ),
        pytest.param([LINKS["inside"], LINKS["hm-inside"]], [], [200], id="the only link of a folder"),
        pytest.param([LINKS["hm-inside"]], [], [LINKS["inside"]], id="the membership of a link"),
        pytest.param([LINKS["hm2"]], [], [], id="one link of two"),
        pytest.param(
            [1, 2, LINKS["hm1"], LINKS["hm2"], LINKS["inside"], LINKS["hm-inside"], LINKS["rplc"]],
            [],
            [100, 200],
            id="all but set and folder",
        ),
    ],
)
def test_what_would_be_left_is_found(
    store: SqliteRegistryStore, removed: list[int], dangling: list[tuple[str, str, int]], bare: list[int]
) -> None:
    links = {(uuid(LINKS[name]), end, uuid(number)) for name, end, number in dangling}
    assert left(store.view().remains(ids(*removed))) == (set(), links, set(ids(*bare)))


def test_what_is_not_there_is_told(store: SqliteRegistryStore) -> None:
    assert store.view().remains(ids(1, 77)).unknown == {uuid(77)}


def test_objects_go_with_their_values_and_free_their_ids(store: SqliteRegistryStore) -> None:
    everything = ids(1, 2, 100, 200, *LINKS.values())
    store.apply(RegistryChange(removed=tuple(everything)), lambda _view: RegistryChange()).result()
    request = a_submission(entries=(an_entry(1), an_entry(2)), folders=(a_folder(),))
    assert store.view().look_up(Lookup.of(request.objects)) == Held()
    assert store._database.reader().execute("SELECT count(*) FROM value").fetchone() == (0,)
    store.apply(RegistryChange(added=OBJECTS), lambda _view: RegistryChange()).result()
    assert store.view().remains(everything) == Remains()


def test_a_refusal_at_the_commit_leaves_everything(store: SqliteRegistryStore) -> None:
    def refuse(_view: object) -> RegistryChange:
        raise KeyError("no")

    with pytest.raises(KeyError):
        store.apply(RegistryChange(removed=(uuid(1),)), refuse).result()
    assert store.view().remains(ids(1)).unknown == frozenset()


def test_a_removal_of_very_many_is_one_statement_for_each_question(store: SqliteRegistryStore) -> None:
    many = ids(*range(300_000, 350_000))
    assert len(store.view().remains([*many, uuid(1)]).unknown) == len(many)

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from xdsi_sim.actors.ports import Publication
from xdsi_sim.ebrim.model import DocumentEntry, InternationalString
from xdsi_sim.store.instances import SqliteInstanceStore

ENTRY = DocumentEntry(
    entryUUID="urn:uuid:1", uniqueId="1.2.3", patientId="P1", title=InternationalString.of("CT & more")
)
FIRST = Publication(entry=ENTRY, fingerprint="f1")
SECOND = Publication(entry=replace(ENTRY, entryUUID="urn:uuid:2"))


@pytest.fixture
def store(tmp_path: Path) -> SqliteInstanceStore:
    return SqliteInstanceStore(tmp_path / "store")


def told(publication: Publication | None) -> tuple[object, ...]:
    """Without the ids that parts of an entry get on the way."""
    assert publication is not None
    return publication.fingerprint, replace(publication.entry, externalIdentifierIds=())


def test_what_was_published_last_is_remembered_as_it_was(store: SqliteInstanceStore, tmp_path: Path) -> None:
    assert store.published("1.2", "manifest") is None
    store.note_published("1.2", "manifest", SECOND)
    store.note_published("1.2", "manifest", FIRST)
    store.note_published("1.2", "report", SECOND)
    store.close()
    again = SqliteInstanceStore(tmp_path / "store")
    assert [told(again.published("1.2", what)) for what in ("manifest", "report")] == [
        told(FIRST),
        told(SECOND),
    ]
    again.close()


def test_what_was_withdrawn_is_not_there_to_be_replaced(store: SqliteInstanceStore) -> None:
    for study in ("1.2", "1.10"):
        store.note_published(study, "manifest", FIRST)
    store.note_published("1.3", "report", FIRST)
    assert store.studies_with("manifest") == ("1.10", "1.2")
    store.note_withdrawn("1.2", "manifest")
    assert (store.published("1.2", "manifest"), store.studies_with("manifest")) == (None, ("1.10",))
    store.close()


def test_of_an_older_store_the_id_is_known(store: SqliteInstanceStore) -> None:
    store._database.submit(
        lambda db: db.execute("INSERT INTO publication VALUES ('1.2', 'manifest', 'urn:uuid:7', NULL, NULL)")
    ).result()
    assert store.published("1.2", "manifest") == Publication(entry=DocumentEntry(entryUUID="urn:uuid:7"))
    store.close()

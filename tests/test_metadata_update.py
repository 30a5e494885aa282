"""Updates over a socket: what queries give at both levels, and many at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from a_domain import ask, domain, submit
from submissions import PATIENT, a_folder, a_set, a_submission, an_association, an_entry, uuid
from update_requests import a_status, an_update, newer

from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as AssociationType

ENTRY, APPENDED, FOLDER = an_entry(1), an_entry(2), a_folder(200)
FIRST = a_submission(
    entries=(ENTRY, APPENDED),
    folders=(FOLDER,),
    associations=(
        an_association(uuid(100), uuid(1), entryUUID=uuid(301), submissionSetStatus="Original"),
        an_association(uuid(100), uuid(2), entryUUID=uuid(302), submissionSetStatus="Original"),
        an_association(uuid(100), uuid(200), entryUUID=uuid(303)),
        an_association(uuid(200), uuid(1), entryUUID=uuid(304)),
        an_association(uuid(100), uuid(304), entryUUID=uuid(305)),
        an_association(uuid(2), uuid(1), AssociationType.APND, entryUUID=uuid(306)),
    ),
)
UPDATE = an_update(newer(ENTRY, 11), newer(FOLDER, 210), set_=a_set(900))
LEFT = an_update(more=(a_status(uuid(306), sourceObject=uuid(901)),), set_=a_set(901))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry with an entry and a folder in two versions each, and an Association that is Deprecated."""
    with domain(tmp_path_factory.mktemp("domain")) as running:
        address = running.url_of("registry")
        assert submit(address, FIRST) == []
        assert submit(address, UPDATE, "ITI-57") == []
        assert submit(address, LEFT, "ITI-57") == []
        yield address


BOTH = (APPROVED, DEPRECATED)
OF_PATIENT = {"XDSDocumentEntryPatientId": PATIENT, "XDSDocumentEntryStatus": BOTH}
FOLDERS = {"XDSFolderPatientId": PATIENT, "XDSFolderStatus": BOTH}
APPENDS = {"AssociationTypes": AssociationType.APND}
CASES: list[tuple[str, dict[str, Any], set[int], set[int]]] = [
    ("FindDocuments", OF_PATIENT, {2, 11}, {1, 2, 11}),
    ("FindDocuments", OF_PATIENT | {"XDSDocumentEntryStatus": APPROVED}, {2, 11}, {2, 11}),
    ("FindFolders", FOLDERS, {210}, {200, 210}),
    ("GetDocuments", {"XDSDocumentEntryUniqueId": "2.999.2.1"}, {11}, {1, 11}),
    ("GetDocuments", {"XDSDocumentEntryEntryUUID": uuid(1)}, set(), {1}),
    ("GetFolders", {"XDSFolderUniqueId": "2.999.4.200"}, {210}, {200, 210}),
    ("GetFoldersForDocument", {"XDSDocumentEntryEntryUUID": uuid(11)}, {210}, {210}),
    ("GetFoldersForDocument", {"XDSDocumentEntryEntryUUID": uuid(1)}, set(), {200}),
    ("GetRelatedDocuments", {"XDSDocumentEntryEntryUUID": uuid(11)} | APPENDS, {2, 11}, {2, 11}),
    ("GetRelatedDocuments", {"XDSDocumentEntryEntryUUID": uuid(2)} | APPENDS, {2, 11}, {1, 2, 11, 306}),
    ("GetSubmissionSets", {"uuid": uuid(11)}, {900}, {900}),
    ("GetSubmissionSetAndContents", {"XDSSubmissionSetEntryUUID": uuid(900)}, {11, 210, 900}, {11, 210, 900}),
    ("GetSubmissionSetAndContents", {"XDSSubmissionSetEntryUUID": uuid(100)}, {2, 100}, {1, 2, 100, 200}),
    ("GetFolderAndContents", {"XDSFolderUniqueId": "2.999.4.200"}, {11, 210}, {1, 11, 200, 210}),
]


@pytest.mark.parametrize(("query", "parameters", "first", "second"), CASES)
def test_level_1_shows_the_last_versions_and_level_2_all(
    url: str, query: str, parameters: dict[str, Any], first: set[int], second: set[int]
) -> None:
    for level, expected in (("1", first), ("2", second)):
        answer = ask(url, query, MetadataLevel=level, **parameters)
        assert answer.errors == ()
        wanted = set(map(uuid, expected))
        found = {value.entryUUID for value in answer.objects.objects()}
        named = found & {uuid(n) for n in (1, 2, 11, 100, 200, 210, 306, 900, 901)}
        assert named == wanted


def test_a_logical_id_gives_all_versions_with_their_numbers(url: str) -> None:
    found = ask(url, "GetDocuments", XDSDocumentEntryLogicalID=uuid(1), MetadataLevel="2").objects
    versions = [(value.entryUUID, value.logicalID, value.version) for value in found.documentEntries]
    assert versions == [(uuid(1), uuid(1), "1"), (uuid(11), uuid(1), "2")]
    folders = ask(url, "GetFolders", XDSFolderLogicalID=uuid(200), MetadataLevel="2").objects.folders
    assert [value.version for value in folders] == ["1", "2"]
    times = [value.lastUpdateTime or "" for value in folders]
    assert times == sorted(times)


def test_a_deprecated_association_is_seen_at_level_2(url: str) -> None:
    for level, expected in (("1", False), ("2", True)):
        links = ask(url, "GetAssociations", uuid=uuid(2), MetadataLevel=level).objects.associations
        assert (uuid(306) in {link.entryUUID for link in links}) is expected


def test_of_many_updates_of_one_version_at_once_one_wins(tmp_path: Path) -> None:
    outcomes: list[list[str]] = []

    def work(url: str, number: int) -> None:
        update = an_update(newer(ENTRY, 20 + number), set_=a_set(920 + number))
        outcomes.append(submit(url, update, "ITI-57"))

    with domain(tmp_path) as running:
        url = running.url_of("registry")
        assert submit(url, FIRST) == []
        threads = [threading.Thread(target=work, args=(url, number)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = ask(url, "GetDocuments", XDSDocumentEntryLogicalID=uuid(1), MetadataLevel="2").objects
    assert sorted(outcomes) == [[], *[["XDSMetadataVersionError"]] * 5]
    assert [value.version for value in found.documentEntries] == ["1", "2"]
    assert [value.availabilityStatus for value in found.documentEntries] == [DEPRECATED, APPROVED]

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from feeds import added, merged
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from submissions import AUTHORITY, a_folder, a_set, a_submission, an_association, an_entry, uuid
from update_requests import a_status, an_update, brought, newer

from xdsi_sim.actors.flow import run
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, InternationalString, MetadataObject
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.vocab import APPROVED, DEPRECATED, FAILURE
from xdsi_sim.vocab import Association as AssociationType

FIRST = datetime(2026, 2, 14, 10, 15, tzinfo=UTC)
LATER = datetime(2026, 2, 14, 11, 0, tzinfo=UTC)
OTHER = f"P2^^^&{AUTHORITY}&ISO"
APND, RPLC = AssociationType.APND, AssociationType.RPLC
ENTRY, APPENDED, FOLDER = an_entry(1), an_entry(2), a_folder(200)
INSIDE = an_association(uuid(200), uuid(1), entryUUID=uuid(301))
APPENDS = an_association(uuid(2), uuid(1), APND, entryUUID=uuid(302))
TITLE = InternationalString.of("Another title")


@pytest.fixture
def registry(store: SqliteRegistryStore) -> DocumentRegistry:
    """Holds two entries, one appended to the other, and a folder with the latter."""
    first = DocumentRegistry(store=store, patientAuthority=AUTHORITY, clock=lambda: FIRST)
    request = a_submission(
        entries=(ENTRY, APPENDED),
        folders=(FOLDER,),
        more=(INSIDE, an_association(uuid(100), uuid(301)), APPENDS),
    )
    assert run(first.register(request), lambda _call: None) == RegistryResponse()
    return replace(first, clock=lambda: LATER)


def update(
    registry: DocumentRegistry, request: SubmitObjectsRequest, transaction: str = "ITI-57"
) -> list[str]:
    """The codes of what is refused."""
    response = run(registry.update(request, transaction), lambda _call: None)
    assert (response.status == FAILURE) == bool(response.errors)
    return [error.errorCode for error in response.errors]


def objects(store: SqliteRegistryStore, *numbers: int) -> list[MetadataObject]:
    found = {value.entryUUID: value for value in store.view().objects([uuid(n) for n in numbers])}
    return [found[uuid(n)] for n in numbers]


def facts(store: SqliteRegistryStore, *numbers: int) -> list[tuple[str | None, str | None, str | None]]:
    """Version, logicalID and status."""
    return [
        (value.version, value.logicalID, (value.availabilityStatus or "").rpartition(":")[2])
        for value in objects(store, *numbers)
    ]


def pairs(store: SqliteRegistryStore, number: int) -> set[tuple[str | None, str | None, str]]:
    """Source, target and type of the Approved Associations at an object."""
    return {
        (link.sourceObject, link.targetObject, (link.associationType or "").rpartition(":")[2])
        for link in store.view().links([uuid(number)])
    }


def test_a_new_version_takes_the_place_of_the_last(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(newer(ENTRY, 11, title=TITLE))) == []
    again = an_update(newer(ENTRY, 12, comments=TITLE), set_=a_set(901), previous="2")
    assert update(registry, again) == []
    lid = uuid(1)
    versions = [("1", lid, "Deprecated"), ("2", lid, "Deprecated"), ("3", lid, "Approved")]
    assert facts(store, 1, 11, 12) == versions
    second, third = objects(store, 11, 12)
    assert isinstance(second, DocumentEntry)
    assert isinstance(third, DocumentEntry)
    assert (str(second.title), str(third.title)) == ("Another title", "CT Head")  # whole metadata, no patch


def test_a_symbolic_id_becomes_a_uuid_and_the_logical_one_stays(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(replace(newer(ENTRY, 11), entryUUID="Document01"))) == []
    (latest,) = store.view().latest([uuid(1)])
    assert latest.entryUUID.startswith("urn:uuid:")
    assert (latest.version, latest.logicalID) == ("2", uuid(1))


def test_associations_go_along_with_the_new_version(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    before = pairs(store, 1)
    assert update(registry, an_update(newer(ENTRY, 11))) == []
    assert pairs(store, 11) == {
        (uuid(900), uuid(11), "HasMember"),
        (uuid(200), uuid(11), "HasMember"),
        (uuid(2), uuid(11), "APND"),
    }
    copies = store.view().links([uuid(11)])
    assert {(link.version, link.logicalID == link.entryUUID) for link in copies} == {("1", True)}
    assert before == {
        (uuid(100), uuid(1), "HasMember"),
        (uuid(200), uuid(1), "HasMember"),
        (uuid(2), uuid(1), "APND"),
    }
    (folder,) = objects(store, 200)
    assert isinstance(folder, Folder)
    assert folder.lastUpdateTime == "20260214110000"
    inside = next(link for link in store.view().links([uuid(11)]) if link.sourceObject == uuid(200))
    assert (uuid(900), inside.entryUUID, "HasMember") in pairs(store, 900)


def test_associations_stay_behind_where_that_is_asked(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(newer(ENTRY, 11), propagation="no")) == []
    assert pairs(store, 11) == {(uuid(900), uuid(11), "HasMember")}
    (folder,) = objects(store, 200)
    assert isinstance(folder, Folder)
    assert folder.lastUpdateTime == "20260214101500"


def test_a_folder_has_versions_with_its_contents(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(newer(FOLDER, 210, title=TITLE))) == []
    assert facts(store, 200, 210) == [("1", uuid(200), "Deprecated"), ("2", uuid(200), "Approved")]
    new = objects(store, 210)[0]
    assert isinstance(new, Folder)
    assert (new.uniqueId, new.lastUpdateTime) == (FOLDER.uniqueId, "20260214110000")
    assert pairs(store, 210) == {
        (uuid(900), uuid(210), "HasMember"),
        (uuid(210), uuid(1), "HasMember"),
    }


def test_entry_and_folder_go_along_with_each_other(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(newer(ENTRY, 11), newer(FOLDER, 210))) == []
    assert (uuid(210), uuid(11), "HasMember") in pairs(store, 11)
    assert {source for source, _, _ in pairs(store, 11)} == {uuid(900), uuid(210), uuid(2)}


def test_a_status_is_changed_in_place_and_back(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    for number, target in enumerate((1, 200, 301), start=900):
        there = replace(a_status(uuid(target)), sourceObject=uuid(number))
        assert update(registry, an_update(more=(there,), set_=a_set(number))) == []
        assert facts(store, target)[0][2] == "Deprecated"
        back = replace(a_status(uuid(target), APPROVED, DEPRECATED), sourceObject=uuid(number + 50))
        assert update(registry, an_update(more=(back,), set_=a_set(number + 50))) == []
        assert facts(store, target) == [("1", uuid(target), "Approved")]


def test_the_status_of_a_member_of_a_set_is_not_changed(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    (member,) = (link for link in store.view().links([uuid(2)]) if link.sourceObject == uuid(100))
    assert update(registry, an_update(more=(a_status(member.entryUUID),))) == ["XDSMetadataUpdateError"]
    assert pairs(store, 2) == {(uuid(100), uuid(2), "HasMember"), (uuid(2), uuid(1), "APND")}


def test_a_member_that_leaves_modifies_the_folder(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(more=(a_status(uuid(301)), a_status(uuid(200))))) == []
    (folder,) = objects(store, 200)
    assert isinstance(folder, Folder)
    assert (folder.lastUpdateTime, folder.availabilityStatus) == ("20260214110000", DEPRECATED)


@pytest.mark.parametrize("target", [1, 11])
def test_metadata_and_status_together_give_a_new_version_of_the_new_status(
    registry: DocumentRegistry, store: SqliteRegistryStore, target: int
) -> None:
    assert update(registry, an_update(newer(ENTRY, 11), more=(a_status(uuid(target)),))) == []
    assert facts(store, 1, 11) == [("1", uuid(1), "Deprecated"), ("2", uuid(1), "Deprecated")]


def test_an_association_is_submitted_with_its_operation(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    joins = an_association(uuid(200), uuid(2), entryUUID=uuid(303))
    assert update(registry, an_update(more=brought(joins))) == []
    assert (uuid(200), uuid(2), "HasMember") in pairs(store, 2)
    assert (uuid(900), uuid(303), "SubmitAssociation") in pairs(store, 303)
    (folder,) = objects(store, 200)
    assert isinstance(folder, Folder)
    assert folder.lastUpdateTime == "20260214110000"


def test_one_wrong_operation_undoes_all(registry: DocumentRegistry, store: SqliteRegistryStore) -> None:
    wrong = an_update(newer(ENTRY, 11), more=(a_status(uuid(200)), a_status(uuid(77))))
    assert update(registry, wrong) == ["XDSMetadataUpdateOperationError"]
    assert facts(store, 1, 200) == [("1", uuid(1), "Approved"), ("1", uuid(200), "Approved")]
    assert store.view().objects([uuid(11), uuid(900)]) == []


def test_what_the_request_and_what_the_registry_tells_is_in_one_answer(registry: DocumentRegistry) -> None:
    wrong = newer(ENTRY, 11, typeCode=None, uniqueId="2.999.2.99")
    assert set(update(registry, an_update(wrong, previous="3"))) == {
        "XDSRegistryMetadataError",
        "XDSMetadataUpdateError",
        "XDSMetadataVersionError",
    }


def test_a_patient_may_change_where_nothing_is_linked(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    moved, set_ = newer(ENTRY, 11, patientId=OTHER), a_set(900, patientId=OTHER)
    assert set(update(registry, an_update(moved, set_=set_))) == {"XDSPatientIDReconciliationError"}
    assert update(registry, an_update(moved, set_=set_, propagation="no")) == []
    assert store.view().latest([uuid(1)])[0].entryUUID == uuid(11)


@pytest.mark.parametrize(
    ("told", "kept"), [(None, "urn:oid:2.999.1"), ("urn:oid:2.999.7", "urn:oid:2.999.7")]
)
def test_a_home_that_is_not_told_again_stays(
    registry: DocumentRegistry, store: SqliteRegistryStore, told: str | None, kept: str
) -> None:
    first = newer(ENTRY, 11, homeCommunityId="urn:oid:2.999.1")
    assert update(registry, an_update(first)) == []
    request = an_update(newer(ENTRY, 12, homeCommunityId=told), set_=a_set(901), previous="2")
    assert update(registry, request) == []
    assert objects(store, 12)[0].homeCommunityId == kept


# --- restricted updates ----------------------------------------------------------------------


def test_a_restricted_update_finds_its_entry_by_unique_id(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(newer(ENTRY, 11, logicalID=None)), "ITI-92") == []
    assert update(registry, an_update(newer(ENTRY, 12), set_=a_set(901), previous="2"), "ITI-92") == []
    assert facts(store, 1, 11, 12)[1:] == [("2", uuid(1), "Deprecated"), ("3", uuid(1), "Approved")]


def test_a_restricted_update_leaves_the_status_as_it_is(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(more=(a_status(uuid(1)),))) == []
    request = an_update(newer(ENTRY, 11), set_=a_set(901))
    assert update(registry, request) == ["XDSMetadataUpdateError"]
    assert update(registry, request, "ITI-92") == []
    assert facts(store, 11) == [("2", uuid(1), "Deprecated")]


@pytest.mark.parametrize(
    ("operation", "code"),
    [(a_status(uuid(1)), "XDSRegistryMetadataError"), (APPENDS, "XDSObjectTypeError")],
)
def test_a_restricted_update_has_no_other_operations(
    registry: DocumentRegistry, operation: Association, code: str
) -> None:
    request = an_update(newer(ENTRY, 11), more=(replace(operation, entryUUID="more"),))
    assert update(registry, request, "ITI-92") == [code]


# --- beside other transactions ---------------------------------------------------------------


def replacement(number: int, old: int, set_number: int = 920) -> SubmitObjectsRequest:
    replaces = an_association(uuid(number), uuid(old), RPLC)
    return a_submission(entries=(an_entry(number),), set_=a_set(set_number), more=(replaces,))


def test_the_last_version_alone_can_be_replaced(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    update(registry, an_update(newer(ENTRY, 11)))
    refused = run(registry.register(replacement(20, 1)), lambda _call: None)
    assert [error.errorCode for error in refused.errors] == ["XDSRegistryDeprecatedDocumentError"]
    assert run(registry.register(replacement(20, 11)), lambda _call: None) == RegistryResponse()
    statuses = [status for _, _, status in facts(store, 1, 11, 2, 20)]
    assert statuses == ["Deprecated", "Deprecated", "Deprecated", "Approved"]  # 2 was appended
    assert (uuid(200), uuid(20), "HasMember") in pairs(store, 20)


def test_what_no_longer_derives_stays_when_the_entry_is_replaced(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    assert update(registry, an_update(more=(a_status(uuid(302)),))) == []
    assert run(registry.register(replacement(20, 1)), lambda _call: None) == RegistryResponse()
    assert facts(store, 2)[0][2] == "Approved"


def test_an_entry_may_be_registered_again_with_the_hash_of_its_last_version(
    registry: DocumentRegistry,
) -> None:
    assert update(registry, an_update(newer(ENTRY, 11, hash="0" * 40, size="7"))) == []
    for changes, codes in (
        ({}, ["XDSNonIdenticalHash", "XDSNonIdenticalSize"]),
        ({"hash": "0" * 40, "size": "7"}, []),
    ):
        again = a_submission(entries=(an_entry(30, uniqueId=ENTRY.uniqueId, **changes),), set_=a_set(930))
        answer = run(registry.register(again), lambda _call: None)
        assert [error.errorCode for error in answer.errors] == codes


def test_after_a_merge_all_versions_are_of_the_survivor_and_can_be_updated(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    update(registry, an_update(newer(ENTRY, 11)))
    for message in (added("P1"), added("P2"), merged("P1", "P2")):
        run(registry.feed(message), lambda _call: None)
    assert {getattr(value, "patientId", None) for value in objects(store, 1, 11, 200)} == {OTHER}
    newest = newer(ENTRY, 12, patientId=OTHER)
    assert update(registry, an_update(newest, set_=a_set(901, patientId=OTHER), previous="2")) == []
    assert (uuid(200), uuid(12), "HasMember") in pairs(store, 12)


# --- any history -----------------------------------------------------------------------------


class Updates(RuleBasedStateMachine):
    """Three entries and two folders beside a model of a few lines: versions, statuses, memberships."""

    folder: Path
    ENTRIES, FOLDERS = ("1", "2", "3"), ("200", "201")
    names = st.sampled_from(ENTRIES + FOLDERS)

    def __init__(self) -> None:
        super().__init__()
        Updates.folder = Updates.folder.with_name(f"{Updates.folder.name}x")
        self.store = SqliteRegistryStore(Updates.folder)
        self.registry = DocumentRegistry(store=self.store, patientAuthority=AUTHORITY)
        entries, folders = tuple(map(an_entry, (1, 2, 3))), tuple(map(a_folder, (200, 201)))
        request = a_submission(entries=entries, folders=folders)
        assert run(self.registry.register(request), lambda _call: None) == RegistryResponse()
        self.versions = {name: [uuid(int(name))] for name in self.ENTRIES + self.FOLDERS}
        self.approved = dict.fromkeys(self.versions, True)
        self.inside: set[tuple[str, str]] = set()
        self.count = 1000

    def next(self) -> int:
        self.count += 1
        return self.count

    def last(self, name: str) -> DocumentEntry | Folder:
        (value,) = self.store.view().objects([self.versions[name][-1]])
        assert isinstance(value, DocumentEntry | Folder)
        return value

    def do(self, request: SubmitObjectsRequest) -> bool:
        """Send it under a SubmissionSet of its own; gives whether it was done."""
        set_, objects = a_set(self.next()), request.objects
        links = tuple(
            replace(link, sourceObject=set_.entryUUID) if link.sourceObject == uuid(900) else link
            for link in objects.associations
        )
        changed = replace(objects, submissionSets=(set_,), associations=links)
        return update(self.registry, SubmitObjectsRequest(objects=changed)) == []

    @rule(chosen=st.sets(names, min_size=1), propagation=st.sampled_from([None, "no"]), late=st.booleans())
    def make_versions(self, chosen: set[str], propagation: str | None, late: bool) -> None:
        values = {name: newer(self.last(name), self.next()) for name in sorted(chosen)}
        numbers = {value.entryUUID: len(self.versions[name]) - late for name, value in values.items()}
        request = an_update(*values.values(), propagation=propagation)
        links = tuple(
            replace(link, previousVersion=str(numbers[link.targetObject or ""]))
            for link in request.objects.associations
        )
        done = self.do(SubmitObjectsRequest(objects=replace(request.objects, associations=links)))
        assert done is (not late and all(self.approved[name] for name in chosen))
        if done:
            self.inside = {pair for pair in self.inside if self.goes_along(pair, chosen, propagation)}
            for name, value in values.items():
                self.versions[name].append(value.entryUUID)

    def goes_along(self, pair: tuple[str, str], chosen: set[str], propagation: str | None) -> bool:
        rest = [name for name in pair if name not in chosen]
        return len(rest) == 2 or (propagation is None and all(self.approved[name] for name in rest))

    @rule(name=names, back=st.booleans(), version=st.sampled_from([0, -1]))
    def change_status(self, name: str, back: bool, version: int) -> None:
        statuses = (APPROVED, DEPRECATED) if back else (DEPRECATED, APPROVED)
        target = self.versions[name][version]
        done = self.do(an_update(more=(a_status(target, *statuses),)))
        assert done is (target == self.versions[name][-1] and self.approved[name] is not back)
        if done:
            self.approved[name] = back

    @rule(folder=st.sampled_from(FOLDERS), entry=st.sampled_from(ENTRIES))
    def join(self, folder: str, entry: str) -> None:
        ends = self.versions[folder][-1], self.versions[entry][-1]
        joins = an_association(*ends, entryUUID=uuid(self.next()))
        done = self.do(an_update(more=brought(joins)))
        free = (folder, entry) not in self.inside
        assert done is (free and self.approved[folder] and self.approved[entry])
        if done:
            self.inside.add((folder, entry))

    @rule(folder=st.sampled_from(FOLDERS), entry=st.sampled_from(ENTRIES))
    def leave(self, folder: str, entry: str) -> None:
        ends = self.versions[folder][-1], self.versions[entry][-1]
        for link in self.store.view().links(ends):
            if (link.sourceObject, link.targetObject) == ends:
                assert self.do(an_update(more=(a_status(link.entryUUID),)))
                self.inside.remove((folder, entry))

    @invariant()
    def versions_and_statuses_are_those_of_the_model(self) -> None:
        for name, uuids in self.versions.items():
            values = {value.entryUUID: value for value in self.store.view().objects(uuids)}
            statuses = [DEPRECATED] * (len(uuids) - 1) + [APPROVED if self.approved[name] else DEPRECATED]
            assert [values[id].availabilityStatus for id in uuids] == statuses
            assert [values[id].version for id in uuids] == [str(n + 1) for n in range(len(uuids))]
            assert {value.logicalID for value in values.values()} == {uuids[0]}

    @invariant()
    def folders_hold_what_the_model_holds(self) -> None:
        last = {uuids[-1]: name for name, uuids in self.versions.items()}
        links = self.store.view().links([self.versions[name][-1] for name in self.FOLDERS])
        pairs = [(last.get(link.sourceObject or ""), last[link.targetObject or ""]) for link in links]
        assert sorted(pair for pair in pairs if pair[0]) == sorted(self.inside)

    def teardown(self) -> None:
        self.store.close()


def test_any_history_of_updates_agrees_with_the_model(tmp_path: Path) -> None:
    Updates.folder = tmp_path / "m"
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Updates, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )

from __future__ import annotations

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query import OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, GET_FOLDERS_FOR_DOCUMENT, Test
from xdsi_sim.rules.selection import Condition, Query
from xdsi_sim.vocab import APPROVED, DEPRECATED, STABLE


def conditions(*slots: Slot) -> list[Condition]:
    query = Query.of(AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots, returnType=OBJECT_REF))
    selection = query.selection()
    assert selection is not None
    assert selection.object_refs
    return list(selection.parts[0].conditions)


def test_values_take_the_form_in_which_the_registry_keeps_them() -> None:
    found = conditions(
        Slot("$XDSDocumentEntryCreationTimeFrom", ("2024",)),
        Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}','urn:unknown')",)),
    )
    assert Condition("creationTime", Test.AT_LEAST, ("20240101000000",)) in found
    assert Condition("availabilityStatus", Test.IN, (APPROVED,)) in found


def test_stable_entries_are_asked_for_where_no_type_is_given() -> None:
    assert Condition("objectType", Test.IN, (STABLE,)) in conditions()


def test_a_repeated_slot_is_two_conditions_and_values_of_one_slot_are_one() -> None:
    name = "$XDSDocumentEntryEventCodeList"
    found = conditions(Slot(name, ("('a^^s','b^^s')",)), Slot(name, ("('c^^s')",)))
    events = [item.values for item in found if item.attribute == "eventCodeList"]
    assert events == [("a^^s", "b^^s"), ("c^^s",)]


def test_like_without_a_wildcard_is_equality() -> None:
    name = "$XDSDocumentEntryAuthorPerson"
    plain, wild = conditions(Slot(name, ("('^Roth')",))), conditions(Slot(name, ("('%Roth')",)))
    assert [item.test for item in plain if item.attribute == "authorPerson"] == [Test.IN]
    assert [item.test for item in wild if item.attribute == "authorPerson"] == [Test.LIKE]


def test_the_first_level_hides_what_updates_left_behind_on_every_step() -> None:
    def attributes(*slots: Slot) -> list[list[str]]:
        request = AdhocQueryRequest(id=GET_FOLDERS_FOR_DOCUMENT.id, parameters=slots)
        selection = Query.of(request).selection()
        assert selection is not None
        return [[item.attribute for item in part.conditions] for part in selection.parts]

    named = Slot("$XDSDocumentEntryUniqueId", ("'1.2'",))
    assert attributes(named) == [
        ["uniqueId", "documentAvailability", "logicalID"],
        ["availabilityStatus"],
        ["availabilityStatus", "logicalID"],
    ]
    assert attributes(named, Slot("$MetadataLevel", ("2",))) == [["uniqueId"], [], []]


def test_what_is_approved_is_the_last_version_and_not_asked_again() -> None:
    approved = conditions(Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}')",)))
    both = conditions(Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}','{DEPRECATED}')",)))
    assert Test.LAST not in [item.test for item in approved]
    assert Test.LAST in [item.test for item in both]

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from submissions import a_folder, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.actors.acceptance import PARTS, Acceptance, Undeliverable
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.vocab import SEVERITY_ERROR, SEVERITY_WARNING, Association

CLINIC = "South Clinic^^^^^&2.999.30&ISO^^^^17|^Roth^Miriam^^^Dr|^NET^Internet^roth@example.org"
RELATIONSHIPS = {
    "append": (Association.APND, "PartialAppendContentNotProcessed"),
    "replace": (Association.RPLC, "PartialReplaceContentNotProcessed"),
    "transform": (Association.XFRM, "PartialTransformNotProcessed"),
    "transform-replace": (Association.XFRM_RPLC, "PartialTransformReplaceNotProcessed"),
}


def codes(errors: Iterable[RegistryError]) -> list[str]:
    return [error.errorCode for error in errors]


def everything() -> RegistryObjectList:
    """An entry with all relationships, in a folder, another one of which was submitted before."""
    types = (*(type_ for type_, _ in RELATIONSHIPS.values()), Association.SIGNS, Association.IS_SNAPSHOT_OF)
    return a_submission(
        folders=(a_folder(),),
        more=(
            an_association(uuid(200), uuid(1), entryUUID="inside"),
            an_association(uuid(201), uuid(1), entryUUID="inside too"),
            an_association(uuid(201), uuid(2), entryUUID="of the same"),
            *(an_association(uuid(1), uuid(7), type_) for type_ in types),
        ),
    ).objects


def test_who_is_not_set_up_otherwise_takes_everything() -> None:
    objects = replace(everything(), submissionSets=(a_set(intendedRecipient=(CLINIC,)),))
    assert [*Acceptance().addressing(objects), *Acceptance().remarks(objects)] == []


@pytest.mark.parametrize(
    ("known", "fits"),
    [
        (CLINIC, True),
        ("South Clinic", True),
        ("South Clinic^^^^^^^^^17", True),
        ("|^Roth", True),
        ("||^NET^Internet^roth@example.org", True),
        ("South", False),
        ("South Clinic|^Frei", False),
        ("^Roth", False),
    ],
)
def test_a_recipient_is_known_by_what_its_description_gives(known: str, fits: bool) -> None:
    objects = a_submission(set_=a_set(intendedRecipient=(CLINIC,))).objects
    assert codes(Acceptance(known=(known,)).addressing(objects)) == ([] if fits else ["UnknownRecipient"])
    unavailable = Acceptance(known=(), unavailable=(known,))
    assert codes(unavailable.addressing(objects)) == ["UnavailableRecipient" if fits else "UnknownRecipient"]


@pytest.mark.parametrize(
    ("undeliverable", "told"),
    [("error", [SEVERITY_ERROR] * 2), ("warning", [SEVERITY_WARNING] * 2), ("silence", [])],
)
def test_each_recipient_to_whom_nothing_is_handed_on_is_told(
    undeliverable: Undeliverable, told: list[str]
) -> None:
    acceptance = Acceptance(known=("A",), unavailable=("B",), undeliverable=undeliverable)
    objects = a_submission(set_=a_set(intendedRecipient=("A", "B", "C"))).objects
    found = [*acceptance.addressing(objects)]
    assert [error.severity for error in found] == told
    for error, value, code in zip(found, "BC", ("UnavailableRecipient", "UnknownRecipient"), strict=False):
        assert error.errorCode == code
        expected = f"; object={uuid(100)}; attribute=intendedRecipient; value={value}"
        assert error.codeContext.endswith(expected)


def test_a_submission_for_nobody_in_particular_is_for_the_recipient() -> None:
    assert codes(Acceptance(known=("A",)).addressing(a_submission().objects)) == []


@pytest.mark.parametrize(("word", "code"), [(word, code) for word, (_, code) in RELATIONSHIPS.items()])
def test_a_relationship_that_is_not_processed_is_named(word: str, code: str) -> None:
    (found,) = Acceptance(ignored=(word,)).remarks(everything())
    name = RELATIONSHIPS[word][0].rpartition(":")[2]
    text = f"an association {name} to {uuid(7)} is kept, but not processed; object=link 0001 0007 {name}"
    assert found == RegistryError(errorCode=code, codeContext=text, severity=SEVERITY_WARNING)


def test_all_other_relationships_have_one_code() -> None:
    found = [*Acceptance(ignored=("relationships",)).remarks(everything())]
    assert codes(found) == ["PartialRelationshipContentNotProcessed"] * 2
    assert ["signs" in error.codeContext for error in found] == [True, False]


def test_folders_that_are_not_processed_are_named_once_each_new_or_not() -> None:
    found = [*Acceptance(ignored=("folders",)).remarks(everything())]
    assert codes(found) == ["PartialFolderContentNotProcessed"] * 2
    assert [error.codeContext.rpartition("=")[2] for error in found] == [uuid(200), uuid(201)]


def test_what_is_not_there_is_not_missed() -> None:
    assert [*Acceptance(ignored=tuple(PARTS)).remarks(a_submission().objects)] == []


def test_each_document_that_waits_is_named() -> None:
    found = [*Acceptance(queued=True).remarks(a_submission(entries=(an_entry(1), an_entry(2))).objects)]
    assert codes(found) == ["DocumentQueued"] * 2
    assert [error.severity for error in found] == [SEVERITY_WARNING] * 2
    assert found[1].codeContext.endswith(f"object={uuid(2)}; attribute=uniqueId; value=2.999.2.2")

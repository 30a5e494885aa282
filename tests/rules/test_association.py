from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import KNOWN, MEMBER, broken_by, in_module, members_only, with_
from submissions import an_association, uuid

from xdsi_sim.ebrim.model import Association, Classification
from xdsi_sim.ebrim.tables import ASSOCIATION
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import Association as Type


@pytest.mark.parametrize("rule", in_module("association"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


def told(request: SubmitObjectsRequest) -> list[tuple[str, str]]:
    """Rule and text of all that is found."""
    return [(finding.rule, finding.text) for finding in check_registration(request, KNOWN).findings]


APPEND = an_association(uuid(1), uuid(11), Type.APND)


@pytest.mark.parametrize("end", ["sourceObject", "targetObject"])
def test_a_relationship_without_an_end_lacks_that_and_no_more(end: str) -> None:
    assert told(with_(replace(APPEND, **{end: None}))) == [("E02", f"{end} is missing")]


def test_an_association_without_type_lacks_that() -> None:
    assert told(with_(replace(APPEND, associationType=""))) == [("E01", "associationType is missing: ''")]


@pytest.mark.parametrize(
    ("association", "end"),
    [
        (replace(APPEND, entryUUID="own", sourceObject="own"), "sourceObject"),
        (replace(APPEND, entryUUID="own", targetObject="own"), "targetObject"),
    ],
)
def test_an_association_does_not_lead_to_itself(association: Association, end: str) -> None:
    assert ("E05", f"{end} is the association itself: 'own'") in told(with_(association))


def test_a_documentation_that_is_no_sound_code_is_out_of_place_too() -> None:
    half = Classification(
        classificationScheme=ASSOCIATION.by_name["documentation"].key, nodeRepresentation="why"
    )
    request = members_only(replace(MEMBER, extra=(half,)))
    text = "documentation is given on an Association that is no relationship: 'why'"
    assert ("E25", text) in told(request)


@pytest.mark.parametrize("type_", [Type.RPLC, Type.XFRM_RPLC])
def test_what_is_replaced_twice_is_told_whatever_the_two_types(type_: Type) -> None:
    twice = with_(
        an_association(uuid(1), uuid(11), Type.RPLC),
        an_association(uuid(1), uuid(11), type_, entryUUID="second"),
    )
    assert [rule for rule, _ in told(twice)] == ["E27"]


def test_a_submission_set_is_the_source_of_nothing_but_members() -> None:
    text = f"a SubmissionSet is the source, but not of HasMember: '{uuid(100)}'"
    assert ("E16", text) in told(with_(an_association(uuid(100), uuid(11), Type.APND)))


@pytest.mark.parametrize(("target", "kind"), [(209, "Folder"), (50, "SubmissionSet")])
def test_what_was_registered_before_becomes_no_member_but_by_reference(target: int, kind: str) -> None:
    found = [rule for rule, _ in told(with_(an_association(uuid(100), uuid(target))))]
    assert found == (["E14"] if kind == "Folder" else ["E16"])

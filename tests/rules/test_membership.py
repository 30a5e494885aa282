from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import KNOWN, MEMBER, broken_by, folder_with_entry, in_module, members_only, with_
from submissions import a_folder, a_submission, an_association, uuid

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.errors import Severity
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.transactions import check_registration


@pytest.mark.parametrize("rule", in_module("membership"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


def with_status(request: SubmitObjectsRequest, target: str) -> SubmitObjectsRequest:
    """The request with SubmissionSetStatus in the HasMember to that object."""
    links = (
        replace(link, submissionSetStatus="Original") if link.targetObject == target else link
        for link in request.objects.associations
    )
    return SubmitObjectsRequest(objects=replace(request.objects, associations=tuple(links)))


@pytest.mark.parametrize("target", [uuid(200), "inside"])
def test_a_status_of_what_is_no_entry_is_a_warning(target: str) -> None:
    request = folder_with_entry(an_association(uuid(100), "inside"))
    assert check_registration(request, KNOWN).findings == ()
    (found,) = check_registration(with_status(request, target), KNOWN).findings
    assert (found.rule, found.severity) == ("E08", Severity.WARNING)


def told(request: SubmitObjectsRequest) -> list[tuple[str, str]]:
    """Rule and text of all that is found."""
    return [(finding.rule, finding.text) for finding in check_registration(request, KNOWN).findings]


def test_a_status_with_two_values_is_not_missing() -> None:
    two = Slot("SubmissionSetStatus", ("Original", "Reference"))
    request = members_only(replace(MEMBER, submissionSetStatus=None, extra=(two,)))
    assert told(request) == [("C23", "slot has 2 values, one is expected: 'Original, Reference'")]


def test_another_slot_is_no_status() -> None:
    request = members_only(replace(MEMBER, submissionSetStatus=None, extra=(Slot("urn:x", ("Original",)),)))
    assert told(request) == [("E08", "SubmissionSetStatus is missing")]


def test_an_entry_and_a_folder_are_members_once() -> None:
    again = replace(MEMBER, entryUUID="again")
    text = "DocumentEntry has 2 HasMember from the SubmissionSet, one is expected"
    assert told(members_only(MEMBER, again)) == [("E06", text)]
    folder = a_submission(
        folders=(a_folder(),), more=(an_association(uuid(100), uuid(200), entryUUID="again"),)
    )
    assert ("E07", text.replace("DocumentEntry", "Folder")) in told(folder)


def test_without_a_submission_set_that_alone_is_said() -> None:
    request = a_submission(submissionSets=(), associations=())
    assert told(request) == [("C04", "0 SubmissionSets are there, one is expected")]


@pytest.mark.parametrize("status", ["original", "", "Copy"])
def test_a_status_is_one_of_two_to_the_letter(status: str) -> None:
    found = {rule for rule, _ in told(members_only(replace(MEMBER, submissionSetStatus=status)))}
    assert found == ({"E09"} if status else {"C21"})


def test_a_membership_by_original_is_of_the_request() -> None:
    request = with_(an_association(uuid(100), uuid(11), submissionSetStatus="Original"))
    text = f"SubmissionSetStatus is Original, but {uuid(11)} is not in the request: 'Original'"
    assert told(request) == [("E10", text)]
    assert told(with_(an_association(uuid(100), uuid(11), submissionSetStatus="Reference"))) == []

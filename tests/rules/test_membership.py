from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import KNOWN, broken_by, folder_with_entry, in_module
from submissions import an_association, uuid

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

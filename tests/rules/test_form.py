from __future__ import annotations

import pytest
from rule_examples import as_sent, broken_by, in_module
from submissions import uuid

from xdsi_sim.rules.transactions import check_registration

OLD = "urn:oasis:names:tc:ebxml-regrep:rim:xsd:2.1"


@pytest.mark.parametrize("rule", in_module("form"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


OF_21 = (
    "element Slot and perhaps others are of ebRIM 2.1, ebRIM 3.0 is expected; "
    f"attribute=namespace; value={OLD}; rule=C02"
)
OTHER_NAME = (
    "Name of an ExternalIdentifier is not XDSSubmissionSet.sourceId; "
    f"object={uuid(100)}; attribute=sourceId; value=sourceId; rule=C15"
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<rim:Slot", f'<o:Slot xmlns:o="{OLD}" name="x"/><rim:Slot', OF_21),
        ('value="XDSSubmissionSet.sourceId"', 'value="sourceId"', OTHER_NAME),
    ],
)
def test_what_is_wrong_in_form_is_told_with_its_place(old: str, new: str, told: str) -> None:
    (error,) = check_registration(as_sent(old, new)).errors
    assert error.codeContext == told

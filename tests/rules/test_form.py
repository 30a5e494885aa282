from __future__ import annotations

import pytest
from rule_examples import as_sent, broken_by, in_module
from submissions import uuid

from xdsi_sim.messages.submit import read_submit_objects
from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import NS

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


@pytest.mark.parametrize("name", ["RegistryPackage", "Association", "Classification", "ExternalIdentifier"])
def test_the_object_type_of_each_element_is_its_own(name: str) -> None:
    type_ = f"urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:{name}"
    sent = as_sent().received
    assert sent is not None
    element = next(each for each in sent.iter(f"{{{NS.RIM}}}{name}"))
    for given, found in ((type_, []), (f"{type_}s", [f"objectType of {name} is not {type_}: '{type_}s'"])):
        element.set("objectType", given)
        verdict = check_registration(read_submit_objects(sent))
        assert [finding.text for finding in verdict.findings if finding.rule == "C24"] == found


@pytest.mark.parametrize("part", ["rim", "registry"])
def test_every_namespace_of_the_old_edition_is_known(part: str) -> None:
    old = f"urn:oasis:names:tc:ebxml-regrep:{part}:xsd:2.1"
    errors = check_registration(as_sent("<rim:Slot", f'<o:Slot xmlns:o="{old}" name="x"/><rim:Slot')).errors
    assert [f"value={old}; rule=C02" in error.codeContext for error in errors] == [True]


def test_a_name_is_missing_where_there_is_none() -> None:
    request = as_sent('<rim:Name><rim:LocalizedString value="XDSSubmissionSet.sourceId"/></rim:Name>', "")
    (finding,) = check_registration(request).findings
    assert (finding.rule, finding.text) == (
        "C15",
        "Name of an ExternalIdentifier is not XDSSubmissionSet.sourceId",
    )

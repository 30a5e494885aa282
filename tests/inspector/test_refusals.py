from __future__ import annotations

import pytest
from rule_examples import BROKEN

from xdsi_sim.errors import Severity
from xdsi_sim.inspector.refusals import refusals_in
from xdsi_sim.messages.response import RegistryError, ReportedError
from xdsi_sim.rules.transactions import check_registration


def reported(error: RegistryError) -> ReportedError:
    return ReportedError(
        errorCode=error.errorCode,
        codeContext=error.codeContext,
        severity=error.severity,
        location=error.location,
    )


@pytest.mark.parametrize("rule", ["D08", "D11", "D36", "D42"])
def test_what_a_registry_answers_is_the_finding_that_it_had(rule: str) -> None:
    verdict = check_registration(BROKEN[rule])
    told = tuple(refusals_in(map(reported, verdict.errors)))
    assert rule in {finding.rule for finding, _ in told}
    assert tuple(finding for finding, _ in told) == verdict.findings
    assert tuple(place for _, place in told) == verdict.places


def test_an_attribute_without_an_object_is_the_place() -> None:
    context = "a; b; attribute=$x; value=1; 2; rule=D08"
    error = RegistryError(errorCode="XDSRegistryError", codeContext=context, location="urn:1")
    ((finding, place),) = refusals_in([reported(error)])
    assert (finding.text, finding.severity) == ("a; b: '1; 2'", Severity.ERROR)
    assert (place.object, place.attribute, place.value) == ("urn:1", "$x", "1; 2")


@pytest.mark.parametrize("context", [None, "", "It is wrong.", "a; rule=D99", "a; rule=", "rule=D08"])
def test_errors_of_others_tell_no_rule(context: str | None) -> None:
    error = ReportedError(errorCode="XDSRegistryError", codeContext=context, severity=None, location=None)
    assert list(refusals_in([error])) == []

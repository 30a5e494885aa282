from __future__ import annotations

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from xdsi_sim.fhir.outcome import KINDS, Issue, Rejected, issue_of, outcome, status_of
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.rules.error_codes import ERROR_CODES
from xdsi_sim.vocab import SEVERITY_WARNING

HASH = "DocumentReference.content.attachment.hash"
ERROR = RegistryError(
    errorCode="XDSNonIdenticalHash",
    codeContext="hash is another one; object=urn:uuid:1; attribute=hash; value=00; rule=G04",
    location="repository",
)


def test_an_error_of_soap_keeps_code_rule_citation_and_element() -> None:
    issue = issue_of(
        ERROR,
        {"G04": "ITI TF-2: 3.41"},
        lambda about, attribute: {("urn:uuid:1", "hash"): HASH}.get((about or "", attribute)),
    )
    assert (issue.code, issue.http, issue.severity) == ("value", 422, "error")
    (told,) = outcome([issue])["issue"]
    assert told["details"]["coding"] == [{"code": "XDSNonIdenticalHash"}]
    assert "rule=G04" in told["diagnostics"]
    assert "ITI TF-2: 3.41" in told["diagnostics"]
    assert told["expression"] == [HASH]


def test_a_warning_stays_one_and_refuses_nothing() -> None:
    warning = RegistryError(errorCode="XDSUnknown", codeContext="hm", severity=SEVERITY_WARNING)
    issue = issue_of(warning, {}, lambda _object, _attribute: None)
    assert (issue.code, issue.severity) == ("processing", "warning")
    assert status_of([issue]) == 200


def test_every_code_of_the_table_is_one_that_is_known() -> None:
    of_fhir = {"FHIRDocumentNotSupported"}
    assert set(KINDS) - of_fhir <= set(ERROR_CODES)


@pytest.mark.parametrize(
    ("issues", "status"),
    [
        ([Issue("structure", "a")], 400),
        ([Issue("not-found", "a")], 404),
        ([Issue("duplicate", "a", status=409), Issue("invalid", "b", status=422)], 422),
        ([Issue("something", "a")], 422),
        ([], 200),
    ],
)
def test_the_status_is_that_of_the_issues(issues: list[Issue], status: int) -> None:
    assert status_of(issues) == status
    assert Rejected(*issues).status == status


def test_outcomes_fit_the_model_of_fhir() -> None:
    for issues in (
        [],
        [
            Issue("required", "a", expression="Bundle.entry[0]"),
            issue_of(ERROR, {}, lambda _object, _attribute: None),
        ],
    ):
        OperationOutcome.model_validate(outcome(issues))

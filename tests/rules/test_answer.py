from __future__ import annotations

import pytest
from answer_examples import BROKEN, SOUND, WARNING, error, errors, findings_of, registered, rules_of

from xdsi_sim.errors import Severity
from xdsi_sim.vocab import FAILURE, PARTIAL_SUCCESS, SEVERITY_ERROR, SUCCESS


@pytest.mark.parametrize("what", SOUND)
def test_a_sound_answer_breaks_no_rule(what: str) -> None:
    assert findings_of(SOUND[what]) == ()


@pytest.mark.parametrize("rule", [rule for rule in BROKEN if rule[0] == "J"])
def test_the_example_of_a_rule_breaks_it(rule: str) -> None:
    assert rule in rules_of(BROKEN[rule])


@pytest.mark.parametrize(
    ("status", "inside", "rules"),
    [
        (None, "", {"J01"}),
        (SUCCESS, errors(error("XDSRegistryMetadataError")), {"J03"}),
        (FAILURE, errors(error("XDSExtraMetadataNotSaved", severity=WARNING)), {"J03"}),
        (FAILURE, errors(error("XDSRegistryError", " ")), {"J04"}),
        (FAILURE, errors(error(), content="x"), {"J04"}),
        (FAILURE, errors(error(), content="<x/>"), {"J04"}),
        (FAILURE, errors(error(), highest="Error"), {"J05"}),
        (FAILURE, errors(error("XDSRegistryBusy", severity=WARNING), error()), {"J07"}),
        (FAILURE, errors(error("MyOwnError")), {"J07"}),
        (FAILURE, errors(error("XDSSqlError")), {"J08"}),
        (PARTIAL_SUCCESS, errors(error()), {"J02"}),
    ],
)
def test_what_is_wrong_with_a_status_is_told_by_its_rule(
    status: str | None, inside: str, rules: set[str]
) -> None:
    assert rules_of(("ITI-42", registered(status, inside), None)) == rules


@pytest.mark.parametrize(
    ("status", "inside", "text"),
    [
        (None, "", "the answer has no status"),
        (SUCCESS, errors(error("Own")), "the status is Success, and there is an error: 'Own'"),
        (FAILURE, errors('codeContext="x"'), "RegistryError 1 (without errorCode) has no errorCode"),
        (FAILURE, errors(error("", " ")), "RegistryError 1 (without errorCode) has an empty errorCode"),
        (
            FAILURE,
            errors(error(), content="x"),
            "RegistryError 1 (XDSRegistryError) has content, it is to be empty: 'x'",
        ),
        (
            FAILURE,
            errors(error("XDSRegistryBusy", severity=WARNING), error()),
            "RegistryError 1 (XDSRegistryBusy) weighs as error only: 'XDSRegistryBusy'",
        ),
        (
            FAILURE,
            errors(error("MyOwnError")),
            "RegistryError 1 (MyOwnError) is no code of the framework: 'MyOwnError'",
        ),
    ],
)
def test_what_is_wrong_with_a_status_is_said_in_words(status: str | None, inside: str, text: str) -> None:
    found = findings_of(("ITI-42", registered(status, inside), None))
    assert text in {finding.text for finding in found}


def test_every_error_of_an_answer_is_told_by_its_number_and_code() -> None:
    inside = errors(error("One"), error(), error("Two"))
    found = findings_of(("ITI-42", registered(FAILURE, inside), None))
    assert [finding.text.partition(" is no")[0] for finding in found] == [
        "RegistryError 1 (One)",
        "RegistryError 3 (Two)",
    ]
    assert {finding.severity for finding in found} == {Severity.WARNING}


def test_an_absent_severity_weighs_as_an_error() -> None:
    inside = errors('errorCode="XDSRegistryError" codeContext="x"', highest=SEVERITY_ERROR)
    assert rules_of(("ITI-42", registered(FAILURE, inside), None)) == {"J04"}


def test_metadata_that_stray_and_are_taken_may_be_warned_of_by_the_code_of_metadata_errors() -> None:
    inside = errors(error("XDSRegistryMetadataError", severity=WARNING), highest=WARNING)
    assert rules_of(("ITI-42", registered(SUCCESS, inside), None)) == set()

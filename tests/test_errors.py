from __future__ import annotations

import inspect

import pytest

from xdsi_sim import errors
from xdsi_sim.errors import (
    Finding,
    ProtocolViolation,
    Severity,
    StoreTrouble,
    UsageError,
    XdsError,
    XdsiSimError,
)

CLASSES = [
    value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, XdsiSimError)
]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_of_one_branch(error: type[XdsiSimError]) -> None:
    branches = (XdsError, StoreTrouble, ProtocolViolation, UsageError)
    assert error is XdsiSimError or sum(issubclass(error, branch) for branch in branches) == 1


def test_every_error_is_public() -> None:
    assert {error.__name__ for error in CLASSES} <= set(errors.__all__)


@pytest.mark.parametrize("error", [error for error in CLASSES if issubclass(error, XdsError)])
def test_a_registry_error_has_a_code_of_its_own(error: type[XdsError]) -> None:
    others = [other.code for other in CLASSES if issubclass(other, XdsError) and other is not error]
    assert error.code.startswith("XDS")
    assert error.code not in others


def test_a_registry_error_tells_its_facts() -> None:
    error = errors.DocumentNotFound("no document 1.2", location="1.2")
    assert (str(error), error.codeContext, error.location) == ("no document 1.2", "no document 1.2", "1.2")
    assert error.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("violation", "told"),
    [
        (ProtocolViolation, ("Sender", None, 400)),
        (errors.VersionMismatch, ("VersionMismatch", None, 500)),
        (errors.NotUnderstood, ("MustUnderstand", None, 500)),
        (errors.ActionMissing, ("Sender", "MessageAddressingHeaderRequired", 400)),
        (errors.ActionNotSupported, ("Sender", "ActionNotSupported", 400)),
        (errors.ActionMismatch, ("Sender", None, 400)),
        (errors.InvalidAddressingHeader, ("Sender", "InvalidAddressingHeader", 400)),
        (errors.OnlyAnonymousAddressSupported, ("Sender", "OnlyAnonymousAddressSupported", 400)),
        (errors.UnsupportedMediaType, ("Sender", None, 415)),
        (errors.LimitExceeded, ("Sender", None, 413)),
        (errors.LoopDetected, ("Receiver", None, 500)),
    ],
)
def test_a_violation_has_its_fault_code_and_status(
    violation: type[ProtocolViolation], told: tuple[str, str | None, int]
) -> None:
    assert (violation.code, violation.subcode, violation.http) == told


def test_a_violation_names_rule_and_detail() -> None:
    violation = errors.ActionNotSupported("no such action", rule="A08", detail="urn:x")
    assert (violation.reason, violation.rule, violation.detail) == ("no such action", "A08", "urn:x")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, "no actor 'x'"),
        ({"file": "a.yaml"}, "a.yaml: no actor 'x'"),
        ({"file": "a.yaml", "line": 14, "column": 9}, "a.yaml:14:9: no actor 'x'"),
        (
            {"file": "a.yaml", "line": 1, "hint": "Did you mean 'y'?"},
            "a.yaml:1: no actor 'x' Did you mean 'y'?",
        ),
    ],
)
def test_a_usage_error_names_place_and_way_out(place: dict[str, object], text: str) -> None:
    assert str(UsageError("no actor 'x'", **place)) == text  # type: ignore[arg-type]


def test_severities_are_written_as_words() -> None:
    finding = Finding(rule="D01", severity=Severity.WARNING, text="t")
    assert f"{finding.severity}" == "warning"

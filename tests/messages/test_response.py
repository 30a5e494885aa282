from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import each_schema, faults
from strategies import texts

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import DocumentNotFound, Severity, XdsError
from xdsi_sim.messages.response import (
    RegistryError,
    RegistryResponse,
    ReportedError,
    StatusReport,
    read_registry_response,
    read_status_report,
    retrieve_status,
    status_name,
    write_errors,
    write_registry_response,
)
from xdsi_sim.vocab import FAILURE, NS, PARTIAL_SUCCESS, SEVERITY_ERROR, SEVERITY_WARNING, SUCCESS

AN_ERROR = RegistryError(errorCode="XDSRegistryError", codeContext="no")
A_WARNING = RegistryError(errorCode="XDSExtraMetadataNotSaved", codeContext="so", severity=SEVERITY_WARNING)

ONE_LINES = texts().map(lambda text: " ".join(text.split()))
ERRORS = st.builds(
    RegistryError,
    errorCode=texts(),
    codeContext=ONE_LINES,
    severity=st.sampled_from([SEVERITY_ERROR, SEVERITY_WARNING]) | texts(),
    location=st.none() | texts(),
)
RESPONSES = st.builds(RegistryResponse, status=texts(), errors=st.lists(ERRORS, max_size=3).map(tuple))


def round_trip(response: RegistryResponse) -> RegistryResponse:
    return read_registry_response(parse(write_registry_response(response)))


@given(RESPONSES)
def test_response_reads_back(response: RegistryResponse) -> None:
    assert round_trip(response) == response


@each_schema
@pytest.mark.parametrize("errors", [(), (A_WARNING,), (AN_ERROR, A_WARNING)])
def test_response_is_valid(errors: tuple[RegistryError, ...], source: str) -> None:
    response = RegistryResponse(status=FAILURE, errors=errors)
    assert faults(write_registry_response(response), source) == []


@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "  ", "\x0b", "\u2028", "\x1e"])
def test_context_is_one_line(space: str) -> None:
    error = RegistryError(errorCode="e", codeContext=f"{space}first{space}second{space}")
    (read,) = round_trip(RegistryResponse(errors=(error,))).errors
    assert read.codeContext == "first second"


@pytest.mark.parametrize("length", [1023, 1024, 1025, 5000])
def test_context_has_1024_characters_at_most(length: int) -> None:
    error = RegistryError(errorCode="e", codeContext="é" * length)
    (read,) = round_trip(RegistryResponse(errors=(error,))).errors
    assert read.codeContext == "é" * min(length, 1024)


def test_context_may_quote_what_xml_cannot_carry() -> None:
    error = RegistryError(errorCode="e", codeContext="uid 1.2\x00 of a file \udcff")
    (read,) = round_trip(RegistryResponse(errors=(error,))).errors
    assert read.codeContext == "uid 1.2\ufffd of a file \ufffd"


def test_errors_keep_their_order() -> None:
    errors = tuple(RegistryError(errorCode=str(number), codeContext="c") for number in (3, 1, 2))
    assert (
        read_registry_response(parse(write_registry_response(RegistryResponse(errors=errors)))).errors
        == errors
    )


@pytest.mark.parametrize(
    ("errors", "highest"),
    [
        ((A_WARNING,), SEVERITY_WARNING),
        ((A_WARNING, AN_ERROR), SEVERITY_ERROR),
        ((AN_ERROR,), SEVERITY_ERROR),
    ],
)
def test_highest_severity_is_that_of_the_worst(errors: tuple[RegistryError, ...], highest: str) -> None:
    element = parse(f'<a xmlns:rs="{NS.RS}">{write_errors(errors)}</a>'.encode())[0]
    assert element.get("highestSeverity") == highest


def test_without_errors_there_is_no_list() -> None:
    assert write_errors(()) == ""
    assert len(parse(write_registry_response(RegistryResponse()))) == 0


def test_severity_is_error_where_the_peer_gives_none() -> None:
    text = f'<r:x xmlns:r="{NS.RS}"><r:RegistryErrorList><r:RegistryError/></r:RegistryErrorList></r:x>'
    response = read_registry_response(parse(text.encode()))
    assert response == RegistryResponse(status="", errors=(RegistryError(errorCode="", codeContext=""),))


def test_errors_of_other_namespaces_are_none() -> None:
    text = '<x status="s"><RegistryErrorList><RegistryError errorCode="e"/></RegistryErrorList></x>'
    assert read_registry_response(parse(text.encode())) == RegistryResponse(status="s")


@pytest.mark.parametrize(
    ("severity", "told"), [(Severity.ERROR, SEVERITY_ERROR), (Severity.WARNING, SEVERITY_WARNING)]
)
def test_an_exception_is_told_with_its_own_code(severity: Severity, told: str) -> None:
    class Odd(XdsError):
        code = "XDSOdd"

    Odd.severity = severity
    expected = RegistryError(errorCode="XDSOdd", codeContext="why", severity=told, location="1.2.3")
    assert RegistryError.of(Odd("why", location="1.2.3")) == expected


def test_an_exception_without_location_is_told_without() -> None:
    assert RegistryError.of(DocumentNotFound("no document 1.2")).location is None


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (SUCCESS, "Success"),
        (PARTIAL_SUCCESS, "PartialSuccess"),
        (FAILURE, "Failure"),
        ("odd", "odd"),
        ("", ""),
    ],
)
def test_a_status_is_called_by_its_last_part(status: str, name: str) -> None:
    assert status_name(status) == name


@pytest.mark.parametrize(
    ("delivered", "errors", "status"),
    [
        (2, (), SUCCESS),
        (2, (A_WARNING,), SUCCESS),
        (1, (AN_ERROR,), PARTIAL_SUCCESS),
        (1, (A_WARNING, AN_ERROR), PARTIAL_SUCCESS),
        (0, (AN_ERROR,), FAILURE),
        (0, (), SUCCESS),
    ],
)
def test_a_retrieve_is_success_partial_success_or_failure(
    delivered: int, errors: tuple[RegistryError, ...], status: str
) -> None:
    assert retrieve_status(delivered, errors) == status


def test_a_status_report_is_what_was_received_and_not_what_it_means() -> None:
    error = ReportedError(errorCode=None, codeContext=None, severity=None, location="", content="x")
    report = StatusReport(status=None, highestSeverity="odd", errors=(error,))
    inside = '<r:RegistryErrorList highestSeverity="odd"><r:RegistryError location="">x</r:RegistryError>'
    response = f'<r:RegistryResponse xmlns:r="{NS.RS}">{inside}</r:RegistryErrorList></r:RegistryResponse>'
    for text in (response, f"<outer>{response}</outer>"):
        assert read_status_report(parse(text.encode())) == report
    assert read_status_report(parse(b"<x status='y'/>")) == StatusReport(status="y")


@pytest.mark.parametrize(("severity", "weighs"), [(None, True), (SEVERITY_WARNING, False), ("odd", True)])
def test_what_is_no_warning_weighs_as_an_error(severity: str | None, weighs: bool) -> None:
    error = ReportedError(errorCode="x", codeContext="y", severity=severity, location=None)
    assert error.is_error is weighs

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from a_fhir_face import a_bundle, the
from answer_examples import asked, delivered, document, error, errors, registered
from foreign_clients import CLIENTS, Client
from lxml import etree
from rich.console import Console
from wire import message, post

from xdsi_sim.errors import Severity
from xdsi_sim.inspector.validation import (
    facts_of,
    print_unread,
    print_validated,
    request_of,
    summary_text,
    validate,
)
from xdsi_sim.soap.saved import Unrecognised
from xdsi_sim.vocab import FAILURE, TRANSACTIONS

WIRE = Path(__file__).parents[1] / "wire"
OF_THE_SENDING = {"A11"}
"""Rules that a server finds broken because it knows more than the message."""
RECEIVED = etree.tostring(registered("Success", errors(error("x"))), pretty_print=True)


def shown(validated: object) -> str:
    output = StringIO()
    print_validated(Console(file=output, soft_wrap=True, highlight=False), validated)  # type: ignore[arg-type]
    return output.getvalue()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_sample_of_a_foreign_stack_has_the_findings_that_a_server_has(client: Client) -> None:
    for path in sorted((WIRE / client.name).glob("*.http")):
        name = path.stem.replace("ITI-44-", "ITI-44 ")
        validated = validate(path.name, path.read_bytes())
        expected = {"ITI-41": "RAD-68"}.get(name, name.split()[0])
        assert (validated.transaction, validated.side) == (expected, "request")
        found = {result.finding.rule for result in validated.results}
        assert found == client.findings.get(name, set()) - OF_THE_SENDING


EXPECTED = {
    "empty-soap-wrapper.xml": {"A05"},
    "http-mtom-pnr.txt": {"A12", "D15"},
    "multipart-request.body.txt": {"A12", "D16", "D42"},
    "regresp-fail-noerr.xml": {"J03"},
    "regresp-suc-err.xml": {"J03", "J09"},
    "soap-noaction-pnr.xml": {"A06", "A10", "A12", "A14", "D15", "G01"},
    "soap-pnr-resp.xml": set(),
    "soap-pnr.xml": {"A07", "A10", "A12", "A14", "D15", "G01"},
    "soap-r-resp.xml": set(),
    "soap-ret-req-order.xml": {"C01"},
    "soap-ret-req.xml": set(),
    "soap-ret-resp.xml": {"A18"},
    "soap-sq-req.xml": {"A07", "A10", "A12", "A14"},
    "soap-xcq-req.xml": {"A07", "A10", "A12", "A14"},
    "soap-xcq-resp.xml": {"A18"},
    "soap-xcr-req.xml": {"A07"},
    "soap-xret-resp-error.xml": {"A18", "H10", "J07"},
    "soap-xret-resp-homeless.xml": {"A18", "H06", "H10", "J07"},
    "soap-xret-resp.xml": {"A18"},
    "sq-resp-lc.xml": set(),
    "sq-resp-objectref.xml": set(),
    "xml-parse-error.xml": {"A03"},
}
"""Of public samples of messages: the rules that each breaks."""


@pytest.mark.parametrize("name", EXPECTED)
def test_a_public_sample_breaks_the_rules_that_it_is_known_to_break(name: str, shared_data: Path) -> None:
    validated = validate(name, (shared_data / "nist" / "soap" / name).read_bytes())
    assert {result.finding.rule for result in validated.results} == EXPECTED[name]
    assert all(result.position is not None for result in validated.results)


def test_a_finding_is_told_with_file_line_column_rule_and_citation() -> None:
    validated = validate("answer.xml", RECEIVED)
    lines = shown(validated).splitlines()
    assert lines[0] == "answer.xml: ITI-41 answer, by its looks"
    assert "answer.xml:1:76: error J01 at status: the status is none of " in lines[1]
    assert lines[1].endswith("'Success' (ITI TF-3: 4.2.4)")
    assert "warning J07 at errorCode: RegistryError 1 (x) is no code of the framework" in lines[2]


def test_facts_have_the_shape_that_the_manual_tells() -> None:
    facts = facts_of(validate("answer.xml", RECEIVED))
    assert {key: facts[key] for key in ("file", "form", "transaction", "side", "assumed", "fault")} == {
        "file": "answer.xml",
        "form": "XML",
        "transaction": "ITI-41",
        "side": "answer",
        "assumed": True,
        "fault": None,
    }
    first = facts["results"][0]
    assert (first["ruleId"], first["level"], first["cites"]) == ("J01", "error", "ITI TF-3: 4.2.4")
    (place,) = first["locations"]
    assert place["file"] == "answer.xml"
    assert place["region"]["startLine"] == 1
    assert place["attribute"] == "status"


def test_a_request_is_read_for_its_answers() -> None:
    content_type, envelope = message("http://x/y", "ITI-43", asked("2.999.2.1", "2.999.2.2"))
    told = request_of(post("http://x/y", content_type, envelope))
    assert told is not None
    assert told.transaction == TRANSACTIONS["ITI-43"]
    found = validate("a", etree.tostring(delivered(document())), asked=told).results
    assert [result.finding.rule for result in found] == ["H08"]
    assert request_of(RECEIVED) is None
    assert request_of(b"<x/>") is None


def test_what_is_no_message_is_not_judged() -> None:
    with pytest.raises(Unrecognised):
        validate("x.pdf", b"%PDF-1.7")
    output = StringIO()
    print_unread(Console(file=output, highlight=False), "x\x1b.pdf", "no [message]")
    assert output.getvalue() == "x⟨U+001B⟩.pdf: could not be read: no [message]\n"


def test_counts_are_by_level() -> None:
    validated = validate("answer.xml", etree.tostring(registered(FAILURE)))
    assert (validated.count("error"), validated.count("warning")) == (1, 0)
    assert {result.finding.severity for result in validated.results} == {Severity.ERROR}
    text = summary_text(Counter({"error": 1, "warning": 2}), 3, 1)
    assert text == "3 messages: 1 error, 2 warnings, 0 notes; 1 file could not be read"


def test_a_resource_of_fhir_is_judged_and_shown_with_its_elements() -> None:
    bundle = a_bundle()
    del the(bundle, "DocumentReference")["type"]
    validated = validate("bundle.json", json.dumps(bundle).encode())
    assert (validated.what, validated.form) == ("ITI-65 request", "FHIR JSON")
    assert "error fhir-required at Bundle.entry[1].resource.type: type of DocumentReference" in shown(
        validated
    )
    (fact,) = facts_of(validated)["results"]
    assert fact["locations"] == [
        {"file": "bundle.json", "object": "Bundle.entry[1].resource.type", "attribute": None}
    ]

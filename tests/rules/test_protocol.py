from __future__ import annotations

import re
from pathlib import Path

import pytest

import xdsi_sim
from xdsi_sim.errors import ProtocolViolation, Severity
from xdsi_sim.rules.catalogue import explain
from xdsi_sim.rules.protocol import PROTOCOL_RULES, finding, finding_of
from xdsi_sim.rules.registry import RULES
from xdsi_sim.rules.transactions import RULESETS

PACKAGE = Path(xdsi_sim.__file__).parent
NAMED = re.compile(r"""(?:rule=|finding\(|yield _packaging\(|_invalid\()"([A-Z]\d\d)\"""")


def test_no_rule_is_in_both_tables() -> None:
    assert RULESETS
    assert not set(RULES) & set(PROTOCOL_RULES)


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_every_rule_that_the_code_names_can_be_explained(file: Path) -> None:
    for id in NAMED.findall(file.read_text(encoding="utf-8")):
        assert id in {**RULES, **PROTOCOL_RULES}, f"{file}: {id}"


@pytest.mark.parametrize("id", sorted(PROTOCOL_RULES))
def test_every_rule_can_be_explained(id: str) -> None:
    rule = PROTOCOL_RULES[id]
    assert rule.text in explain(id)
    assert rule.fault is None or rule.fault in explain(id)


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("A06", "A06  error, fault Sender with MessageAddressingHeaderRequired or InvalidAddressingHeader"),
        ("A07", "A07  warning, no fault\n"),
        ("B01", "fault Sender, where strict\n"),
        ("A23", "chosen here."),
        ("A04", "The framework says so (SOAP 1.2 Part 1: 5.4.7)."),
    ],
)
def test_an_explanation_says_what_a_peer_is_told_and_why(id: str, words: str) -> None:
    assert words in explain(id)


def test_a_finding_weighs_what_the_table_says() -> None:
    found = finding("A07", "no mustUnderstand", "wsa:Action")
    assert (found.rule, found.severity, found.location, found.cites) == (
        "A07",
        Severity.WARNING,
        "wsa:Action",
        PROTOCOL_RULES["A07"].cites,
    )
    assert finding("A07", "x", severity=Severity.INFO).severity is Severity.INFO


def test_a_problem_that_is_let_pass_is_a_finding_at_its_header() -> None:
    problem = ProtocolViolation("no id", rule="A10", detail="wsa:MessageID")
    assert finding_of(problem, "soap:Header").location == "wsa:MessageID"
    assert finding_of(ProtocolViolation("no", rule="A10"), "soap:Header").location == "soap:Header"

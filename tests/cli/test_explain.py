from __future__ import annotations

import json
from functools import partial

import pytest
from a_command import run as run_command

run = partial(run_command, "explain")


def test_the_command_has_help_with_an_example() -> None:
    assert "Example: xdsi-sim explain" in " ".join(run("--help").stdout.split())


def test_a_rule_is_told_in_words() -> None:
    ended = run("d08", "A06")
    first, second = ended.stdout.split("\n\n")
    assert first.startswith("D08  error, XDSRegistryMetadataError or XDSRepositoryMetadataError\nA time is")
    assert "Holds for ITI-41, ITI-42" in first
    assert "The setting `strictness` of a topology decides about it." in second
    assert ended.returncode == 0


def test_an_error_code_leads_to_its_rules() -> None:
    told = run("XDSPatientIdDoesNotMatch").stdout
    assert "The codeContext holds the patient id, as CX." in told
    assert "\n  F12  " in told


def test_without_a_name_all_rules_are_listed_by_group() -> None:
    lines = run().stdout.splitlines()
    assert lines[0] == "A  HTTP, MIME, SOAP, WS-Addressing"
    assert lines[1].startswith("A01  error   ")
    assert "J  Answers" in lines


@pytest.mark.parametrize(
    ("name", "hint"), [("D0", "Did you mean"), ("XDSUnknownPatientID!", "Did you mean 'XDSUnknownPatientId'")]
)
def test_what_is_unknown_is_answered_with_the_nearest(name: str, hint: str) -> None:
    ended = run("D08", name)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert hint in ended.stderr


def test_programs_are_told_the_same() -> None:
    rule, code = json.loads(run("I18", "XDSTooManyResults", "--json").stdout)["explained"]
    assert (rule["kind"], rule["codes"], rule["setting"]) == ("rule", ["XDSTooManyResults"], "mostResults")
    assert rule["transactions"] == ["ITI-18", "ITI-51"]
    assert (code["kind"], code["rules"], code["codeContext"]) == ("code", ["I18"], "the limit")
    everything = json.loads(run("--json").stdout)["explained"]
    assert len(everything) > 150

from __future__ import annotations

import re
from pathlib import Path

import pytest
from update_examples import BROKEN

from xdsi_sim.actors.acceptance import PARTS
from xdsi_sim.errors import UsageError
from xdsi_sim.rules.actions import ACTIONS
from xdsi_sim.rules.catalogue import (
    GROUPS,
    SEEN_TO_BY_OTHERS,
    SETTINGS,
    catalogue,
    code_named,
    entry_of,
    explain,
    explain_code,
    raised_by,
)
from xdsi_sim.rules.protocol import PROTOCOL_RULES
from xdsi_sim.rules.registry import RULES
from xdsi_sim.rules.serving import SERVING_RULES

OURS = {"G21", "I33", "I34", "K13", "K14", "L31"}
"""Ids that are added at the ends of groups here."""


def test_no_id_is_in_two_tables() -> None:
    tables = (RULES, PROTOCOL_RULES, SERVING_RULES, ACTIONS, SEEN_TO_BY_OTHERS)
    assert len(catalogue()) == sum(map(len, tables))


def test_every_rule_is_in_a_table_of_what_it_holds_for() -> None:
    assert [rule for rule in RULES if not catalogue()[rule].transactions] == []
    assert catalogue()["K06"].transactions == ("ITI-44",)


def test_every_id_of_the_catalogue_is_known(shared_data: Path) -> None:
    page = (shared_data.parent / "spec" / "validation-rules.md").read_text("utf-8")
    rows = set(re.findall(r"^\| ([A-L]\d\d) \|", page, re.MULTILINE))
    assert rows - set(catalogue()) == set()
    assert set(catalogue()) - rows >= OURS
    actions = set(re.findall(r"^\| ([A-L]\d\d) \|.*\| A \|", page, re.MULTILINE))
    assert actions <= set(ACTIONS)


@pytest.mark.parametrize("id", sorted(catalogue()))
def test_every_rule_can_be_explained(id: str) -> None:
    entry = catalogue()[id]
    text = explain(id)
    assert text.startswith(f"{id}  {entry.severity}, ")
    assert entry.text in text
    assert entry.text.endswith(".")
    assert entry.told in text
    assert id[0] in GROUPS


def test_an_explanation_says_where_a_rule_holds_and_what_decides_about_it() -> None:
    assert explain("I08").splitlines()[3:] == [
        "Holds for ITI-18, ITI-51.",
        "The setting `queries` of a topology decides about it.",
    ]
    assert "XDSRegistryMetadataError or XDSRepositoryMetadataError\n" in explain("d08")
    assert "Holds for ITI-41, ITI-42" in explain("D08")


def test_what_is_unknown_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"unknown rule 'D0'.*Did you mean"):
        entry_of("D0")
    with pytest.raises(UsageError, match="Did you mean 'XDSMissingDocument'"):
        entry_of("XDSMissingDocumment")


def test_settings_are_of_rules_that_exist_and_are_in_the_manual(project_root: Path) -> None:
    assert set(SETTINGS) <= set(catalogue())
    page = (project_root / "docs" / "topology.md").read_text("utf-8")
    assert all(f"`{setting}`" in page for setting in SETTINGS.values())
    assert "fault Sender, where `validation` asks for it" in explain("C01")


def test_each_rule_that_a_setting_decides_about_says_so() -> None:
    by_setting: dict[str, list[str]] = {}
    for id, entry in catalogue().items():
        if entry.setting is not None:
            by_setting.setdefault(entry.setting, []).append(id)
    assert {setting: " ".join(ids) for setting, ids in by_setting.items()} == {
        "asynchronous": "A13",
        "codes": "D27 D28",
        "limits": "A23",
        "mostResults": "I18",
        "patients": "F09",
        "queries": "I03 I08 I13",
        "rules": "C15 C18 C19 C24 D09 D10 D22 D25 D30 D32 D34 D36 D37 D40 D42 E12 E23 E27 E28 F17 F18 F34 "
        "G02 G09 G10 G11 G12",
        "strictness": "A06 A10 B01 H05",
        "unknownPatients": "I35",
        "validation": "C01",
    }


def test_what_other_rules_see_to_holds_where_those_do() -> None:
    assert catalogue()["L10"].transactions == ("ITI-57", "ITI-92")
    assert catalogue()["L30"].transactions == ("ITI-57", "ITI-92", "ITI-62")


def test_an_explanation_is_whole() -> None:
    assert explain("H05").splitlines() == [
        "H05  error, fault Sender, where strict",
        "DocumentRequest is in the namespace of ITI-43, also in RAD-69.",
        "The framework says so (RAD TF: 4.69).",
        "The setting `strictness` of a topology decides about it.",
    ]
    assert explain("F32").splitlines()[2:] == [
        "The framework leaves this open; chosen here.",
        "Holds for ITI-42.",
    ]
    assert explain("F06").startswith("F06  action, not a check\n")
    assert explain("J01").startswith("J01  error, no error code\n")


def test_a_code_is_explained_whole() -> None:
    row = code_named("XDSReplaceFailed")
    assert row is not None
    assert explain_code(row).splitlines()[:5] == [
        "XDSReplaceFailed  error",
        "A replacement failed.",
        "The codeContext holds what is wrong, in words.",
        "In answers of ITI-41, ITI-42, ITI-57, ITI-61, ITI-80, ITI-92, RAD-68.",
        "Of the past; today it is the code of what is wrong.",
    ]


def test_a_code_leads_to_the_rules_that_raise_it() -> None:
    code = code_named("xdspatientiddoesnotmatch")
    assert code is not None
    assert {entry.id for entry in raised_by(code.code)} >= {"F12", "F14", "F15"}
    assert [entry.id for entry in raised_by("XDSTooManyResults")] == ["I18"]
    assert code_named("Other") is None


def test_a_rule_is_told_with_the_codes_that_it_has_in_one_transaction_alone() -> None:
    assert catalogue()["L02"].codes == ("XDSMetadataUpdateError", "XDSInvalidRequestException")
    assert "L08" in {entry.id for entry in raised_by("XDSMetadataIdentifierError")}


def test_codes_of_updates_and_removals_are_those_that_their_rules_declare() -> None:
    told = {(rule, code) for rule, cases in BROKEN.items() for _, code in cases}
    assert {(rule, code) for rule, code in told if code not in catalogue()[rule].codes} == set()
    assert {"L29"} <= {entry.id for entry in raised_by("XDSUnknownRepositoryId")}


@pytest.mark.parametrize("code", [part.code for part in PARTS.values()])
def test_a_code_that_a_setting_asks_for_is_told_with_it(code: str) -> None:
    row = code_named(code)
    assert row is not None
    assert "where its setting `notProcessed` asks for that" in explain_code(row)


def test_a_code_that_nothing_here_raises_is_told_so() -> None:
    row = code_named("LocalPolicyRestrictionError")
    assert row is not None
    assert explain_code(row).endswith("No rule raises it here; a deviation may (`xdsi-sim faults list`).")

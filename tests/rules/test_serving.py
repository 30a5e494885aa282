from __future__ import annotations

import re
from pathlib import Path

import pytest

import xdsi_sim
from xdsi_sim.rules.catalogue import catalogue
from xdsi_sim.rules.serving import SERVING_RULES
from xdsi_sim.vocab import SEVERITY_ERROR

PACKAGE = Path(xdsi_sim.__file__).parent
TOLD = re.compile(r"; rule=([A-Z]\d\d)")


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_every_rule_that_a_code_context_names_has_a_row(file: Path) -> None:
    assert set(TOLD.findall(file.read_text("utf-8"))) <= set(catalogue())


def test_every_rule_of_serving_has_a_code_and_a_transaction() -> None:
    assert all(rule.code and rule.transactions for rule in SERVING_RULES.values())


def test_a_rule_tells_its_own_codes_alone_and_where_it_was_broken() -> None:
    rule = SERVING_RULES["H16"]
    error = rule.broken("nobody answers", location="urn:oid:2.999.1")
    assert (error.errorCode, error.codeContext, error.location) == (
        "XDSUnavailableCommunity",
        "nobody answers; rule=H16",
        "urn:oid:2.999.1",
    )
    assert error.severity == SEVERITY_ERROR
    assert rule.broken("x", code="XDSRegistryError").errorCode == "XDSRegistryError"
    with pytest.raises(ValueError, match="XDSTooManyResults"):
        rule.broken("x", code="XDSTooManyResults")

from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import Severity
from xdsi_sim.rules import catalogue  # noqa: F401  brings all rules
from xdsi_sim.rules.error_codes import ERROR_CODES, Context
from xdsi_sim.rules.registry import META, RULES
from xdsi_sim.rules.serving import SERVING_RULES

NAMES = {"P": "ITI-41", "R": "ITI-42", "SQ": "ITI-18", "XGQ": "ITI-38", "RS": "ITI-43", "XGR": "ITI-39"}


@pytest.mark.parametrize("id", [*RULES, *SERVING_RULES])
def test_what_a_rule_tells_is_a_code_of_the_table(id: str) -> None:
    rule = RULES.get(id) or SERVING_RULES[id]
    codes = {rule.code, *rule.also} - {META, None}
    assert codes <= set(ERROR_CODES)
    assert all(ERROR_CODES[code or ""].instead is None for code in codes)


@pytest.mark.parametrize(
    ("code", "text", "says"),
    [
        ("XDSUnknownPatientId", "PatientId 777 is not known", False),
        ("XDSUnknownPatientId", "P1^^^&1.2.3&ISO is not known", True),
        ("XDSStoredQueryMissingParam", "$XDSDocumentEntryStatus is missing", True),
        ("XDSStoredQueryMissingParam", "the status is missing", False),
        ("XDSNonIdenticalHash", "the hash differs", False),
        ("XDSNonIdenticalHash", "2.999.2.1 has another hash", True),
        ("UnresolvedReferenceException", "urn:uuid:00000000-0000-4000-8000-000000000001", True),
        ("XDSTooManyResults", "more than 100 objects", True),
        ("UnresolvedReferenceException", "no object has this id; object=Document01", True),
        ("UnresolvedReferenceException", "an object is not here", False),
        ("XDSMetadataVersionError", "PreviousVersion is not the last", False),
        ("XDSMetadataVersionError", "it is 2; object=entry-1; attribute=PreviousVersion", True),
        ("ReferencesExistException", "urn:uuid:00000000-0000-4000-8000-000000000001 is referred to", True),
    ],
)
def test_a_context_is_recognised_by_its_facts(code: str, text: str, says: bool) -> None:
    assert bool(ERROR_CODES[code].context.pattern.search(text)) is says


def test_what_a_rule_warns_of_may_be_a_warning() -> None:
    warning = [rule for rule in RULES.values() if rule.severity is Severity.WARNING]
    told = {code for rule in warning for code in (rule.code, *rule.also) if code not in (META, None)}
    assert {code for code in told if Severity.WARNING not in ERROR_CODES[code or ""].severities} == set()


def test_every_context_has_words() -> None:
    assert all(context.words for context in Context)


def test_the_public_table_says_nothing_else(shared_data: Path) -> None:
    page = (shared_data / "nist" / "error-codes-by-transaction.txt").read_text("utf-8")
    rows = [line.split(",", 3) for line in page.splitlines()[1:] if line.strip()]
    for transaction, code, severity, _ in rows:
        known = ERROR_CODES[code.strip()]
        assert NAMES[transaction.strip()] in known.transactions, code
        assert severity.strip() in {one.value[0].upper() for one in known.severities}, code

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.scenario.steps.query import QueryStep
from xdsi_sim.vocab import APPROVED, DEPRECATED, ON_DEMAND


def step(query: str = "FindDocuments", **more: Any) -> QueryStep:
    return QueryStep.model_validate({"consumer": "c", "registry": "r", "query": query, **more})


def test_parameters_are_named_short_or_in_full() -> None:
    parameters = {
        "patientId": "p",
        "$XDSDocumentEntryStatus": ["Approved"],
        "eventCodeList": [["a^^1", "b^^1"], ["c^^1"]],
        "creationTimeFrom": "2024",
    }
    assert step(parameters=parameters, raw={"$x": "as it is"}).slots() == (
        Slot("$XDSDocumentEntryPatientId", ("'p'",)),
        Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}')",)),
        Slot("$XDSDocumentEntryEventCodeList", ("('a^^1','b^^1')",)),
        Slot("$XDSDocumentEntryEventCodeList", ("('c^^1')",)),
        Slot("$XDSDocumentEntryCreationTimeFrom", ("2024",)),
        Slot("$x", ("as it is",)),
    )


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("classCode", "CT^^DCM", "('CT^^1.2.840.10008.2.16.4')"),
        ("classCode", "X^^2.999.1", "('X^^2.999.1')"),
        ("classCode", "X", "('X')"),
        ("status", "Deprecated", f"('{DEPRECATED}')"),
        ("type", "OnDemand", f"('{ON_DEMAND}')"),
        ("authorPerson", "Approved^^DCM", "('Approved^^DCM')"),
        ("patientId", "Stable", "'Stable'"),
    ],
)
def test_short_forms_stand_for_what_is_sent(name: str, given: str, sent: str) -> None:
    (slot,) = step(parameters={name: given}).slots()
    assert slot.values == (sent,)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"query": "FindDocumets"}, "no stored query 'FindDocumets'"),
        ({"parameters": {"patient": "p"}}, "has no parameter 'patient'"),
        ({"query": "GetAll", "parameters": {"status": "x"}}, "has no parameter 'status'"),  # there are three
    ],
)
def test_names_are_checked_before_anything_runs(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        step(**given)


@pytest.mark.parametrize("given", [{}, {"registry": "r", "through": "g"}])
def test_either_a_registry_or_a_gateway_is_asked(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either a registry, or a gateway by `through`"):
        QueryStep.model_validate({"consumer": "c", "query": "FindDocuments", **given})


def test_a_gateway_is_asked_in_place_of_a_registry() -> None:
    assert step().receiver == "r"
    asked = QueryStep.model_validate({"consumer": "c", "through": "g", "query": "GetDocuments", "home": "h"})
    assert (asked.receiver, asked.home) == ("g", "h")

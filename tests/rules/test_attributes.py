from __future__ import annotations

import pytest
from rule_examples import broken_by, in_module
from submissions import an_entry

from xdsi_sim.ebrim.model import (
    Author,
    Classification,
    Code,
    ExternalIdentifier,
    InternationalString,
    Slot,
)
from xdsi_sim.rules.registry import judge, rules


@pytest.mark.parametrize("rule", in_module("attributes"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


LONG = InternationalString.of("x" * 1025)
LABEL = Classification(classificationScheme="urn:x", nodeRepresentation="x" * 257)


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({"comments": InternationalString.of("x" * 1024), "version": "1" * 16, "uniqueId": "1" * 256}, None),
        ({"comments": LONG}, "comments"),
        ({"version": "1" * 17}, "version"),
        ({"uniqueId": "1" * 257}, "uniqueId"),
        ({"mimeType": "a/" + "b" * 255}, "mimeType"),
        ({"typeCode": Code("x" * 257, "s", InternationalString.of("n"))}, "typeCode"),
        ({"typeCode": Code("c", "s" * 257, InternationalString.of("n"))}, "typeCode"),
        ({"typeCode": Code("c", "s", LONG)}, "typeCode"),
        ({"typeCode": Code("c", "s", InternationalString.of("n"), extra=(Slot("s", ("x" * 257,)),))}, "s"),
        ({"URI": "x" * 257}, "URI"),
        ({"author": (Author(authorRole=("r", "x" * 257), authorPerson="D1"),)}, "authorRole"),
        ({"extra": (Slot("urn:" + "x" * 253, ("1",)),)}, "slot name"),
        ({"extra": (Slot("urn:x", ("x" * 257,)),)}, "urn:x"),
        ({"extra": (LABEL,)}, "nodeRepresentation"),
        ({"extra": (ExternalIdentifier(identificationScheme="i", value="x" * 257),)}, "ExternalIdentifier"),
    ],
)
def test_texts_keep_to_the_lengths_of_ebrim(changes: dict[str, object], attribute: str | None) -> None:
    verdict = judge([(an_entry(**changes), rules("C22"))])
    told = [error.codeContext.partition("attribute=")[2].partition(";")[0] for error in verdict.errors]
    assert told == ([] if attribute is None else [attribute])

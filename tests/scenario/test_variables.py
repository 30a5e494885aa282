from __future__ import annotations

from typing import Any

import pytest
from submissions import an_entry

from xdsi_sim.scenario.variables import New, NotThere, as_text, follow, parse_path, references, resolve

SCOPE: dict[str, Any] = {"found": {"entries": (an_entry(1), an_entry(2))}, "n": 3, "name": "x"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${found.entries[1].uniqueId}", "2.999.2.2"),
        ("${found.entries[*].uniqueId}", ("2.999.2.1", "2.999.2.2")),
        ("${found.entries[0].classCode}", an_entry().classCode),
        ("${n}", 3),
        ("a ${n} b ${name}", "a 3 b x"),
        ("$${n} and ${n}", "${n} and 3"),
        ("code ${found.entries[0].classCode}", "code IMAGES^^1.3.6.1.4.1.19376.1.2.6.1"),
        ("plain", "plain"),
        (["${n}", {"k": "${name}"}], [3, {"k": "x"}]),
    ],
)
def test_references_become_what_they_lead_to(text: Any, value: Any) -> None:
    assert resolve(text, SCOPE) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${found.entries[7]}", r"found.entries has 2 items, there is no \[7\]"),
        ("${found.other}", "found has no 'other'"),
        ("${found.entries[0]._private}", "has no '_private'"),
        ("${found.entries[0].author.append}", "has no 'append'"),
        ("${n[0]}", "n is not a list"),
        ("${nothing}", "^there is no 'nothing'$"),
    ],
)
def test_a_reference_that_leads_nowhere_says_how_far_it_led(text: str, words: str) -> None:
    with pytest.raises(NotThere, match=words):
        resolve(text, SCOPE)


@pytest.mark.parametrize("text", ["", ".a", "a.", "a..b", "a[", "a[x]", "a b", "a[0]b"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a reference"):
        parse_path(text)


def test_references_are_listed_without_escaped_ones() -> None:
    assert list(references("${a.b} $${c} ${d}")) == ["a.b", "d"]


def test_values_are_written_as_a_scenario_writes_them() -> None:
    entry = an_entry()
    assert as_text((entry.title, None, 3)) == "CT Head, , 3"
    assert as_text((True, False)) == "true, false"
    assert follow(entry, ("hash",)) == entry.hash


def test_new_ids_are_others_each_time() -> None:
    scope = {"new": New()}
    uids = [resolve("${new.uid}", scope) for _ in range(2)]
    assert len(set(uids)) == 2
    assert all(uid.startswith("2.25.") for uid in uids)
    assert resolve("${new.uuid}", scope).startswith("urn:uuid:")

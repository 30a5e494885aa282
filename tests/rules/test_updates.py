from __future__ import annotations

import re
from pathlib import Path

import pytest
from rule_examples import in_module
from submissions import a_folder, a_set, an_association, an_entry, uuid
from update_examples import BROKEN, ENTRY, FOLDER, KNOWN, SOUND, UPDATE_MODULES, V2, found_by, held, knowing
from update_requests import a_status, an_update, brought, newer

from xdsi_sim.ebrim.model import MetadataObject
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.rules.transactions import RULESETS
from xdsi_sim.rules.updates import OPERATIONS, operation_of, propagated
from xdsi_sim.vocab import DEPRECATED
from xdsi_sim.vocab import Association as AssociationType


def test_every_rule_of_an_update_has_an_example_that_breaks_it() -> None:
    assert {rule for module in UPDATE_MODULES for rule in in_module(module)} == set(BROKEN)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_update_breaks_nothing(name: str) -> None:
    assert found_by(SOUND[name]) == []


def test_the_manual_tells_operations_and_codes_of_each_rule(project_root: Path) -> None:
    page = (project_root / "docs" / "metadata-update.md").read_text(encoding="utf-8")
    assert [operation.name for operation in OPERATIONS if f"| {operation.name} |" not in page] == []
    told = {
        (line.split(" | ")[0].strip("| "), code)
        for line in page.splitlines()
        for code in re.findall(r"`(\w+)`", line)
    }
    expected = {(rule, code) for rule, cases in BROKEN.items() for _, code in cases}
    assert expected - told == set()


def subject(request: SubmitObjectsRequest, *objects: MetadataObject) -> Submission:
    return RULESETS["ITI-57"].subject(request, knowing(objects) if objects else KNOWN)


def test_an_operation_is_known_by_what_triggers_it() -> None:
    join = brought(an_association(uuid(6), uuid(1), AssociationType.APND))
    request = an_update(V2, newer(FOLDER, 11), more=(a_status(uuid(302)), *join))
    submission = subject(request)
    found = [operation_of(submission, association) for association in request.objects.associations]
    assert found == [*OPERATIONS, None]  # the last is what is submitted


RPLC = AssociationType.RPLC
IN_FOLDER = held(an_association(uuid(200), uuid(1), entryUUID=uuid(301)))
FROM_SET = held(an_association(uuid(100), uuid(1), entryUUID=uuid(302)))
REPLACES = held(an_association(uuid(1), uuid(2), RPLC, entryUUID=uuid(303)))
REPLACED = held(an_entry(2), availabilityStatus=DEPRECATED)
CLOSED = held(a_folder(200), availabilityStatus=DEPRECATED)


@pytest.mark.parametrize(
    ("link", "other", "ends"),
    [
        (IN_FOLDER, held(FOLDER), [(uuid(200), uuid(10))]),
        (IN_FOLDER, CLOSED, []),
        (FROM_SET, held(a_set(100)), []),
        (REPLACES, REPLACED, [(uuid(10), uuid(2))]),
    ],
)
def test_what_is_copied_has_the_new_version_at_its_end(
    link: MetadataObject, other: MetadataObject, ends: list[tuple[str, str]]
) -> None:
    found = propagated(subject(an_update(V2), held(ENTRY), other, link))
    assert [(copy.sourceObject, copy.targetObject) for copy in found] == ends


@pytest.mark.parametrize(
    ("propagation", "count"),
    [(None, 1), ("yes", 1), ("no", 0)],
)
def test_a_link_between_two_that_are_updated_is_copied_once(propagation: str | None, count: int) -> None:
    request = an_update(V2, newer(FOLDER, 11), propagation=propagation)
    found = list(propagated(subject(request, held(ENTRY), held(FOLDER), IN_FOLDER)))
    assert [(copy.sourceObject, copy.targetObject) for copy in found] == [(uuid(11), uuid(10))] * count

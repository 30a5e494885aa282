from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from rule_examples import BROKEN, KNOWN, SOUND, described_by
from submissions import AUTHORITY, a_folder, a_provision, a_set, a_submission, an_association, an_entry, uuid
from update_requests import an_update, brought

from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.ebrim.limited import is_limited, limited
from xdsi_sim.ebrim.model import Classification
from xdsi_sim.ebrim.tables import SUBMISSION_SET
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.submit import SubmitObjectsRequest, read_submit_objects
from xdsi_sim.rules.registry import RULES
from xdsi_sim.rules.subjects import Fingerprint, Known
from xdsi_sim.rules.transactions import (
    IN_FORCE,
    RULESETS,
    check_against_registry,
    check_provision,
    check_receipt,
    check_registration,
)
from xdsi_sim.rules.walks import has_extras

TEXT = sha1_of(BytesContent(b"text"))
SHARED = Path(__file__).parents[3] / "shared" / "data" / "nist"
CASES: list[dict[str, Any]] = json.loads((SHARED / "cases.json").read_text()) if SHARED.is_dir() else []


def test_a_sound_submission_breaks_nothing() -> None:
    inside = an_association(uuid(200), uuid(1), entryUUID="inside")
    request = a_submission(
        entries=(an_entry(1), an_entry(2)),
        folders=(a_folder(),),
        more=(inside, an_association(uuid(100), "inside")),
    )
    assert check_registration(request, KNOWN).findings == ()
    assert check_registration(request).findings == ()
    assert check_against_registry(request, KNOWN).accepted


@pytest.mark.parametrize("rule", SOUND)
def test_what_a_rule_asks_for_breaks_nothing(rule: str) -> None:
    assert check_registration(SOUND[rule], KNOWN).findings == ()


@pytest.mark.parametrize("rule", sorted(one.id for one in IN_FORCE.values() if one.of_extras))
def test_a_rule_of_extras_is_broken_by_extras_alone(rule: str) -> None:
    one, held = RULES[rule], RULESETS["ITI-42"].objects
    values = [value for value in BROKEN[rule].objects.objects() if one in held[type(value)]]
    broken = [value for value in values if next(one.check(value), None) is not None]
    assert broken
    assert all(map(has_extras, broken))


def test_what_the_kind_of_a_registered_object_breaks_is_found_with_what_the_registry_holds() -> None:
    nested = an_update(more=brought(an_association(uuid(209), uuid(210), entryUUID="in")))
    verdict = check_against_registry(nested, KNOWN, "ITI-57")
    assert "E15" in {finding.rule for finding in verdict.findings}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    request = a_submission(
        entries=(an_entry(typeCode=None, creationTime="x", languageCode="?", patientId="P"),)
    )
    rules = {finding.rule for finding in check_registration(request).findings}
    assert {"D01", "D08", "D15", "D26"} <= rules


def test_what_a_repository_refuses_it_judges_whole() -> None:
    request = a_provision(entries=(an_entry(hash="0" * 40, creationTime="x"),)).submission
    document = Fingerprint(id=uuid(1), hash=sha1_of(BytesContent(b"text")), size=4)
    verdict = check_provision(request, described_by(request), (document,))
    assert {"G04", "D08"} <= {finding.rule for finding in verdict.findings}
    assert {error.errorCode for error in verdict.errors} == {"XDSRepositoryMetadataError"}


def receipt(request: SubmitObjectsRequest, *, limited: bool) -> list[str]:
    """Rules that a submission breaks when its documents come with it to a recipient."""
    documents = tuple(
        Fingerprint(id=entry.entryUUID, hash=TEXT, size=4) for entry in request.objects.documentEntries
    )
    verdict = check_receipt(request, described_by(request), documents, limited=limited)
    assert {error.errorCode for error in verdict.errors} <= {"XDSRepositoryMetadataError"}
    return [finding.rule for finding in verdict.findings]


def test_a_recipient_judges_what_a_registry_would() -> None:
    assert receipt(a_submission(), limited=False) == []
    sloppy = a_submission(entries=(an_entry(typeCode=None, creationTime="x"),))
    assert receipt(sloppy, limited=False) == ["D01", "D08"]


def test_what_a_repository_adds_is_asked_of_no_source() -> None:
    bare = a_submission(entries=(an_entry(hash=None, size=None, repositoryUniqueId=None),))
    assert receipt(bare, limited=False) == []
    assert [finding.rule for finding in check_registration(bare).findings] == ["D01"] * 3


def test_whoever_sends_limited_metadata_must_give_little() -> None:
    request = SubmitObjectsRequest(objects=limited(a_submission(folders=(a_folder(),)).objects))
    assert receipt(request, limited=True) == []
    assert {*receipt(request, limited=False)} == {"D01", "D02", "D03", "D04"}


def test_labels_that_were_mixed_up_are_told() -> None:
    node = SUBMISSION_SET.by_name["limitedMetadata"].key
    entry = an_entry(extra=(Classification(classificationNode=node),))
    request = a_submission(entries=(entry,), set_=a_set(limitedMetadata=True))
    assert is_limited(request.objects)
    verdict = check_registration(request, transaction="XDR limited")
    assert [finding.text for finding in verdict.findings] == [
        "limitedMetadata is missing",
        "the label limitedMetadata is that of a SubmissionSet",
    ]


def test_what_is_given_must_be_sound_though_it_need_not_be_given() -> None:
    entry = an_entry(limitedMetadata=True, creationTime="x")
    request = a_submission(entries=(entry,), set_=a_set(limitedMetadata=True))
    assert receipt(request, limited=True) == ["D08"]


@pytest.fixture(scope="module")
def render() -> ModuleType:
    if not CASES:
        pytest.skip("the sample submissions are not beside this checkout")
    spec = importlib.util.spec_from_file_location("render", SHARED / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def submission(render: ModuleType, case: dict[str, Any]) -> SubmitObjectsRequest:
    patient = f"P1^^^&{AUTHORITY}&ISO"
    context = {
        "$patientid$": patient,
        "$altpatientid$": f"P2^^^&{AUTHORITY}&ISO",
        "$unknownpatientid$": f"P9^^^&{AUTHORITY}&ISO",
    }
    text, _ = render.render((SHARED / case["file"]).read_text(), context)
    return read_submit_objects(parse(text.encode()))


FAULTY = ("S02",)  # its two documents differ and have one uniqueId, which the framework forbids
ALONE = [
    case
    for case in CASES
    if case["transaction"] in ("ITI-42", "ITI-61")
    and case["id"] not in FAULTY
    and all(step["do"] == "feed_patient" for step in case["prerequisites"])
]


@pytest.mark.parametrize("case", ALONE, ids=[case["id"] for case in ALONE])
def test_foreign_submissions_are_judged_as_their_authors_expect(
    render: ModuleType, case: dict[str, Any]
) -> None:
    verdict = check_registration(
        submission(render, case), Known(any_patient=True), transaction=case["transaction"]
    )
    codes = {error.errorCode for error in verdict.errors}
    assert verdict.accepted is case["valid"], verdict.errors
    assert case["valid"] or codes & set(case["expect_error_codes"]), verdict.errors


TO_RECIPIENTS = [case for case in CASES if case["transaction"] == "ITI-41-XDR"]


@pytest.mark.parametrize("case", TO_RECIPIENTS, ids=[case["id"] for case in TO_RECIPIENTS])
def test_foreign_submissions_to_a_recipient_are_judged_likewise(
    render: ModuleType, case: dict[str, Any]
) -> None:
    request = submission(render, case)
    assert (receipt(request, limited=is_limited(request.objects)) == []) is case["valid"]

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from nist import CASES, PATIENTS, load_render, submission
from rule_examples import KNOWN, described_by
from submissions import a_folder, a_provision, a_submission, an_association, an_entry, uuid

from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.rules.subjects import Fingerprint, Known
from xdsi_sim.rules.transactions import check_against_registry, check_provision, check_registration


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


@pytest.fixture(scope="module")
def render() -> ModuleType:
    return load_render()


ALONE = [
    case
    for case in CASES
    if case["transaction"] == "ITI-42" and all(step["do"] == "feed_patient" for step in case["prerequisites"])
]


@pytest.mark.parametrize("case", ALONE, ids=[case["id"] for case in ALONE])
def test_foreign_submissions_are_judged_as_their_authors_expect(
    render: ModuleType, case: dict[str, Any]
) -> None:
    verdict = check_registration(submission(render, case, dict(PATIENTS)), Known(any_patient=True))
    codes = {error.errorCode for error in verdict.errors}
    assert verdict.accepted is case["valid"], verdict.errors
    assert case["valid"] or codes & set(case["expect_error_codes"]), verdict.errors

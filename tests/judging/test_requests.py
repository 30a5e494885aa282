from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from answer_examples import HOME, asked, find
from feeds import added, merged
from submissions import a_provision, a_submission, an_entry

from xdsi_sim.actors.patient_seeker import PatientSeeker
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.judging.requests import check_request
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.patient_feed import Ii, Person
from xdsi_sim.messages.stored_queries import GET_DOCUMENTS

BAD = find(ClassCode="('a')")
BY_ID = replace(find(), id=GET_DOCUMENTS.id, parameters=(Slot("$XDSDocumentEntryUniqueId", ("('1.2')",)),))
NOTHING = asked("")
DISCOVERY = PatientSeeker(community=HOME).ask(Person(), (Ii("2.999", "1"),), receiver=HOME)
IMAGE = RetrieveImagingDocumentSetRequest(
    requests=(
        ImagingDocumentRequest(studyInstanceUID="", seriesInstanceUID="1", document=asked().requests[0]),
    ),
    transferSyntaxUIDs=(),
)


@pytest.mark.parametrize(
    ("transaction", "value", "rules"),
    [
        ("ITI-42", a_submission(), []),
        ("ITI-42", a_submission(entries=(an_entry(typeCode=None),)), ["D01"]),
        ("ITI-41", a_provision(), []),
        ("ITI-41", a_provision(entries=(an_entry(hash="0" * 40),)), ["G04"]),
        ("ITI-80", a_provision(entries=(an_entry(hash="0" * 40, typeCode=None),)), ["D01", "G04", "G21"]),
        ("ITI-18", find(), []),
        ("ITI-18", BAD, ["I09"]),
        ("ITI-38", find(), []),
        ("ITI-38", BY_ID, ["I28"]),
        ("ITI-43", asked(), []),
        ("ITI-43", NOTHING, ["H01"]),
        ("ITI-39", asked(), ["H15"]),
        ("ITI-39", asked(home=HOME), []),
        ("RAD-69", IMAGE, ["H01"]),
        ("RAD-75", IMAGE, ["H01", "H15"]),
        ("ITI-8", added("P1"), []),
        ("ITI-8", replace(added("P1"), patientIds=(Ii("", "P1"),)), []),
        ("ITI-8", replace(added("P1"), patientIds=()), ["K02"]),
        ("ITI-8", merged("P1", "P1"), ["K08"]),
        ("ITI-55", DISCOVERY, []),
        ("ITI-55", replace(DISCOVERY, ids=(), timeToLive="soon"), ["N02", "N04"]),
    ],
)
def test_a_request_is_held_against_all_that_it_tells_by_itself(
    transaction: str, value: Any, rules: list[str]
) -> None:
    found = check_request(transaction, value, strict=False, whole=True)
    assert sorted({finding.rule for finding, _ in found}) == rules


def test_documents_that_were_not_saved_are_not_missed() -> None:
    request = replace(a_provision(), documents=())
    assert [one.rule for one, _ in check_request("ITI-41", request, strict=False, whole=True)] == ["G01"]
    assert list(check_request("ITI-41", request, strict=False, whole=False)) == []


def test_a_strict_actor_takes_a_departure_for_an_error() -> None:
    value = find(ClassCode="'a^^b'")
    weights = [
        next(iter(check_request("ITI-18", value, strict=strict, whole=True)))[0].severity.value
        for strict in (False, True)
    ]
    assert weights == ["warning", "error"]

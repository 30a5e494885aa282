from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl

import pytest
from a_dicomweb_service import body_of

from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.image_display import ImageDisplay
from xdsi_sim.dicomweb.messages import Answer, WebRequest
from xdsi_sim.store.instances import SqliteInstanceStore

CT, US = "2.999.76.1", "2.999.76.5"
RAWS = [f"2.999.80.{number}" for number in range(1, 5)]


@pytest.fixture
def shown(store: SqliteInstanceStore) -> Callable[..., Answer]:
    """What is answered to a query; the viewer's address lists the studies."""
    archive = Archive(store=store, base="", most=1000)

    def link(uids: Sequence[str]) -> str:
        return ",".join(uids)

    def answer(query: str, method: str = "GET", path: tuple[str, ...] = ()) -> Answer:
        parameters = tuple(parse_qsl(query, keep_blank_values=True))
        request = WebRequest(method=method, path=path, query=parameters)
        plan = ImageDisplay(archive=archive, link=link).plan(request)
        assert plan.transaction == "RAD-106"
        return plan.run()

    return answer


PATIENT = "requestType=PATIENT&patientID="


@pytest.mark.parametrize(
    ("query", "studies"),
    [
        (f"requestType=STUDY&studyUID={CT}", [CT]),
        (f"requestType=STUDY&studyUID={CT},1.2.3,{US},{CT}", [CT, US]),  # what is here, as it was asked for
        ("requestType=STUDY&accessionNumber=ACC-0001,ACC-0005", [US, CT]),  # the newest first
        (f"{PATIENT}N-4711", [CT]),
        (f"{PATIENT}N-4711%5E%5E%5E%262.999.20.1%26ISO", [CT]),
        (f"{PATIENT}NAT-1001%5E%5E%5E%262.999.10.1%26ISO", [CT]),  # among the other ids of the patient
        (f"{PATIENT}4MR1", RAWS),
        (f"{PATIENT}4MR1%5E%5E%5E%262.999.20.1%26ISO", RAWS),  # whose images name no issuer
        (f"{PATIENT}N-4711&modalitiesInStudy=MR,CT", [CT]),
        (f"{PATIENT}N-4711&patientName=bergstr%C3%B6m^anna^maria", [CT]),
        (f"{PATIENT}N-4711&lowerDateTime=2024-02-12&upperDateTime=2024-02-12", [CT]),
        (f"{PATIENT}N-4711&mostRecentResults=1", [CT]),
    ],
)
def test_the_viewer_is_opened_on_the_studies_that_are_asked_for(
    shown: Callable[..., Answer], query: str, studies: list[str]
) -> None:
    answer = shown(query)
    assert answer.status == 302
    assert dict(answer.headers)["Location"].split(",") == studies
    assert dict(answer.headers)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "requestType=STUDY&studyUID=1.2.3",
        "requestType=STUDY&accessionNumber=NONE",
        f"{PATIENT}nobody",
        f"{PATIENT}N-4711%5E%5E%5E%262.999.20.9%26ISO",
        f"{PATIENT}N-4711&modalitiesInStudy=MR",
        f"{PATIENT}N-4711&patientName=Somebody^Else",
        f"{PATIENT}N-4711&patientBirthDate=1900-01-01",
        f"{PATIENT}N-4711&lowerDateTime=2024-02-13",
        f"{PATIENT}N-4711&upperDateTime=2024-02-11T23:59:59Z",
    ],
)
def test_what_is_not_here_is_not_found(shown: Callable[..., Answer], query: str) -> None:
    answer = shown(query)
    assert (answer.status, body_of(answer)) == (404, b"no study here fits\n")


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (("requestType=STUDY", "GET"), 400, "by studyUID or by accessionNumber"),
        ((f"requestType=STUDY&studyUID={CT}", "POST"), 405, "POST is not served here"),
        ((f"requestType=STUDY&studyUID={CT}", "GET", ("x",)), 404, "nothing below"),
    ],
)
def test_what_is_wrong_is_told(
    shown: Callable[..., Answer], request_: tuple[str, ...], status: int, words: str
) -> None:
    answer = shown(*request_)
    assert answer.status == status
    assert words in body_of(answer).decode()


def test_a_patient_with_many_studies_is_shown_the_newest(
    shown: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = dict(shown(f"{PATIENT}4MR1").headers)["Location"].split(",")
    monkeypatch.setattr("xdsi_sim.dicomweb.image_display._MOST", 1)
    assert dict(shown(f"{PATIENT}4MR1").headers)["Location"] == every[0]

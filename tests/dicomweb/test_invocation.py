from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from xdsi_sim.dicomweb.invocation import OfPatient, OfStudy, PatientId, read_invocation
from xdsi_sim.dicomweb.messages import Refused


def read(query: str) -> OfStudy | OfPatient:
    return read_invocation(parse_qsl(query, keep_blank_values=True))


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("requestType=STUDY&studyUID=1.2", OfStudy(studyUID=("1.2",))),
        ("studyUID=1.2,1.3%2C1.4&requestType=STUDY", OfStudy(studyUID=("1.2", "1.3", "1.4"))),
        ("requestType=STUDY&accessionNumber=A 1,A%202", OfStudy(accessionNumber=("A 1", "A 2"))),
        (
            "requestType=STUDY&studyUID=1.2&viewerType=IHE_BIR&diagnosticQuality=true&keyImagesOnly=false&x=1&x=2",
            OfStudy(studyUID=("1.2",)),
        ),
        ("requestType=PATIENT&patientID=P-1", OfPatient(patientID=PatientId("P-1"))),
        (
            "requestType=PATIENT&patientID=P-1%5E%5E%5E%262.999.1%26ISO",
            OfPatient(patientID=PatientId("P-1", "2.999.1")),
        ),
        (
            "requestType=PATIENT&patientID=P-1^^^WARD%262.999.1%26ISO^PI",
            OfPatient(patientID=PatientId("P-1", "2.999.1")),
        ),
        (
            "requestType=PATIENT&patientID=P-1&patientName=Roth^Anna&patientBirthDate=1980-02-29",
            OfPatient(patientID=PatientId("P-1"), patientName="Roth^Anna", patientBirthDate="19800229"),
        ),
        (
            "requestType=PATIENT&patientID=P-1&mostRecentResults=3&modalitiesInStudy=CT,MR",
            OfPatient(patientID=PatientId("P-1"), mostRecentResults=3, modalitiesInStudy=("CT", "MR")),
        ),
        (
            "requestType=PATIENT&patientID=P-1&lowerDateTime=2024-04-23T08:30:00%2B02:00&upperDateTime=2024-04-24",
            OfPatient(
                patientID=PatientId("P-1"), lowerDateTime="20240423063000", upperDateTime="20240424235959"
            ),
        ),
        (
            "requestType=PATIENT&patientID=P-1&lowerDateTime=20240424&upperDateTime=2024-04-24T10:00",
            OfPatient(
                patientID=PatientId("P-1"), lowerDateTime="20240424000000", upperDateTime="20240424100000"
            ),
        ),
    ],
)
def test_an_address_is_read(query: str, asked: OfStudy | OfPatient) -> None:
    assert read(query) == asked


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "requestType has to be STUDY or PATIENT"),
        ("requestType=study&studyUID=1.2", "requestType has to be"),
        ("requestType=SERIES&studyUID=1.2", "requestType has to be"),
        ("requestType=STUDY", "by studyUID or by accessionNumber"),
        ("requestType=STUDY&studyUid=1.2", "by studyUID or by accessionNumber"),
        ("requestType=STUDY&studyUID=1.2&accessionNumber=A", "one of the two"),
        ("requestType=STUDY&studyUID=1.2&studyUID=1.3", "studyUID is there several times"),
        ("requestType=STUDY&studyUID=", "studyUID='' is not a list of UIDs"),
        ("requestType=STUDY&studyUID=1.2,", "studyUID='1.2,' is not"),
        ("requestType=STUDY&studyUID=../etc", "is not a list of UIDs"),
        ("requestType=STUDY&studyUID=" + ",".join(["1.2"] * 65), "at most 64"),
        ("requestType=STUDY&accessionNumber=", "is not a list of accession numbers"),
        ("requestType=STUDY&accessionNumber=A*", "is not a list of accession numbers"),
        ("requestType=STUDY&studyUID=1.2&patientID=P", "patientID means nothing for requestType=STUDY"),
        ("requestType=STUDY&studyUID=1.2&keyImagesOnly=yes", "keyImagesOnly='yes' is not true or false"),
        ("requestType=PATIENT", "patientID is missing"),
        ("requestType=PATIENT&patientID=", "patientID='' is not an id"),
        ("requestType=PATIENT&patientID=*", "is not an id"),
        ("requestType=PATIENT&patientID=P^^^WARD", "is not an id, alone or with its authority"),
        ("requestType=PATIENT&patientID=P^^^%26x%26ISO", "is not an id, alone or with its authority"),
        ("requestType=PATIENT&patientID=P&studyUID=1.2", "studyUID means nothing for requestType=PATIENT"),
        ("requestType=PATIENT&patientID=P&patientBirthDate=1980-02-30", "is not a date"),
        ("requestType=PATIENT&patientID=P&lowerDateTime=yesterday", "is not a date and time"),
        ("requestType=PATIENT&patientID=P&upperDateTime=0001-01-01T00:00%2B14:00", "is not a date and time"),
        ("requestType=PATIENT&patientID=P&mostRecentResults=0", "is not a number of studies"),
        ("requestType=PATIENT&patientID=P&mostRecentResults=-1", "is not a number of studies"),
        ("requestType=PATIENT&patientID=P&mostRecentResults=1.5", "is not a number of studies"),
        ("requestType=PATIENT&patientID=P&modalitiesInStudy=", "is not a list of modalities"),
    ],
)
def test_what_is_wrong_is_told(query: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        read(query)
    assert refused.value.status == 400
    assert words in refused.value.reason

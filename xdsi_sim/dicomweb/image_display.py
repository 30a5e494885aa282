"""Invoke Image Display: from a few words in an address to a web viewer on the studies (RAD TF: 4.106)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.study import StudyHeader, once
from xdsi_sim.dicom.summary import read_header
from xdsi_sim.dicom.times import utc_dtm
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.invocation import OfPatient, OfStudy, PatientId, read_invocation
from xdsi_sim.dicomweb.messages import Answer, Refused, WebRequest, text_answer
from xdsi_sim.dicomweb.query import read_query
from xdsi_sim.dicomweb.service import Plan

__all__ = ["ImageDisplay"]

_TRANSACTION: Final = "RAD-106"
_METHODS: Final = "GET, HEAD"
_MOST: Final = 16
"""Studies that are opened at once where the address does not say how many: a viewer loads each."""
_PATIENT_IDS: Final = ("PatientID", "OtherPatientIDsSequence.PatientID")
_FIELDS: Final = "IssuerOfPatientID,IssuerOfPatientIDQualifiersSequence,OtherPatientIDsSequence"
_DIGITS: Final = 14  # of a moment, down to the second


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDisplay:
    """The way from an archive to a viewer of it."""

    archive: Archive
    link: Callable[[Sequence[str]], str]
    """Address at which the viewer shows the studies of these UIDs."""

    def plan(self, request: WebRequest) -> Plan:
        """What is to be done."""
        return Plan(_TRANSACTION, False, lambda: self._answer(request))

    def refusal(self, _request: WebRequest, status: int, reason: str) -> Answer:
        """The answer to what is not even looked at."""
        return text_answer(status, reason)

    def _answer(self, request: WebRequest) -> Answer:
        try:
            if request.method not in ("GET", "HEAD"):
                reason = f"{request.method[:20]} is not served here; {_METHODS} are"
                raise Refused(405, reason, (("Allow", _METHODS),))
            if request.path:
                raise Refused(404, "there is nothing below this address")
            asked = read_invocation(request.query)
            uids = self._named(asked) if isinstance(asked, OfStudy) else self._of(asked)
        except Refused as refused:
            return text_answer(refused.status, refused.reason, refused.headers)
        if not uids:
            return text_answer(404, "no study here fits")
        address = self.link(uids)
        return text_answer(302, address, (("Location", address), ("Cache-Control", "no-store")))

    def _named(self, asked: OfStudy) -> Sequence[str]:
        """Those that are here: by UID in the order of the address, by accession number the newest first."""
        if asked.studyUID:
            here = {study.study_instance_uid for study in self._found({"StudyInstanceUID": asked.studyUID})}
            return [uid for uid in once(asked.studyUID) if uid in here]
        found = self._found({"AccessionNumber": asked.accessionNumber})
        return [study.study_instance_uid for study in found]

    def _of(self, asked: OfPatient) -> Sequence[str]:
        """Those of the patient, under whichever of the ids that a study has, the newest first."""
        keys = {
            "PatientName": (asked.patientName or "",),
            "PatientBirthDate": (asked.patientBirthDate or "",),
            "ModalitiesInStudy": asked.modalitiesInStudy,
        }
        found = once(
            study for name in _PATIENT_IDS for study in self._found({name: (asked.patientID.id,), **keys})
        )
        fitting = [study for study in found if _is_of(asked.patientID, study) and _is_within(asked, study)]
        newest = sorted(fitting, key=_moment, reverse=True)[: asked.mostRecentResults or _MOST]
        return [study.study_instance_uid for study in newest]

    def _found(self, keys: Mapping[str, Sequence[str]]) -> Iterator[StudyHeader]:
        """Studies with one of the values of every key that has some, the newest first."""
        parameters = [(name, "\\".join(values)) for name, values in keys.items()]
        options = (("multiplevaluematching", "true"), ("includefield", _FIELDS))
        search = read_query(Level.STUDY, (*parameters, *options)).search
        found = self.archive.store.search(search, base=self.archive.base, most=self.archive.most)
        return (read_header(json.loads(item)) for item in found.items)


def _is_of(patient: PatientId, study: StudyHeader) -> bool:
    """Whether the study is of the patient; an id without an issuer may be of any."""
    ids = (each for each in study.patient.ids if each.value == patient.id)
    return any(patient.authority in (None, each.oid) or each.oid is None for each in ids)


def _is_within(asked: OfPatient, study: StudyHeader) -> bool:
    """Whether the study, as exactly as it tells its time, can have been made in the range."""
    moment = _moment(study)
    if not (asked.lowerDateTime or asked.upperDateTime):
        return True
    latest = moment + "99999999999999"[len(moment) :]
    return bool(moment) and (asked.lowerDateTime or "") <= latest and moment <= (asked.upperDateTime or "~")


def _moment(study: StudyHeader) -> str:
    """When it was made, in UTC; empty where it does not say."""
    return (utc_dtm(study.date, study.time, study.timezone_offset) or "")[:_DIGITS]

"""What came of a message of the patient identity feed, as plain values."""

from __future__ import annotations

from typing import Any

from xdsi_sim.client.answers import SoapFault
from xdsi_sim.messages.patient_feed import Acknowledgement, PatientFeed, patient_id

__all__ = ["told_of"]


def told_of(feed: PatientFeed, answer: Acknowledgement | Exception) -> dict[str, Any]:
    """A message and what came of it; without a code there was no answer, and a fault is one."""
    merged = [patient_id(id, id.root) for id in feed.subsumedIds]
    told = {
        "event": feed.event.value,
        "patientId": patient_id(feed.patientIds[0], feed.patientIds[0].root),
        "subsumed": merged[0] if merged else None,
    }
    if isinstance(answer, SoapFault):
        return told | {"code": f"Fault {answer.code}", "texts": [answer.reason]}
    if isinstance(answer, Exception):
        return told | {"code": None, "texts": [str(answer)]}
    return told | {"code": answer.code, "texts": list(answer.texts)}

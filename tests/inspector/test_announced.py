from __future__ import annotations

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.actors.identity_source import PatientIdentitySource
from xdsi_sim.client.answers import SoapFault
from xdsi_sim.inspector.announced import told_of
from xdsi_sim.messages.patient_feed import Acknowledgement, Ii
from xdsi_sim.soap.faults import Fault

SOURCE = PatientIdentitySource(receiver="2.999.0.2")
P1, P2 = Ii("2.999.1.1", "P1"), Ii("2.999.1.1", "P2")


def test_an_acknowledgement_is_its_code_and_its_texts() -> None:
    told = told_of(SOURCE.announce(P1), Acknowledgement(code="CE", target=P1, texts=("no",)))
    assert (told["patientId"], told["subsumed"]) == ("P1^^^&2.999.1.1&ISO", None)
    assert (told["code"], told["texts"]) == ("CE", ["no"])


def test_a_merge_names_both() -> None:
    told = told_of(SOURCE.merge(P1, P2), Acknowledgement(code="CA", target=P1))
    assert (told["patientId"], told["subsumed"]) == ("P1^^^&2.999.1.1&ISO", "P2^^^&2.999.1.1&ISO")


def test_a_fault_is_an_answer_and_silence_is_none() -> None:
    feed = SOURCE.announce(P1)
    fault = told_of(feed, SoapFault(Fault(code="Sender", subcode=None, reason="bad")))
    assert (fault["code"], fault["texts"]) == ("Fault Sender", ["bad"])
    assert told_of(feed, NoAnswer("gone"))["code"] is None

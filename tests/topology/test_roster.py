from __future__ import annotations

from xdsi_sim.topology.federation import Peer
from xdsi_sim.topology.roster import Roster


def a_peer(**keys: object) -> Peer:
    return Peer.model_validate({"id": "a", "url": "http://192.0.2.7/", **keys})


def test_each_patient_is_given_once() -> None:
    roster = Roster([a_peer(plays="registry", patients=["A1", "A2"])])
    assert roster.left("registry") == ("A1", "A2")
    assert [roster.take("registry") for _ in range(3)] == ["A1", "A2", None]
    assert roster.left("registry") == ()


def test_who_names_no_patients_has_none_to_give() -> None:
    roster = Roster([a_peer(plays="registry", patients="accept"), a_peer()])
    assert roster.take("registry") is None
    assert roster.take("nobody") is None

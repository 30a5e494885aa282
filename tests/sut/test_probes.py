from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.sut.model import ROLES
from xdsi_sim.sut.probes import PROBES
from xdsi_sim.sut.suites import shipped, topology_of
from xdsi_sim.topology.build import start
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.loader import load_topology

ONLY_ASKING = {"document-source", "imaging-document-consumer"}


def test_every_role_that_is_asked_has_a_harmless_message() -> None:
    assert set(PROBES) == set(ROLES) - ONLY_ASKING


@pytest.mark.parametrize("role", [role for role in PROBES if role in shipped()])
def test_the_message_of_a_role_is_answered_and_changes_nothing(role: str, tmp_path: Path) -> None:
    topology, probe = load_topology(topology_of(role)), PROBES[role]
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        message = probe.message(topology.find(role))
        call = Call(url=running.url_of(role), transaction=probe.transaction, message=message)
        reply = running.client.call(call, sender="check", conversation="check")
        assert not isinstance(reply.answer, NoAnswer), str(reply.answer)
        assert {error.errorCode for error in reply.answer.errors} <= {
            "XDSDocumentUniqueIdError",
            "XDSUnknownRepositoryId",
        }

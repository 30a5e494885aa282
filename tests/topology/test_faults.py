from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import a_query, topology
from wire import message, post, send

from xdsi_sim.deviations.switches import Setting
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.build import ROLES, start
from xdsi_sim.topology.faults import switchboard_of
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen

FILE = """\
name: small
communities:
  - id: a
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry:
      id: registry
      faults:
        - {deviation: relates-to-missing}
        - {deviation: %s, transaction: %s}
"""


def test_an_actor_of_a_topology_is_wrong_from_the_start(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(FILE % ("http-503", "ITI-42"), encoding="utf-8")
    loaded = load_topology(tmp_path / "small.yaml")
    with start(loaded, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        url = running.url_of("registry")
        answer = send(url, post(url, *message(url, "ITI-18", a_query())))
        assert {switch.by for switch in running.faults.switches()} == {"topology"}
    assert b"RelatesTo" not in answer.body


@pytest.mark.parametrize(
    ("deviation", "transaction", "text"),
    [
        ("http-503", "ITI-43", "small.yaml:10:11: registry does not answer ITI-43."),
        ("boundary-wrong", "ITI-42", "small.yaml:10:11: 'boundary-wrong' does not fit ITI-42."),
        ("http-5003", "ITI-42", "small.yaml:10:23: unknown deviation 'http-5003'. Did you mean 'http-503'?"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    tmp_path: Path, deviation: str, transaction: str, text: str
) -> None:
    (tmp_path / "small.yaml").write_text(FILE % (deviation, transaction), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_topology(tmp_path / "small.yaml")
    assert text in str(caught.value)


def test_an_actor_answers_what_its_port_type_has_and_a_source_the_web_too() -> None:
    board = switchboard_of(topology(), ROLES)
    with pytest.raises(KeyError):
        board.desk("workstation")
    for actor, transaction in (("repository", "RAD-68"), ("pacs", "WADO-RS"), ("pacs", "RAD-55")):
        assert board.on(Setting(actor=actor, deviation="delay", transaction=transaction), "test")

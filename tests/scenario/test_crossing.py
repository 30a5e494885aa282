from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from a_scenario import HEAD, run

from xdsi_sim.scenario.crossing import transaction_to
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.topology.loader import find_topology, load_topology


@pytest.mark.parametrize(
    ("actor", "within", "asked_by"),
    [
        ("south-rg", "ITI-18", "ITI-38"),
        ("south-rg", "ITI-41", "ITI-80"),
        ("south-rg", "ITI-43", "ITI-39"),
        ("south-rg", "ITI-92", "ITI-92"),
        ("south-rig", "RAD-69", "RAD-75"),
        ("north-ig", "ITI-18", "ITI-18"),
        ("north-iig", "RAD-69", "RAD-69"),
        ("south-registry", "ITI-18", "ITI-18"),
    ],
)
def test_a_gateway_of_another_community_is_asked_by_transactions_between_communities(
    actor: str, within: str, asked_by: str
) -> None:
    running = cast("Any", SimpleNamespace(topology=load_topology(find_topology("federated-2"))))
    assert transaction_to(running, actor, within) == asked_by


ACROSS = """\
  - {name: put, provide: {repository: south-repository, patient: P7, documents: [{text: One}]}, save: put}
  - name: find
    query:
      consumer: north-workstation
      through: south-rg
      query: FindDocuments
      parameters: {patientId: "${put.entries[0].patientId}", status: [Approved]}
    save: found
    expect: {count: 1, values: {"entries[0].homeCommunityId": urn:oid:2.999.30}}
  - name: get
    retrieve: {consumer: north-workstation, through: south-rg, entries: "${found.entries}"}
    expect: {count: 1}
  - name: without a home
    retrieve:
      consumer: north-workstation
      through: south-rg
      entries: {uniqueId: "${put.entries[0].uniqueId}", repositoryUniqueId: 2.999.30.3}
    expect: {status: Failure, errors: [XDSMissingHomeCommunityId], count: 0}
  - name: in words
    retrieve:
      consumer: north-workstation
      through: south-rg
      entries:
        - {uniqueId: "${put.entries[0].uniqueId}", repositoryUniqueId: 2.999.30.3, homeCommunityId: "urn:oid:2.999.30"}
        - {uniqueId: 2.999.404, repositoryUniqueId: 2.999.30.3, homeCommunityId: "urn:oid:2.999.30"}
    expect: {status: PartialSuccess, errors: [XDSDocumentUniqueIdError], count: 1}
"""


def test_documents_of_another_community_are_found_and_fetched_at_its_gateway(tmp_path: Path) -> None:
    record = run(tmp_path, ACROSS, head=HEAD.replace("central", "federated-2"))
    assert record.verdict is Verdict.PASS, record.steps
    asked = [each.transaction for each in record.exchanges if each.receiver == "south-rg"]
    assert asked == ["ITI-38", "ITI-39", "ITI-39", "ITI-39"]

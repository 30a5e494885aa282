from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from xdsi_sim.scenario.crossing import transaction_to
from xdsi_sim.topology.loader import find_topology, load_topology


@pytest.mark.parametrize(
    ("actor", "within", "asked_by"),
    [
        ("south-rg", "ITI-18", "ITI-38"),
        ("south-rg", "ITI-43", "ITI-39"),
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

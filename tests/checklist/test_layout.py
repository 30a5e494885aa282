from __future__ import annotations

import pytest

from xdsi_sim.checklist.layout import layout_of
from xdsi_sim.topology.loader import find_topology, load_topology


@pytest.mark.parametrize(
    ("name", "architecture"),
    [
        ("central", "A"),
        ("central-per-site", "A"),
        ("federated-2", "B"),
        ("federated-10", "B"),
        ("central-vna", "C"),
        ("mixed", "mixed"),
    ],
)
def test_architecture_follows_from_the_topology(name: str, architecture: str) -> None:
    assert layout_of(load_topology(find_topology(name))).name == architecture


def test_a_source_whose_images_are_elsewhere_is_no_archive() -> None:
    layout = layout_of(load_topology(find_topology("central-vna")))
    assert layout.members[0].archives == ("2.999.10.10",)
    assert [(site.id, site.archive, site.keeps) for site in layout.sites] == [
        ("vna", "vna", True),
        ("pacs-south", "vna", False),
    ]

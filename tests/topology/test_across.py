from __future__ import annotations

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml

FILE = """\
name: one-archive
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.2}]
    sources:
      - {id: vna, oid: 2.999.1.3, aeTitle: VNA, publishesTo: repository}
      - {id: south, oid: 2.999.1.4, aeTitle: SOUTH, publishesTo: repository, imagesAt: %s}
"""


def topology(archive: str) -> Topology:
    return check(Topology, parse_yaml(FILE % archive, "t.yaml"))


def test_a_source_may_have_its_images_at_another_one() -> None:
    assert topology("vna").communities[0].sources[1].imagesAt == "vna"


@pytest.mark.parametrize(
    ("archive", "told"),
    [
        ("vnaa", "t.yaml:10:88: no source 'vnaa' in community 'national'. Did you mean 'vna'?"),
        ("south", "'south' does not keep the images of others. Known: vna."),
    ],
)
def test_an_archive_is_another_source_of_the_community(archive: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        topology(archive)
    assert told in str(caught.value)

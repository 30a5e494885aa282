from __future__ import annotations

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.limits import Limits
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.limits import read_limits
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml

TOPOLOGY = """\
name: small
limits: {}
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {{id: registry}}
"""


def limits(text: str) -> Limits:
    return check(Topology, parse_yaml(TOPOLOGY.format(text), "t.yaml")).limits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Limits()),
        ("{soap_root: 5000}", Limits(soap_root=5000)),
        ("{soap_root: 5 MB, document: 2GiB}", Limits(soap_root=5_000_000, document=2 << 30)),
        ("{idle: 2 min, body_rate: 3 kB/s, parts: 7}", Limits(idle=120, body_rate=3000, parts=7)),
    ],
)
def test_limits_are_numbers_or_sizes_as_people_write_them(text: str, expected: Limits) -> None:
    assert limits(text) == expected


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("{soap_rot: 5}", "t.yaml:2:10:", "unknown key 'soap_rot'. Did you mean 'soap_root'?"),
        ("{parts: 5 MB}", "t.yaml:2:17:", "'5 MB' is not a whole number"),
        ("{soap_root: 5 miles}", "t.yaml:2:21:", "'5 miles' is not a size, such as 32 MB"),
        ("{idle: -1}", "t.yaml:2:16:", "'-1' is not a time, such as 10 s"),
        ("{body_rate: 0}", "t.yaml:2:21:", "'0' is not a rate, such as 1 kB/s, and more than nothing"),
        ("many", "t.yaml:2:9:", "expected keys with values"),
    ],
)
def test_a_limit_that_is_none_is_told_with_its_place(text: str, place: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        limits(text)
    assert str(refused.value).startswith(place)
    assert words in str(refused.value)


def test_limits_that_are_a_value_already_stay_it() -> None:
    assert read_limits(Limits(parts=3)) == Limits(parts=3)


def test_the_schema_knows_each_limit() -> None:
    schema = Topology.model_json_schema()["properties"]["limits"]
    assert schema["properties"]["soap_root"] == {
        "type": ["integer", "string"],
        "description": "a size, such as 32 MB",
    }

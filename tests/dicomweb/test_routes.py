from __future__ import annotations

import pytest

from xdsi_sim.dicomweb.archive import Target
from xdsi_sim.dicomweb.messages import Refused
from xdsi_sim.dicomweb.routes import ROUTES, route_of

IMAGE = "studies/1.2/series/1.3/instances/1.4"
TARGET = {"study": "1.2", "series": "1.3", "instance": "1.4"}


@pytest.mark.parametrize(
    ("path", "template", "target"),
    [
        ("studies", "studies", Target()),
        ("studies/1.2/instances", "studies/{study}/instances", Target(study="1.2")),
        ("studies/01.2", "studies/{study}", Target(study="01.2")),
        (f"{IMAGE}/frames/3,1", "{instance}/frames/{frames}", Target(**TARGET, frames=(3, 1))),
        (f"{IMAGE}/frames/02/rendered", "{frames}/rendered", Target(**TARGET, frames=(2,))),
        (f"{IMAGE}/bulkdata/7fe00010", "bulkdata/{bulk}", Target(**TARGET, bulk="7FE00010")),
        (f"{IMAGE}/bulkdata/54000100/0/54001010", "{bulk}", Target(**TARGET, bulk="54000100/0/54001010")),
        (f"{IMAGE}/bulkdata", "{instance}/bulkdata", Target(**TARGET)),
    ],
)
def test_a_path_names_a_resource(path: str, template: str, target: Target) -> None:
    route, found = route_of(path.split("/"))
    assert route.template.endswith(template)
    assert found == target


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nowhere", 404),
        ("studies/1.2/nowhere", 404),
        (f"{IMAGE}/frames/1/bulkdata", 404),
        (f"{IMAGE}/bulkdata/x/y/z", 404),
        (f"{IMAGE}/bulkdata/7FE00010/0", 404),
        ("studies/x", 400),
        (f"{IMAGE}/frames/²", 400),
        (f"{IMAGE}/frames/1;2", 400),
        (f"{IMAGE}/frames/-1", 400),
        (f"{IMAGE}/frames/1,,2", 400),
    ],
)
def test_a_path_that_names_none_is_refused(path: str, status: int) -> None:
    with pytest.raises(Refused, match=r"there is no|is not") as refused:
        route_of(path.split("/"))
    assert refused.value.status == status


def test_no_two_routes_are_alike() -> None:
    assert len({route.template for route in ROUTES}) == len(ROUTES)

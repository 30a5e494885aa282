"""One face for all tests that only look, with documents of two kinds; and one for those that publish."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from a_fhir_face import a_bundle, a_face, post
from submissions import MANIFEST

from xdsi_sim.ebrim.model import InternationalString
from xdsi_sim.topology.build import RunningTopology

MR = {"eventCodeList": (), "title": InternationalString.of("A report"), "creationTime": "20230101"}


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    """Manifest 1, reports 2 and 3, of which 3 replaces 2."""
    with a_face(tmp_path_factory.mktemp("seeded")) as running:
        url = running.url_of("fhir")
        for bundle in (a_bundle(1, b"DICM", **MANIFEST), a_bundle(2, **MR), a_bundle(3, replaces=2, **MR)):
            assert post(url, bundle).status == 200
        yield running


@pytest.fixture
def url(seeded: RunningTopology) -> str:
    return seeded.url_of("fhir")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    """For whoever publishes; each test has documents of its own."""
    with a_face(tmp_path_factory.mktemp("empty"), strictness="strict") as running:
        yield running


@pytest.fixture
def base(empty: RunningTopology) -> str:
    return empty.url_of("fhir")

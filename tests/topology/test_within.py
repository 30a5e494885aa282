from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_domain import topology

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.within import apart, check_sessions, name_trouble, within

FILE = """\
name: mine
sessions: open
communities:
  - id: c
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.2
    registry: {id: registry}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.3}]
    sources: [{id: pacs, oid: 2.999.1.4, aeTitle: PACS, publishesTo: repository}]
"""


@pytest.mark.parametrize("name", ["a", "7", "acme", "vendor-17", "a_b", "a" * 40])
def test_a_name_is_what_every_path_and_disk_takes(name: str) -> None:
    assert name_trouble(name) is None


@pytest.mark.parametrize(
    "name", ["", "A", "-a", "a-", "_", "a.b", "..", "a/b", "a b", "a\n", "ä", "a" * 41, "٣"]
)
def test_any_other_name_is_told(name: str) -> None:
    trouble = name_trouble(name)
    assert trouble is not None
    assert "is no name of a session: 1 to 40 small letters, digits" in trouble


def test_a_long_name_is_not_repeated() -> None:
    assert len(name_trouble("A" * 9_999) or "") < 250


def changed(**actors: Any) -> Topology:
    """The domain of the tests, with settings of its registry and its source."""
    plain = topology().model_dump(mode="json", exclude_unset=True)
    (community,) = plain["communities"]
    community["registry"] |= actors.get("registry", {})
    community["sources"][0] |= actors.get("source", {})
    return Topology.model_validate(plain | actors.get("topology", {}))


def test_what_has_no_path_is_not_in_a_session() -> None:
    found = within(
        changed(
            registry={
                "feed": {"mllp": 2575},
                "faults": [{"deviation": "tls-expired"}, {"deviation": "delay"}],
            },
            source={
                "dimse": {"port": 11112},
                "dicomweb": {"publicUrl": "https://pacs.example", "delete": True},
            },
            topology={"tls": True},
        )
    )
    (community,) = found.communities
    (source,) = community.sources
    assert (found.tls, community.registry.feed, source.dimse) == (None, None, None)  # type: ignore[union-attr]
    assert (source.dicomweb.publicUrl, source.dicomweb.delete) == (None, True)
    assert [fault.deviation for fault in community.registry.faults] == ["delay"]  # type: ignore[union-attr]


def test_actors_that_are_started_once_more_are_bound_to_no_port_and_no_address() -> None:
    found = apart(
        changed(
            registry={"port": 9009, "feed": {"mllp": 2575}, "faults": [{"deviation": "tls-expired"}]},
            source={"dimse": {"port": 11112}, "dicomweb": {"publicUrl": "https://pacs.example"}},
            topology={
                "tls": True,
                "sessions": "open",
                "viewer": {"folder": "ohif", "publicUrl": "https://v.example"},
            },
        )
    )
    (community,) = found.communities
    (source,), registry = community.sources, community.registry
    assert registry is not None
    assert found.viewer is not None
    assert (registry.port, registry.feed, source.dimse, source.dicomweb.publicUrl) == (None,) * 4
    assert (found.sessions, found.viewer.publicUrl, found.tls is not None) == ("off", None, True)
    assert [fault.deviation for fault in registry.faults] == ["tls-expired"]
    assert apart(topology()) == topology()


def test_all_else_is_as_it_is_outside() -> None:
    assert within(topology()) == topology()


def test_a_table_of_its_own_takes_the_place_of_all_others(tmp_path: Path) -> None:
    plain = topology().model_dump(exclude_unset=True)
    plain["communities"][0]["codes"] = {"check": "off", "valueSets": {"classCode": "x.json"}, "systems": {}}
    for model in (topology(), Topology.model_validate(plain)):
        (community,) = within(model, tmp_path / "mine.yaml").communities
        assert community.codes is not None
        assert (community.codes.check, community.codes.files) == ("strict", (tmp_path / "mine.yaml",))
        assert community.codes.valueSets == {}


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("id: c\n", "id: s\n", "sessions have the path of community 's'. Rename it."),
        ("id: c\n", "id: sessions\n", "sessions have the path of community 'sessions'."),
        ("id: registry", "id: sessions", "sessions have the folder of actor 'sessions'."),
        ("aeTitle: PACS,", "aeTitle: PACS, backend: {dicomweb: 'http://h/d'},", "the archive behind pacs"),
        ("sessions: open", "sessions: maybe", "maybe"),
    ],
)
def test_what_sessions_would_share_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, text: str
) -> None:
    (tmp_path / "mine.yaml").write_text(FILE.replace(old, new))
    with pytest.raises(UsageError) as wrong:
        load_topology(tmp_path / "mine.yaml")
    assert str(wrong.value).startswith(f"{tmp_path}/mine.yaml:2:")
    assert text in str(wrong.value)


def test_who_is_played_by_others_is_shared_by_all() -> None:
    model = changed(topology={"peers": [{"id": "vendor", "plays": "registry", "url": "http://h/r"}]})
    with pytest.raises(UsageError, match="all sessions would share registry, which vendor plays"):
        check_sessions(model, alone=True)
    with pytest.raises(UsageError, match="Leave out --workers and --only"):
        check_sessions(topology(), alone=False)

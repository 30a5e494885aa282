from __future__ import annotations

from pathlib import Path

import pytest
from a_proxy import in_front
from a_scenario import HEAD, write

from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.proxies import recording_of

FILE = """\
name: domain
communities:
  - id: c
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
peers:
  - {id: vendor, url: "http://192.0.2.7/", %s}
"""


def test_an_address_stays_ours_and_the_actor_behind_it_is_not(tmp_path: Path) -> None:
    with in_front(tmp_path, "spy", registry="http://192.0.2.7/real", pacs="http://192.0.2.7/pacs") as running:
        assert running.url_of("registry").endswith("/c/registry")
        assert "192.0.2.7" not in running.url_of("registry")
        assert running.dicomweb_of("pacs") == ""  # nobody has said where that is
        assert {"registry", "pacs"} == set(running.elsewhere)
        with pytest.raises(
            UsageError, match=r"registry is a proxy, behind which is http://192\.0\.2\.7/real"
        ):
            running.stop("registry")


def test_nothing_to_replay_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"no recording in .*recordings/registry"):
        in_front(tmp_path, "replay", registry="http://192.0.2.7/")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("proxy: record", "a proxy stands at the address of an actor"),
        ("plays: registry, proxy: rekord", "record"),
        ("plays: registry, recording: kept", "only what records or replays has a recording"),
        ("plays: registry, proxy: spy, recording: kept", "only what records or replays has a recording"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path: Path, words: str, told: str) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(FILE % words, encoding="utf-8")
    with pytest.raises(UsageError, match=told) as caught:
        load_topology(file)
    assert caught.value.line == 8


def test_a_recording_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(FILE % "plays: registry, proxy: replay, recording: kept/vendor", encoding="utf-8")
    (peer,) = load_topology(file).peers
    assert recording_of(peer, tmp_path / "data") == tmp_path / "kept" / "vendor"
    text = (FILE % "plays: registry, proxy: record").replace("\n", "\n  ")
    head = HEAD.replace("topology: central", f"topology:\n  {text}".rstrip())
    steps = '  - {name: one, send: {text: "<a/>", to: registry}}\n'
    loaded = load_scenario(write(tmp_path / "s", steps, head))
    assert recording_of(loaded.topology.peers[0], tmp_path) == tmp_path / "recordings" / "registry"

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from a_domain import topology
from a_viewer import PAGE, a_viewer
from wire import get

from xdsi_sim.deviations.switches import Setting
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.viewer import check_viewer

STUDY = SAMPLES["cr-chest"].header.study_instance_uid
FILE = """\
name: viewed
viewer: %s
communities:
  - {id: a, homeCommunityId: urn:oid:2.999.1, patientAuthority: 2.999.1.1, registry: {id: registry}}
"""


def viewed(viewer: Any, **dicomweb: Any) -> Topology:
    """The domain of the tests with a viewer."""
    values = topology().model_dump(exclude_unset=True)
    values["communities"][0]["sources"][0]["dicomweb"] = dicomweb
    return Topology.model_validate({**values, "viewer": viewer})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    folder = tmp_path_factory.mktemp("viewed")
    model = viewed(str(a_viewer(folder / "viewer")), origins=["https://elsewhere.example"])
    with start(model, folder / "data", Listen("127.0.0.1", 0)) as started:
        started.store_of("pacs").add_all(write_sample("cr-chest", folder / "cr"))
        yield started


def test_an_address_of_the_source_opens_the_viewer_on_a_study(running: RunningTopology) -> None:
    display = running.image_display_of("pacs")
    answer = get(f"{display}?requestType=STUDY&studyUID={STUDY}")
    address = answer.headers["location"]
    assert (answer.status, address) == (302, running.viewer_of("pacs", STUDY))
    assert get(address).body == PAGE
    assert get(f"{display}?requestType=STUDY&studyUID=1.2").status == 404
    assert get(f"{display}?requestType=STUDY").status == 400
    assert "RAD-106" in {exchange.transaction for exchange in running.exchanges()}


def test_a_source_opens_the_viewer_wrongly_where_it_is_told_to(running: RunningTopology) -> None:
    display = f"{running.image_display_of('pacs')}?requestType=STUDY&studyUID={STUDY}"
    switch = running.faults.on(Setting(actor="pacs", deviation="http-503", transaction="RAD-106"), "test")
    try:
        assert get(display).status == 503
    finally:
        running.faults.off(switch.number)
    assert get(display).status == 302


def test_the_settings_name_every_source(running: RunningTopology) -> None:
    home = (running.viewer_of("pacs") or "").partition("?")[0]
    script = get(f"{home}app-config.js").body.decode()
    assert f'"qidoRoot": "{running.dicomweb_of("pacs")}"' in script
    assert f'"wadoUriRoot": "{running.wado_of("pacs")}"' in script
    assert "somebody else" not in script


def test_actors_keep_their_paths(running: RunningTopology) -> None:
    assert b"wsdl" in get(f"{running.url_of('registry')}?wsdl").body
    answer = get(running.url_of("registry").replace("registry", "registri"))
    assert (answer.status, answer.body[:16]) == (404, b"no actor is at /")


def test_pages_of_the_viewer_may_read_what_sources_answer(running: RunningTopology) -> None:
    home = (running.viewer_of("pacs") or "").partition("/?")[0]
    url = f"{running.dicomweb_of('pacs')}/studies"
    allowed = [
        get(url, f"Origin: {origin}").headers.get("access-control-allow-origin")
        for origin in (home, "https://elsewhere.example", "https://nobody.example")
    ]
    assert allowed == [home, "https://elsewhere.example", None]


def test_without_a_viewer_nothing_leads_to_one(tmp_path: Path) -> None:
    with start(topology(), tmp_path, Listen("127.0.0.1", 0)) as started:
        assert (started.viewer_of("pacs"), started.image_display_of("pacs")) == (None, None)
        assert get(f"{started.url_of('pacs')}/IHEInvokeImageDisplay?requestType=STUDY").status == 404
        assert get(started.url_of("pacs").partition("/c/")[0] + "/viewer").status == 404


def test_people_may_open_it_at_another_address(tmp_path: Path) -> None:
    model = viewed({"folder": str(a_viewer(tmp_path)), "publicUrl": "https://viewer.example/"})
    assert model.viewer_at(Listen("127.0.0.1", 1)) == "https://viewer.example/"
    plain = viewed(str(tmp_path))
    assert plain.viewer_at(Listen("127.0.0.1", 1)) == "http://127.0.0.1:1/"
    assert plain.model_copy(update={"tls": True}).viewer_at(Listen("::1", 1)) == "https://[::1]:1/"
    assert topology().viewer_at(Listen()) is None


def test_a_folder_is_looked_for_beside_the_file(tmp_path: Path) -> None:
    a_viewer(tmp_path / "ohif")
    (tmp_path / "viewed.yaml").write_text(FILE % "ohif", encoding="utf-8")
    found = load_topology(tmp_path / "viewed.yaml").viewer
    assert found is not None
    assert found.folder == tmp_path / "ohif"


@pytest.mark.parametrize(
    ("viewer", "words"),
    [
        ("nowhere", r"viewed.yaml:2:9: there is no folder .*nowhere\. The page 'viewer' of the manual"),
        (
            "empty",
            r"viewed.yaml:2:9: .*empty is no build of OHIF 3, which has index.html and app-config.js\.",
        ),
        ("package", r"Did you mean '.*package/dist'\?"),
        ("{folder: ohif, publicUrl: ftp://x}", r"viewed.yaml:2:35: 'ftp://x' is not an address"),
        ("{files: ohif}", r"viewed.yaml:2:10: unknown key 'files'"),
        ("hiding", r"the viewer has pages at /a, as community 'a' has its actors"),
    ],
)
def test_what_is_no_viewer_is_told_with_its_place(viewer: str, words: str, tmp_path: Path) -> None:
    a_viewer(tmp_path / "ohif")
    a_viewer(tmp_path / "package" / "dist")
    a_viewer(tmp_path / "hiding")
    (tmp_path / "hiding" / "a").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "viewed.yaml").write_text(FILE % viewer, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        load_topology(tmp_path / "viewed.yaml")


def test_a_community_with_the_path_of_the_pages_is_told(tmp_path: Path) -> None:
    a_viewer(tmp_path)
    check_viewer(tmp_path, ["national"])
    with pytest.raises(UsageError, match="pages at /viewer"):
        check_viewer(tmp_path, ["national", "viewer"])

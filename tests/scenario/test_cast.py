from __future__ import annotations

from pathlib import Path

from a_domain import domain

from xdsi_sim.scenario.cast import actors_of, description_of, feeds_of, sessions_of
from xdsi_sim.scenario.record import ActorInfo
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen


def test_every_actor_takes_part_and_only_those_that_answer_have_an_address(tmp_path: Path) -> None:
    with start(load_topology(find_topology("central")), tmp_path, Listen("127.0.0.1", 0)) as running:
        cast = {actor.id: actor for actor in actors_of(running)}
        address = running.url_of("pacs-north")
        described = {actor["id"]: actor for actor in description_of(running)["actors"]}
    assert list(cast) == ["registry", "fhir", "repository", "pacs-north", "pacs-south", "workstation"]
    assert cast["pacs-north"] == ActorInfo(
        id="pacs-north",
        role="Imaging Document Source",
        url=address,
        dicomweb=f"{address}/dicom-web",
        oid="2.999.20.10",
        home="urn:oid:2.999.10",
        patientAuthority="2.999.10.1",
        community="national",
    )
    assert cast["workstation"].url is None
    assert [id_ for id_, actor in described.items() if actor["dicomweb"]] == ["pacs-north", "pacs-south"]
    assert described["pacs-north"]["dicomweb"] == f"{address}/dicom-web"
    assert described["pacs-north"]["wado"] == f"{address}/wado"
    assert described["workstation"]["url"] is None


def test_sessions_are_below_each_port(tmp_path: Path) -> None:
    federated = load_topology(find_topology("federated-2"))
    free = tuple(
        each.model_copy(update={"listen": Listen(host, 0)})
        for each, host in zip(federated.communities, ("127.0.0.1", "127.0.0.2"), strict=True)
    )
    more = {"communities": free, "sessions": "open"}
    with start(federated.model_copy(update=more), tmp_path / "open") as running:
        below = sessions_of(running)
        urls = [running.url_of(id) for id in ("north-ig", "south-ig")]
        assert running.sessions is not None
        assert f"{running.sessions}NAME/" in below
    assert below == tuple(f"{url.rpartition('/')[0].rpartition('/')[0]}/s/NAME/" for url in urls)
    assert len(set(below)) == 2
    with domain(tmp_path / "off") as running:
        assert sessions_of(running) == ()


def test_a_feed_by_iti_8_has_an_address_of_its_own(tmp_path: Path) -> None:
    with domain(tmp_path, feed={"mllp": "127.0.0.1:0"}) as running:
        registry = next(actor for actor in description_of(running)["actors"] if actor["id"] == "registry")
        assert feeds_of(running) == {"registry": registry["mllp"]}
        assert registry["mllp"].startswith("127.0.0.1:")
        others = (actor for actor in description_of(running)["actors"] if actor["id"] != "registry")
        assert {actor["mllp"] for actor in others} == {None}


def test_where_a_recipient_keeps_what_it_gets_is_told(tmp_path: Path) -> None:
    topology = load_topology(find_topology("point-to-point"))
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        described = {actor["id"]: actor["received"] for actor in description_of(running)["actors"]}
    assert described["clinic"] == str(tmp_path / "clinic" / "received")
    assert {id_ for id_, folder in described.items() if folder} == {"clinic", "practice", "board"}

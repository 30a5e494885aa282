from __future__ import annotations

import json

from xdsi_sim.dicomweb.ohif import Face, app_config, list_link, study_link

NORTH = Face(
    id="north",
    title="Hospital </script> Nörd",
    dicomweb="http://h/c/north/dicom-web",
    wado="http://h/c/north/wado",
)
SOUTH = Face(
    id="south.2", title="South", dicomweb="https://pacs.example/dicom-web", wado="http://h/c/south/wado"
)


def test_each_source_is_one_to_choose_and_the_first_one_is_chosen() -> None:
    script = app_config([NORTH, SOUTH]).decode("ascii")
    start, settings = script.split(" = ", 1)
    config = json.loads(settings.rstrip().removesuffix(";"))
    assert start == "window.config"
    assert config["defaultDataSourceName"] == "north"
    assert [source["sourceName"] for source in config["dataSources"]] == ["north", "south.2"]
    north, south = (source["configuration"] for source in config["dataSources"])
    assert (north["qidoRoot"], north["wadoRoot"], north["wadoUriRoot"]) == (
        NORTH.dicomweb,
        NORTH.dicomweb,
        NORTH.wado,
    )
    assert (north["friendlyName"], south["wadoRoot"]) == (NORTH.title, SOUTH.dicomweb)


def test_a_topology_without_sources_has_a_viewer_of_nothing() -> None:
    assert b'"dataSources": []' in app_config([])


def test_pages_have_addresses() -> None:
    assert list_link("http://h/", "north") == "http://h/?datasources=north"
    assert (
        study_link("http://h/", "north", ["1.2", "1.3"]) == "http://h/viewer/north?StudyInstanceUIDs=1.2,1.3"
    )

"""OHIF, a web viewer not written here, shows images in a browser: from an address of a source to pixels."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from foreign_clients import ROOT

from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.viewer import Viewer

webdriver = pytest.importorskip("selenium.webdriver", reason="needs the Python package selenium")
pytestmark = pytest.mark.interop

BUILD = ROOT / "build" / "interop"
"""Where tests/interop/install.sh puts what it installs, and where the screenshots are kept."""
OHIF = BUILD / "ohif" / "package" / "dist"
CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
SAMPLED = ("ct-head", "us-heart")
"""A study as it came from the scanner, and a clip in colour that is compressed."""
PATIENCE = 240
"""Seconds in which a picture has to be there, on a busy machine without a graphics card."""
SHADES = """
    const canvas = document.querySelector("canvas.cornerstone-canvas");
    if (!canvas || !canvas.width) return 0;
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    return new Set(pixels).size;
"""
"""How many colours the pixels of the viewport have: one as long as nothing is drawn."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    if not (OHIF / "index.html").is_file():
        pytest.skip("needs OHIF: tests/interop/install.sh installs it")
    folder = tmp_path_factory.mktemp("viewed")
    changed = {"viewer": Viewer(folder=OHIF), "sessions": "open"}
    topology = load_topology(find_topology("central")).model_copy(update=changed)
    with start(topology, folder / "data", Listen("127.0.0.1", 0)) as started:
        for sample in SAMPLED:
            started.store_of("pacs-south").add_all(write_sample(sample, folder / sample))
        yield started


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not (CHROMIUM.is_file() and DRIVER.is_file()):
        pytest.skip("needs the Debian packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",  # which root has not
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--window-size=1280,900",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    service = webdriver.ChromeService(executable_path=str(DRIVER))
    with webdriver.Chrome(options=options, service=service) as started:
        yield started


def waited_for(what: Callable[[], int], at_least: int) -> int:
    """The value, as soon as it is large enough, or at the end of patience."""
    until = time.monotonic() + PATIENCE
    while (value := what()) < at_least and time.monotonic() < until:
        time.sleep(0.5)
    return value


def asked(browser: Any) -> list[dict[str, Any]]:
    """What the browser's pages have asked for since the last time, but for what it makes by itself."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    requests = [
        event["params"]["request"] for event in events if event["method"] == "Network.requestWillBeSent"
    ]
    return [each for each in requests if each["url"].startswith(("http:", "https:", "ws:", "wss:"))]


@pytest.mark.parametrize("sample", SAMPLED)
def test_the_viewer_draws_the_images_of_a_study(running: RunningTopology, browser: Any, sample: str) -> None:
    asked(browser)
    header = SAMPLES[sample].header
    display = running.image_display_of("pacs-south")
    browser.get(f"{display}?requestType=STUDY&studyUID={header.study_instance_uid}")
    shades = waited_for(lambda: int(browser.execute_script(SHADES)), 50)
    browser.save_screenshot(str(BUILD / f"ohif-{sample}.png"))
    requests = asked(browser)
    assert shades >= 50
    assert header.description in browser.page_source
    assert any(f"/studies/{header.study_instance_uid}/" in each["url"] for each in requests)
    assert {urlsplit(each["url"]).hostname for each in requests} == {"127.0.0.1"}  # it asks nobody else
    assert browser.execute_script("return self.crossOriginIsolated")


def test_the_viewer_lists_the_studies_of_a_source(running: RunningTopology, browser: Any) -> None:
    browser.get(running.viewer_of("pacs-south"))
    descriptions = [SAMPLES[sample].header.description for sample in SAMPLED]
    found = waited_for(lambda: sum(text in browser.page_source for text in descriptions), len(descriptions))
    browser.save_screenshot(str(BUILD / "ohif-studies.png"))
    assert found == len(descriptions)


def test_a_viewer_that_asks_for_what_is_not_here_is_told(running: RunningTopology, browser: Any) -> None:
    browser.get(f"{running.image_display_of('pacs-south')}?requestType=STUDY&studyUID=1.2.3")
    assert "no study here fits" in browser.page_source


def test_in_a_session_it_shows_what_is_there_alone(
    running: RunningTopology, browser: Any, tmp_path: Path
) -> None:
    inside, outside = (SAMPLES[sample].header for sample in SAMPLED)
    with running.session("acme") as world:
        world.store_of("pacs-south").add_all(write_sample(SAMPLED[0], tmp_path))
        browser.get(world.viewer_of("pacs-south"))
        assert waited_for(lambda: int(inside.description in browser.page_source), 1)
        assert outside.description not in browser.page_source
        asked(browser)
        browser.get(
            f"{world.image_display_of('pacs-south')}?requestType=STUDY&studyUID={inside.study_instance_uid}"
        )
        assert waited_for(lambda: int(browser.execute_script(SHADES)), 50) >= 50
        paths = [urlsplit(each["url"]).path for each in asked(browser)]
        web = [path for path in paths if "/dicom-web" in path]
        assert web
        assert all(path.startswith("/s/acme/") for path in web)
        assert "/app-config.js" not in paths

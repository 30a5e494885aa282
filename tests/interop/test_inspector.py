"""The pages of the inspector in a browser: what people see, what is live, keyboard and screen reader."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from a_browser import a_browser
from a_coded_domain import TABLE, written
from a_domain import a_query
from a_session import below, domain_of_sessions
from an_inspector import HOSTILE, Inspector, Pages, an_inspector
from foreign_clients import ROOT
from wire import message, post, send

from xdsi_sim.inspector.web import inspecting

pytestmark = pytest.mark.interop

T = TypeVar("T")

BUILD = ROOT / "build" / "interop"
"""Where tests/interop/install.sh puts what it installs, and where the screenshots are kept."""
AXE = BUILD / "axe" / "package" / "axe.min.js"
PATIENCE = 20
SIZES = {"light": (1280, 900), "dark": (390, 800)}
CHECK = """
    const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ["violations"]}).then(
        (found) => done(found.violations.map((each) =>
            `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 150)).join(" | ")}`)),
        (error) => done([String(error)]));
"""


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspector]:
    with an_inspector(tmp_path_factory.mktemp("inspected")) as started:
        yield started


@pytest.fixture(scope="module")
def of_sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with domain_of_sessions(tmp_path_factory.mktemp("sessions")) as running, inspecting(running) as url:
        yield Pages(running, url)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    BUILD.mkdir(parents=True, exist_ok=True)
    with a_browser(tmp_path_factory.mktemp("profile"), performance="ALL", browser="ALL") as started:
        yield started


@pytest.fixture
def browser(chromium: Any) -> Any:
    dressed(chromium, "light")
    for log in ("browser", "performance"):
        chromium.get_log(log)
    return chromium


def dressed(browser: Any, scheme: str) -> None:
    width, height = SIZES[scheme]
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def pages(inspector: Inspector) -> dict[str, str]:
    one = inspector.one
    return {
        "overview": "",
        "messages": "messages",
        "refused": f"messages/{inspector.refused.id}",
        "hostile": f"messages/{inspector.hostile.id}",
        "images": f"messages/{one('RAD-69').id}",
        "manifest": f"messages/{one('RAD-68').id}/parts/2",
        "image": f"messages/{one('RAD-69').id}/parts/3",
        "conversation": f"conversations/{one('RAD-68').conversation}",
        "resend": f"messages/{one('ITI-18').id}/resend",
        "compare": f"messages/{one('ITI-42').id}/compare?with={inspector.refused.id}",
        "scenarios": "scenarios",
        "checklist": "checklist",
        "patients": "patients",
        "faults": "faults",
        "codes": "codes",
        "rules": "rules",
        "nothing": "nothing",
    }


NAMES = [
    *("overview", "messages", "refused", "hostile", "images", "manifest", "image", "conversation"),
    *("resend", "compare", "scenarios", "checklist", "patients", "faults", "codes", "rules", "nothing"),
]


def waited_for(what: Callable[[], T]) -> T:
    """The value, as soon as it is a true one, or at the end of patience."""
    until = time.monotonic() + PATIENCE
    while not (value := what()) and time.monotonic() < until:
        time.sleep(0.1)
    return value


def text_of(browser: Any) -> str:
    return str(browser.execute_script("return document.body.innerText"))


def first_row(browser: Any) -> str:
    return str(
        browser.execute_script("return document.querySelector('table.list tbody tr')?.innerText || ''")
    )


def query(inspector: Inspector) -> str:
    """A message more; gives its id."""
    mark = inspector.running.mark()
    url = inspector.running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    inspector.running.mark()
    return inspector.running.heard(mark)[-1][1].id


@pytest.mark.parametrize("scheme", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_for_everybody(inspector: Inspector, browser: Any, name: str, scheme: str) -> None:
    dressed(browser, scheme)
    browser.get(inspector.url + pages(inspector)[name])
    is_for_everybody(browser, name, scheme)


def is_for_everybody(browser: Any, name: str, scheme: str) -> None:
    """What is shown now fits the window, and neither browser nor checker has a complaint."""
    browser.save_screenshot(str(BUILD / f"inspector-{name}-{scheme}.png"))
    wide, shown = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= shown == SIZES[scheme][0]  # nothing stands out at the side
    complaints = [one["message"] for one in browser.get_log("browser") if one["level"] == "SEVERE"]
    assert [one for one in complaints if "404" not in one or name != "nothing"] == []
    if not AXE.is_file():
        pytest.skip("needs the npm package axe-core, which tests/interop/install.sh installs")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    assert browser.execute_async_script(CHECK) == []


def test_nobody_else_is_asked(inspector: Inspector, browser: Any) -> None:
    for path in pages(inspector).values():
        browser.get(inspector.url + path)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert len(asked) > 20
    assert {urlsplit(url).netloc for url in asked if url.startswith("http")} == {
        urlsplit(inspector.url).netloc
    }


def test_new_messages_come_by_themselves_until_the_reader_pauses(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}messages")
    first = query(inspector)
    assert waited_for(lambda: first in browser.page_source)
    assert "ITI-18" in first_row(browser)
    browser.find_element("id", "pause").click()
    second = query(inspector)
    assert waited_for(lambda: "more are recorded" in text_of(browser))
    assert second not in browser.page_source
    browser.find_element("id", "pause").click()
    assert waited_for(lambda: second in browser.page_source)


def test_what_is_chosen_stays_chosen_when_it_is_live(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}messages")
    field = browser.find_element("id", "f-transaction")
    field.send_keys("RAD-69\n")
    assert waited_for(lambda: "transaction=RAD-69" in browser.current_url)
    assert "RAD-69" in first_row(browser)
    id = query(inspector)
    time.sleep(1.5)  # longer than two looks of the server
    assert id not in browser.page_source


def test_counts_of_the_overview_keep_up(inspector: Inspector, browser: Any) -> None:
    browser.get(inspector.url)
    received = "return Number(document.querySelector('#actors tr td.n').textContent)"
    before = browser.execute_script(received)
    query(inspector)
    assert waited_for(lambda: browser.execute_script(received) > before)


def test_the_keyboard_leads_everywhere(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}messages?transaction=RAD-69")
    browser.switch_to.active_element.send_keys("\ue004")  # Tab
    assert browser.switch_to.active_element.text == "Skip to the content"
    browser.switch_to.active_element.send_keys("\ue007")  # Enter
    for _ in range(20):
        browser.switch_to.active_element.send_keys("\ue004")
        if browser.execute_script("return document.activeElement.closest('table.list') !== null"):
            break
    browser.switch_to.active_element.send_keys("\ue007")
    assert waited_for(lambda: "Retrieve Imaging Document Set" in text_of(browser))


def test_an_arrow_opens_its_message(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}conversations/{inspector.one('RAD-68').conversation}")
    arrow = browser.find_element("css selector", "a.hop")
    click = "arguments[0].querySelector('.name').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    browser.execute_script(click, arrow)
    assert waited_for(lambda: "/messages/" in browser.current_url)


def test_a_request_is_changed_sent_again_and_compared(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}messages/{inspector.one('RAD-68').id}/resend")
    browser.execute_script(
        "const text = document.getElementById('envelope');"
        "text.value = text.value.replace('name=\"languageCode\"', 'name=\"languageCod\"')"
    )
    browser.find_element("css selector", "form button[type=submit]").click()
    assert waited_for(lambda: "languageCode is missing" in text_of(browser))
    browser.find_element("link text", "Compare both").click()
    assert waited_for(lambda: "languageCod" in text_of(browser))
    assert "lines differ" in text_of(browser)


def test_texts_are_copied(inspector: Inspector, browser: Any) -> None:
    origin = inspector.url.removesuffix("/inspector/")
    grant = {"origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", grant)
    browser.get(f"{inspector.url}messages/{inspector.one('ITI-18').id}")
    button = browser.find_element("css selector", "button[data-copy-of=curl]")
    button.click()
    assert waited_for(lambda: button.text == "Copied")
    copied = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied.startswith("curl ")
    assert copied == browser.execute_script("return document.getElementById('curl').textContent")


def test_a_fault_is_switched_on_and_off(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}faults")
    browser.find_element("css selector", "form.switch button").click()
    assert waited_for(lambda: "inspector" in text_of(browser) and "All off" in text_of(browser))
    browser.find_element("css selector", "form.inline button").click()
    assert waited_for(lambda: "None: everybody answers" in text_of(browser))
    assert inspector.running.faults.switches() == ()


def pressed(browser: Any, selector: str) -> None:
    """A button that may be below what a small window shows."""
    button = browser.find_element("css selector", selector)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()", button)


@pytest.mark.parametrize("scheme", SIZES)
def test_codes_are_changed_by_a_file_and_go_back(
    inspector: Inspector, browser: Any, scheme: str, tmp_path: Path
) -> None:
    dressed(browser, scheme)
    table = written(tmp_path, "codes.yaml", TABLE)
    browser.get(f"{inspector.url}codes")
    browser.find_element("css selector", "details.changing summary").click()
    browser.find_element("css selector", "input[type=file]").send_keys(str(table))
    field = browser.find_element("css selector", "textarea")
    assert waited_for(lambda: field.get_property("value") == TABLE)
    is_for_everybody(browser, "codes-form", scheme)
    pressed(browser, "details.changing form button")
    assert waited_for(lambda: "Changed since the start" in text_of(browser))
    is_for_everybody(browser, "codes-changed", scheme)
    assert [domain.state.changed for domain in inspector.running.domains.values()].count(True) == 1
    pressed(browser, "form[action$='/back'] button")
    assert waited_for(lambda: "Changed since the start" not in text_of(browser))
    assert not any(domain.state.changed for domain in inspector.running.domains.values())


def test_a_scenario_is_played_and_reported(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}scenarios")
    browser.find_element("css selector", "button[aria-label='Play central']").click()
    assert waited_for(lambda: "/runs/" in browser.current_url)
    assert waited_for(lambda: browser.find_elements("link text", "The report"))
    browser.save_screenshot(str(BUILD / "inspector-run.png"))
    browser.find_element("link text", "The report").click()
    assert waited_for(lambda: "What was done, in order" in text_of(browser))
    assert (
        browser.execute_script("return getComputedStyle(document.querySelector('.top')).borderTopWidth")
        == "5px"
    )
    assert [one for one in browser.get_log("browser") if one["level"] == "SEVERE"] == []


def test_the_checklist_is_run_and_leads_to_its_evidence(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}checklist")
    browser.find_element("css selector", "form.switch button").click()
    assert waited_for(lambda: "/checklists/" in browser.current_url)
    assert waited_for(lambda: browser.find_elements("link text", "The gap report"))
    browser.save_screenshot(str(BUILD / "inspector-survey.png"))
    browser.find_element("link text", "The gap report").click()
    assert waited_for(lambda: "Adoption checklist · gap report" in browser.page_source)
    browser.execute_script("document.querySelector('a[href^=\"trace/report.html#m\"]').click()")
    assert waited_for(lambda: "What was done, in order" in text_of(browser))
    assert [one for one in browser.get_log("browser") if one["level"] == "SEVERE"] == []


@pytest.mark.parametrize("scheme", SIZES)
def test_a_survey_is_for_everybody(inspector: Inspector, browser: Any, scheme: str) -> None:
    begun = inspector.submit("checklist", token=inspector.token).headers["location"]
    dressed(browser, scheme)
    browser.get(inspector.url.removesuffix("/inspector/") + begun)
    assert waited_for(lambda: browser.find_elements("link text", "The gap report"))
    is_for_everybody(browser, "survey", scheme)


def test_a_session_is_made_looked_into_emptied_and_removed(of_sessions: Pages, browser: Any) -> None:
    browser.get(f"{of_sessions.url}sessions")
    browser.find_element("id", "name").send_keys("acme\n")
    assert waited_for(lambda: browser.find_elements("link text", "Messages of acme"))
    url = below(of_sessions.running, "acme")
    send(url, post(url, *message(url)))
    of_sessions.running.mark()
    browser.find_element("link text", "Messages of acme").click()
    assert waited_for(lambda: "acme: 127.0.0.1" in first_row(browser))
    for button, left in (("clear", True), ("remove", False)):
        browser.get(f"{of_sessions.url}sessions")
        browser.find_element("css selector", "details.sure summary").click()
        before = browser.find_element("id", "page")
        browser.find_element("css selector", f"form[action$='/{button}'] button").click()
        assert waited_for(lambda before=before: gone(before))
        assert ("Messages of acme" in text_of(browser)) is left
    assert "Nothing fits." in of_sessions.words("messages?session=acme")


def gone(element: Any) -> bool:
    """Whether the page that had it is another one now."""
    exceptions = pytest.importorskip("selenium.common.exceptions")
    try:
        return not element.is_enabled()
    except exceptions.StaleElementReferenceException:
        return True


@pytest.mark.parametrize("scheme", SIZES)
def test_the_page_of_sessions_is_for_everybody(of_sessions: Pages, browser: Any, scheme: str) -> None:
    dressed(browser, scheme)
    for name in ("acme", "vendor-with-a-rather-long-name-indeed-17"):
        of_sessions.submit("sessions", token=of_sessions.token, name=name)
    browser.get(f"{of_sessions.url}sessions")
    browser.find_element("css selector", "details.sure summary").click()
    is_for_everybody(browser, "sessions", scheme)


def test_what_is_hostile_does_nothing(inspector: Inspector, browser: Any) -> None:
    shown = HOSTILE.replace("\u202e", "⟨U+202E⟩")
    browser.get(f"{inspector.url}messages/{inspector.hostile.id}")
    assert shown in text_of(browser)
    assert browser.execute_script("return document.querySelectorAll('main script, main img').length") == 0
    browser.get(f"{inspector.url}messages?text=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    assert browser.execute_script("return document.querySelector('#f-text').value").startswith("<img")


def test_a_script_that_came_in_could_not_run(inspector: Inspector, browser: Any) -> None:
    browser.get(f"{inspector.url}rules")
    browser.execute_script(
        "const made = document.createElement('div');"
        "made.innerHTML = '<img src=x onerror=\"window.ran=1\">';"
        "const own = document.createElement('script');"
        "own.textContent = 'window.ran=2';"
        "document.body.append(made, own)"
    )
    time.sleep(0.5)
    assert browser.execute_script("return window.ran ?? null") is None

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement

from xdsi_sim.content import BytesContent
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import ActorInfo, Check, RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.reports import as_html
from xdsi_sim.scenario.reports.message_files import write_messages
from xdsi_sim.scenario.tables import Table

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[31m\x00"


@pytest.fixture
def page(a_run: RunRecord) -> HtmlElement:
    return html.document_fromstring(as_html.render(a_run))


def words(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def only(page: HtmlElement, selector: str) -> HtmlElement:
    (element,) = page.xpath(selector)
    return element


def test_the_table_of_a_step_stands_in_it(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    table = Table(title=HOSTILE, columns=("What", "Id"), same=("Id",), rows=(("soap", "1"), (HOSTILE, "2")))
    page = html.document_fromstring(as_html.render(a_record(a_step("compare", table=table))))
    first, other = only(page, "//details[@id='s1']//table").xpath("tbody/tr")
    assert [words(cell) for cell in first] == ["soap", "1", "yes"]
    assert words(other).endswith("2 no: Id")
    assert page.xpath("//details[@id='s1']//script") == []


def test_title_verdict_and_counts_come_first(page: HtmlElement) -> None:
    assert words(only(page, "//header[starts-with(@class, 'top')]")).startswith(
        "Test report · scenario central Central registry ✕ failed 3 of 5 steps passed"
    )


def test_what_went_wrong_is_told_before_the_steps(page: HtmlElement) -> None:
    problem = words(only(page, "//section[@class='problems']"))
    assert "Step 4: Fetch by RAD-69 no image" in problem
    assert "expected Success observed refused" in problem
    assert "the images are those listed" not in problem


def test_run_that_passed_tells_no_problems(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    assert "What went wrong" not in as_html.render(a_record(a_step()))


def test_actors_have_role_address_and_oid(page: HtmlElement) -> None:
    row = words(only(page, "//tr[th='repository']"))
    assert row.startswith("repository Document Repository stores documents")
    assert "http://127.0.0.1/repository 2.999.2" in row


def test_steps_have_verdict_time_checks_and_citation(page: HtmlElement) -> None:
    step = only(page, "//details[@id='s4']")
    assert step.get("open") is not None
    assert "250 ms ✕ failed" in words(step)
    assert "✕ an answer comes RAD TF: 4.69" in words(step)


def test_every_exchange_has_one_arrow_that_opens_its_panel(page: HtmlElement, a_run: RunRecord) -> None:
    arrows = page.xpath("//a[starts-with(@class, 'hop') and @id]/@href")
    panels = [f"#{id_}" for id_ in page.xpath("//section[@class='message']/@id")]
    assert arrows == panels == [f"#m{number}" for number in range(1, len(a_run.exchanges) + 1)]


def test_every_link_inside_the_page_has_its_target(page: HtmlElement) -> None:
    targets = {f"#{id_}" for id_ in page.xpath("//@id")}
    links = {href for href in page.xpath("//@href") if href.startswith("#")}
    assert links - targets == {"#none"}  # closes a panel: a target that is nowhere does not scroll


def test_ids_are_unique(page: HtmlElement) -> None:
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_links_to_bodies_lead_to_files_that_are_written(
    page: HtmlElement, a_run: RunRecord, tmp_path: Path
) -> None:
    write_messages(a_run, tmp_path)
    links = set(page.xpath("//p[@class='file']/a/@href"))
    assert links == {f"messages/{path.name}" for path in (tmp_path / "messages").iterdir()}


def test_page_loads_nothing(page: HtmlElement) -> None:
    assert page.xpath("//@src | //link | //iframe | //object | //embed | //@style") == []
    assert [href for href in page.xpath("//@href") if ":" in href or href.startswith("/")] == []
    assert "url(" not in "".join(page.xpath("//style/text()"))


def test_policy_allows_our_style_and_script_by_hash_and_nothing_else(page: HtmlElement) -> None:
    policy = only(page, "//meta[@http-equiv='Content-Security-Policy']").get("content")
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in page.xpath("//style/text() | //script/text()")
    ]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_message_shows_start_line_headers_and_indented_body(page: HtmlElement) -> None:
    panel = only(page, "//section[@id='m3']")
    text = panel.text_content()
    assert "POST /registry HTTP/1.1" in text
    assert "application/soap+xml; charset=UTF-8" in text
    assert '<Query id="1"/>' in text
    assert "what W01 found" in text


def test_parts_of_a_multipart_message_are_listed(page: HtmlElement) -> None:
    parts = [words(part) for part in page.xpath("//section[@id='m1']//section[@class='part']")]
    assert [part[:30] for part in parts] == [
        "Part 1 XML, 97 B Content-Type ",
        "Part 2 DICOM object, 1.2 kB Co",
    ]


def test_message_without_an_answer_says_so(page: HtmlElement) -> None:
    assert "There was none: no answer: refused." in words(only(page, "//section[@id='m10']"))


def test_repeated_hops_are_folded_with_a_way_to_see_each(page: HtmlElement) -> None:
    band = only(page, "//div[@id='b3']")
    assert "WADO-RS ×6" in words(only(band, ".//svg[contains(@class, 'folded')]"))
    assert len(band.xpath(".//details[@class='fold']//a[@id]")) == 6


def test_page_is_the_same_for_the_same_run(a_run: RunRecord) -> None:
    assert as_html.render(a_run) == as_html.render(a_run)


@pytest.fixture
def hostile_run(
    an_exchange: Callable[..., Exchange],
    a_step: Callable[..., StepRecord],
    a_record: Callable[..., RunRecord],
) -> RunRecord:
    """A run in which every text that can come from outside is an attack."""
    finding = Finding(rule=HOSTILE, severity=Severity.ERROR, text=HOSTILE, location=HOSTILE, cites=HOSTILE)
    body = f"<a b='{HOSTILE.replace(chr(39), '')}'>".encode("utf-8", "replace")
    messages = {
        side: HttpMessage(
            start_line=HOSTILE, headers=((HOSTILE, HOSTILE), ("Content-Type", media)), body=BytesContent(body)
        )
        for side, media in (("request", "text/html"), ("response", f"text/xml; {HOSTILE}"))
    }
    exchange = an_exchange(
        HOSTILE, HOSTILE + "2", transaction=HOSTILE, status=HOSTILE, findings=(finding,), **messages
    )
    check = Check(text=HOSTILE, ok=False, expected=HOSTILE, observed=HOSTILE, cites=HOSTILE)
    step = a_step(
        HOSTILE,
        exchange,
        kind=HOSTILE,
        text=HOSTILE,
        details=((HOSTILE, HOSTILE),),
        checks=(check,),
        findings=(finding,),
    )
    actor = ActorInfo(
        id=HOSTILE, role=HOSTILE, url="javascript:alert(1)", oid=HOSTILE, home=HOSTILE, community=HOSTILE
    )
    texts = {"scenario": HOSTILE, "title": HOSTILE, "description": HOSTILE, "cites": HOSTILE}
    return a_record(step, exchanges=(exchange,), actors=(actor,), **texts)


def test_hostile_markup_becomes_text(hostile_run: RunRecord) -> None:
    page = html.document_fromstring(as_html.render(hostile_run))
    assert len(page.xpath("//script")) == 1
    assert page.xpath("//img | //@*[starts-with(name(), 'on')]") == []
    assert page.xpath("//@href[starts-with(., 'javascript')]") == []


def test_hostile_characters_are_shown_in_words(hostile_run: RunRecord) -> None:
    text = as_html.render(hostile_run)
    assert re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text) is None
    assert "⟨U+202E⟩" in text


def test_run_without_steps_or_messages_can_be_shown(a_record: Callable[..., RunRecord]) -> None:
    assert "No message was sent." in as_html.render(a_record())


def test_steps_that_others_hold_are_shown_inside_them(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    skipped = a_step("later", verdict=Verdict.SKIPPED)
    inner = a_step("branch", children=(a_step("ask"), skipped))
    shown = html.document_fromstring(as_html.render(a_record(a_step("all", children=(inner,)))))
    assert words(only(shown, "//*[@id='s1']//*[@id='s2']//*[@id='s3']/summary")).startswith("1.1.1 ask")
    assert "skipped" in words(only(shown, "//*[@id='s4']/summary"))

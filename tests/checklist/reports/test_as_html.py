from __future__ import annotations

from a_survey import ARCADIA, UTOPIA, report
from lxml import html

from xdsi_sim.checklist.reports.as_html import render
from xdsi_sim.checklist.rows import ROWS


def test_the_page_has_every_row_with_result_and_evidence() -> None:
    page = html.fromstring(render(report()))
    assert [each.get("id") for each in page.xpath("//tr[@id]")] == list(ROWS)
    row = page.xpath("//tr[@id='D-01']")[0]
    assert row.xpath(".//span[@class='badge fail']/text()") == ["fail"]
    assert row.xpath(".//a/@href")[0].startswith("trace/report.html#m")
    assert "81 rows: " in page.xpath("//p[@class='outcome']")[0].text_content()
    assert page.xpath("//*[@id='matrix']") == []


def test_one_jurisdiction_has_its_notes_and_several_a_matrix() -> None:
    one = html.fromstring(render(report(ARCADIA)))
    assert one.xpath("//tr[@id='T-04']/td")[-1].text_content() == "no: =cmd()"
    both = html.fromstring(render(report(UTOPIA, ARCADIA)))
    heads = both.xpath("//section[@aria-labelledby='matrix']//th[@scope='col']/text()")
    assert heads == ["Row", "Measured", "Utopia", "Arcadia"]


def test_nothing_of_what_others_say_is_markup() -> None:
    bad = ARCADIA.model_copy(update={"jurisdiction": "<script>alert(1)</script>"})
    assert "<script" not in render(report(bad))

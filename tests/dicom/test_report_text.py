from __future__ import annotations

import pytest

from xdsi_sim.dicom.attributes import DicomJson
from xdsi_sim.dicom.report_text import is_report, to_html, to_text


def item(**values: object) -> DicomJson:
    tags = {"type": "0040A040", "name": "0040A043", "text": "0040A160", "content": "0040A730"}
    return {tags[name]: {"Value": [value] if name != "content" else value} for name, value in values.items()}


REPORT = item(
    type="CONTAINER",
    name={"00080104": {"Value": ["Report"]}},
    content=[item(type="TEXT", name={"00080104": {"Value": ["Finding"]}}, text="a < b & c")],
)


def test_a_report_is_what_has_a_content_tree() -> None:
    assert is_report(REPORT)
    assert not is_report(item(type="TEXT"))


@pytest.mark.parametrize(
    ("write", "told"),
    [(to_html, "<li><b>Finding</b> a &lt; b &amp; c</li>"), (to_text, "Finding: a < b & c\n")],
)
def test_its_items_are_told_with_their_names(write: object, told: str) -> None:
    assert callable(write)
    assert told in write(REPORT)

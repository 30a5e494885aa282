from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import PUBLISHED, run, write

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict

REPORT = '  - {name: r, publish-report: {source: pacs-north, study: "${loaded.studies[0].header.study_instance_uid}", title: T, %s}}\n'
FIND = """\
  - name: reports
    query:
      consumer: workstation
      registry: registry
      query: FindDocuments
      parameters: {patientId: "${published.manifests[0].patientId}", status: [Approved], classCode: ["REPORTS^^1.3.6.1.4.1.19376.1.2.6.1"]}
    save: reports
    expect: {count: 1, values: {"entries[0].mimeType": %s}}
"""


@pytest.mark.parametrize(
    ("given", "mime"),
    [("text: hello", "text/plain"), ("file: r.pdf", "application/pdf"), ("file: r.xml", "text/xml")],
)
def test_a_report_is_a_document_of_its_own_linked_to_the_study(tmp_path: Path, given: str, mime: str) -> None:
    for name in ("r.pdf", "r.xml"):
        (tmp_path / name).write_bytes(b"content")
    record = run(tmp_path, PUBLISHED + REPORT % given + FIND % mime)
    assert record.verdict is Verdict.PASS, record.steps[-1]


@pytest.mark.parametrize("given", ["text: a, file: r.pdf", "radiologist: x", "file: r.docx"])
def test_a_report_is_given_in_one_known_way(tmp_path: Path, given: str) -> None:
    (tmp_path / "r.docx").write_bytes(b"")
    with pytest.raises(UsageError, match=r"'text' or by 'file'|is none of"):
        load_scenario(write(tmp_path, PUBLISHED + REPORT % given))

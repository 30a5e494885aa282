from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from a_domain import domain
from submissions import MANIFEST, an_entry, an_on_demand_entry

from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.ids import new_uid
from xdsi_sim.messages.retrieve import DocumentRequest, DocumentResponse
from xdsi_sim.scenario.stage import Stage
from xdsi_sim.scenario.steps.register_on_demand import RegisterOnDemand
from xdsi_sim.scenario.steps.register_on_demand import play as play_offer
from xdsi_sim.scenario.steps.retrieve import Retrieve, RetrievedDocument, _checks, _Held, _matched, play
from xdsi_sim.vocab import STABLE

CONTENT = BytesContent(b"text")


def _held(document: RetrievedDocument) -> _Held:
    return _Held(document, sha1_of(document.content))


def test_hash_size_and_type_are_held_against_the_metadata() -> None:
    entry = an_entry(hash=sha1_of(CONTENT).upper(), size="4", **MANIFEST)
    document = RetrievedDocument(entry=entry, mimeType="application/dicom", content=CONTENT)
    assert all(check.ok for check in _checks(_held(document)))
    wrong = replace(document, content=BytesContent(b"other"), mimeType="text/plain")
    assert [check.ok for check in _checks(_held(wrong))] == [False, False, False]


@pytest.mark.parametrize(
    ("new_id", "findings", "ok"),
    [("2.999.9", [], True), (None, ["H13"], False), ("2.999.2.1", ["H13"], False)],
)
def test_what_is_made_on_demand_has_no_registered_hash_but_an_id_of_its_own(
    new_id: str | None, findings: list[str], ok: bool
) -> None:
    entry = an_on_demand_entry()
    asked = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=entry.uniqueId or "")
    response = DocumentResponse(
        request=asked, mimeType="application/octet-stream", content=CONTENT, newDocumentUniqueId=new_id
    )
    (document,) = _matched((response,), (entry,))
    assert document.newDocumentUniqueId == new_id
    assert [finding.rule for finding in document.findings] == findings
    assert [check.ok for check in _checks(_held(document))] == [ok, True]


def test_new_ids_of_a_stable_document_are_told_but_fail_nothing() -> None:
    entry = an_entry(hash=sha1_of(CONTENT), size="4")
    asked = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=entry.uniqueId or "")
    response = DocumentResponse(
        request=asked, mimeType="application/octet-stream", content=CONTENT, newDocumentUniqueId="2.999.9"
    )
    (document,) = _matched((response,), (entry,))
    assert [finding.rule for finding in document.findings] == ["H14"]
    assert all(check.ok for check in _checks(_held(document)))


def test_what_is_wrong_with_new_ids_is_a_finding_of_the_step(tmp_path: Path) -> None:
    """Told that the document is Stable, a consumer finds the new id strange."""
    with domain(tmp_path) as running:
        stage = Stage(
            running=running,
            conversation="c",
            folder=tmp_path,
            now=lambda: datetime.now(UTC),
            new_uid=new_uid,
        )
        offered = play_offer(RegisterOnDemand(source="summaries", patients="P1"), stage).value["entries"][0]
        entries = (replace(offered, objectType=STABLE),)
        outcome = play(Retrieve(consumer="viewer", entries=entries), stage)
    assert [finding.rule for finding in outcome.findings] == ["H14", "H14"]


def test_a_manifest_is_known_by_its_format() -> None:
    document = RetrievedDocument(entry=an_entry(**MANIFEST), mimeType="application/dicom", content=CONTENT)
    assert document.is_manifest
    assert not replace(document, entry=an_entry(formatCode=None)).is_manifest

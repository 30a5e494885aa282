from __future__ import annotations

from dataclasses import replace

from submissions import MANIFEST, an_entry

from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.scenario.steps.retrieve import RetrievedDocument, _checks

CONTENT = BytesContent(b"text")


def test_hash_size_and_type_are_held_against_the_metadata() -> None:
    entry = an_entry(hash=sha1_of(CONTENT).upper(), size="4", **MANIFEST)
    document = RetrievedDocument(entry=entry, mimeType="application/dicom", content=CONTENT)
    assert all(check.ok for check in _checks(document))
    wrong = replace(document, content=BytesContent(b"other"), mimeType="text/plain")
    assert [check.ok for check in _checks(wrong)] == [False, False, False]


def test_a_manifest_is_known_by_its_format() -> None:
    document = RetrievedDocument(entry=an_entry(**MANIFEST), mimeType="application/dicom", content=CONTENT)
    assert document.is_manifest
    assert not replace(document, entry=an_entry(formatCode=None)).is_manifest

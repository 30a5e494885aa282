from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import run, write

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict

FOUND = """\
  - name: found
    query:
      consumer: workstation
      registry: registry
      query: GetAll
      parameters: {patientId: "${made.entries[0].patientId}"}
      raw:
        $XDSDocumentEntryStatus: ('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')
        $XDSSubmissionSetStatus: ('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')
        $XDSFolderStatus: ('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')
    save: found
"""


def test_documents_folders_and_attributes_arrive_as_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("from a file")
    steps = f"""\
  - name: make
    provide:
      repository: repository
      patient: P1
      documents:
        - {{text: one, entry: {{title: One}}}}
        - {{file: a.txt, entry: {{title: Two, slots: {{"urn:example:x": [y]}}}}}}
      submissionSet: {{title: Both}}
      folders: [{{title: Shelf, codeList: ["S^Shelf^2.999.7"]}}]
    save: made
    expect: {{count: 2, values: {{"submissionSet.title": Both}}}}
{FOUND}
    expect:
      values:
        "entries[*].title": [One, Two]
        "folders[0].title": Shelf
        "entries[1].extra[0].values": [y]
        "entries[*].entryUUID": ["${{made.entries[0].entryUUID}}", "${{made.entries[1].entryUUID}}"]
  - {{name: get, retrieve: {{consumer: workstation, entries: "${{found.entries}}"}}, expect: {{count: 2}}}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert record.steps[0].text == "2 documents: Success"


@pytest.mark.parametrize(
    ("provided", "error"),
    [
        ("{entry: {classCode: null}}", "XDSRegistryMetadataError"),
        ("{entry: {hash: 0000000000000000000000000000000000000000}}", "XDSRepositoryMetadataError"),
        ("{leftOut: true}", "XDSMissingDocument"),
        (
            "{related: {RPLC: 'urn:uuid:00000000-0000-4000-8000-000000000000'}}",
            "UnresolvedReferenceException",
        ),
    ],
)
def test_what_is_wrong_on_purpose_is_refused(tmp_path: Path, provided: str, error: str) -> None:
    steps = f"""\
  - name: wrong
    provide: {{repository: repository, patient: P1, documents: [{provided}]}}
    save: got
    expect: {{status: Failure, values: {{"errors[*].errorCode": {{contains: {error}}}}}}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps


def test_metadata_alone_go_to_a_registry_and_folders_get_members(tmp_path: Path) -> None:
    steps = """\
  - name: make
    provide:
      registry: registry
      patient: P1
      documents:
        - entry:
            repositoryUniqueId: 2.999.10.3
            hash: da39a3ee5e6b4b0d3255bfef95601890afd80709
            size: 0
            entryUUID: document
      folders: [{entryUUID: folder, codeList: ["S^Shelf^2.999.7"], title: Shelf}]
      associations:
        - {entryUUID: in, associationType: HasMember, sourceObject: folder, targetObject: document}
        - {associationType: HasMember, sourceObject: submission-set, targetObject: in}
    save: made
    expect: {status: Success}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert [exchange.transaction for exchange in record.exchanges] == ["ITI-42"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{repository: repository, patient: P1, documents: [{entry: {titel: x}}]}", "Did you mean 'title'"),
        ("{repository: repository, patient: P1, documents: [{related: {RPCL: x}}]}", "Did you mean 'RPLC'"),
        ("{repository: repository, registry: registry, patient: P1}", "it goes to one of"),
        ("{repository: registry, patient: P1}", "'registry' has the role"),
        ("{repository: repository, patient: P1, submissionSet: {contentTypeCode: x}}", "'x' is no code"),
        ("{repository: repository, patient: P1, documents: [{file: none.pdf}]}", "no such file"),
    ],
)
def test_a_wrong_step_never_starts(tmp_path: Path, step: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_scenario(write(tmp_path, f"  - {{name: a, provide: {step}}}\n"))


def test_a_patient_id_that_is_none_is_told(tmp_path: Path) -> None:
    record = run(tmp_path, "  - {name: a, provide: {repository: repository, patient: 'P1^^'}}\n")
    assert (record.verdict, record.steps[0].verdict) == (Verdict.ERROR, Verdict.ERROR)
    assert "is no patient id" in record.steps[0].text

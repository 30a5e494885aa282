from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import HEAD, run, write
from pydantic import ValidationError

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.provide import Provide

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


def test_documents_go_to_another_community_through_a_gateway(tmp_path: Path) -> None:
    steps = """\
  - {name: make, provide: {through: north-ig, home: "urn:oid:2.999.30", patient: P1}, save: made}
  - name: there
    query: {consumer: south-workstation, registry: south-registry, query: FindDocuments, parameters: {patientId: "${made.entries[0].patientId}", status: [Approved]}}
    expect: {count: 1}
  - name: to nobody
    provide: {through: north-ig, patient: P1}
    expect: {status: Failure, errors: [XDSMissingHomeCommunityId]}
"""
    record = run(tmp_path, steps, head=HEAD.replace("central", "federated-2"))
    assert record.verdict is Verdict.PASS, record.steps


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"repository": "r", "through": "g"}, "it goes to one of"),
        ({"repository": "r", "home": "urn:oid:2.999.1"}, "a community is named to a gateway"),
    ],
)
def test_a_community_is_named_to_gateways_alone(keys: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Provide.model_validate({"patient": "P1", **keys})


def test_what_a_repository_would_add_comes_with_metadata_that_go_to_a_registry_at_once(
    tmp_path: Path,
) -> None:
    steps = """\
  - name: make
    provide: {registry: registry, patient: P1, documents: [{text: "No fracture."}]}
    save: made
    expect: {values: {"entries[0].size": 12, "entries[0].repositoryUniqueId": 2.999.10.3}}
  - name: without
    provide: {registry: registry, patient: P1, documents: [{entry: {hash: null}}]}
    expect: {status: Failure, errors: [XDSRegistryMetadataError]}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps


def test_a_document_may_come_without_its_metadata(tmp_path: Path) -> None:
    steps = """\
  - name: make
    provide: {repository: repository, patient: P1, documents: [{}, {withoutEntry: true}]}
    expect: {count: 1, status: Failure, errors: [XDSMissingDocumentMetadata]}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps

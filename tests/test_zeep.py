"""A SOAP stack not written here loads our descriptions and calls every operation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep
from a_coded_domain import TABLE, coded_domain, written
from a_domain import domain, provide, provision
from a_zeep_client import Objects, status
from submissions import PATIENT, a_set, a_submission, an_entry, an_on_demand_entry
from update_requests import an_update, newer
from zeep.plugins import HistoryPlugin

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import APPROVED, NS, SEVERITY_WARNING, TRANSACTIONS


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("domain")) as started:
        provide(started.url_of("repository"), provision(1))
        yield started


def call(
    running: RunningTopology, actor: str, transaction: str, *plugins: zeep.Plugin, **arguments: Any
) -> tuple[Any, HistoryPlugin]:
    history = HistoryPlugin()
    client = zeep.Client(
        f"{running.url_of(actor)}?wsdl", plugins=[*plugins, history], settings=zeep.Settings(strict=False)
    )
    operation = TRANSACTIONS[transaction].operation
    return client.service[operation](**arguments), history


def slot(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "ValueList": {"Value": [value]}}


def test_iti_18(running: RunningTopology) -> None:
    query = {
        "id": "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
        "Slot": [
            slot("$XDSDocumentEntryPatientId", f"'{PATIENT}'"),
            slot("$XDSDocumentEntryStatus", f"('{APPROVED}')"),
        ],
    }
    option = {"returnType": "LeafClass", "returnComposedObjects": True}
    answer, history = call(running, "registry", "ITI-18", ResponseOption=option, AdhocQuery=query)
    received = history.last_received["envelope"]
    assert status(answer) == "Success"
    assert len(received.findall(f".//{{{NS.RIM}}}ExtrinsicObject")) >= 1
    assert received.findtext(f".//{{{NS.WSA}}}Action") == TRANSACTIONS["ITI-18"].response_action


def test_iti_51(running: RunningTopology) -> None:
    query = {
        "id": "urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f",
        "Slot": [
            slot("$XDSDocumentEntryPatientId", f"('{PATIENT}')"),
            slot("$XDSDocumentEntryStatus", f"('{APPROVED}')"),
        ],
    }
    option = {"returnType": "ObjectRef", "returnComposedObjects": True}
    answer, history = call(running, "registry", "ITI-51", ResponseOption=option, AdhocQuery=query)
    received = history.last_received["envelope"]
    assert status(answer) == "Success"
    assert len(received.findall(f".//{{{NS.RIM}}}ObjectRef")) >= 1
    assert received.findtext(f".//{{{NS.WSA}}}Action") == TRANSACTIONS["ITI-51"].response_action


def test_iti_42(running: RunningTopology) -> None:
    request = a_submission(entries=(an_entry(2),))
    answer, _ = call(running, "registry", "ITI-42", Objects(request), RegistryObjectList={"Identifiable": []})
    assert status(answer) == "Success"


def test_iti_61(running: RunningTopology) -> None:
    request = a_submission(entries=(an_on_demand_entry(61),), set_=a_set(161))
    objects = {"RegistryObjectList": {"Identifiable": []}}
    answer, history = call(running, "registry", "ITI-61", Objects(request), **objects)
    assert status(answer) == "Success"
    action = history.last_received["envelope"].findtext(f".//{{{NS.WSA}}}Action")
    assert action == "urn:ihe:iti:2010:RegisterOnDemandDocumentResponse"
    stable = a_submission(entries=(an_entry(62),), set_=a_set(162))
    refused, _ = call(running, "registry", "ITI-61", Objects(stable), **objects)
    assert status(refused) == "Failure"
    assert "rule=E31" in refused.RegistryErrorList.RegistryError[0].codeContext


def test_a_document_made_on_demand_is_retrieved_by_iti_43_and_once_more_as_its_snapshot(
    running: RunningTopology,
) -> None:
    offered = an_on_demand_entry(63, repositoryUniqueId="2.999.1.4", mimeType="text/plain")
    request = a_submission(entries=(offered,), set_=a_set(163))
    call(running, "registry", "ITI-61", Objects(request), RegistryObjectList={"Identifiable": []})
    asked = {"RepositoryUniqueId": "2.999.1.4", "DocumentUniqueId": offered.uniqueId}
    answer, _ = call(running, "summaries", "ITI-43", DocumentRequest=[asked])
    assert status(answer.RegistryResponse) == "Success"
    (made,) = answer.DocumentResponse
    assert made.Document.startswith(b"IMAGING SUMMARY\n")
    assert (made.NewRepositoryUniqueId, made.DocumentUniqueId) == ("2.999.1.4", offered.uniqueId)
    kept = {"RepositoryUniqueId": "2.999.1.4", "DocumentUniqueId": made.NewDocumentUniqueId}
    again, _ = call(running, "summaries", "ITI-43", DocumentRequest=[kept])
    assert again.DocumentResponse[0].Document == made.Document
    assert again.DocumentResponse[0].NewDocumentUniqueId is None


def test_iti_42_with_a_warning(tmp_path: Path) -> None:
    with coded_domain(
        tmp_path / "data", check="warn", files=written(tmp_path, "codes.yaml", TABLE)
    ) as warning:
        request = a_submission(entries=(an_entry(languageCode="fr", mimeType="application/pdf"),))
        nothing = {"Identifiable": []}
        answer, _ = call(warning, "registry", "ITI-42", Objects(request), RegistryObjectList=nothing)
    (told,) = answer.RegistryErrorList.RegistryError
    assert (status(answer), told.severity) == ("Success", SEVERITY_WARNING)
    assert told.codeContext.endswith("attribute=languageCode; value=fr; rule=D28")


def test_iti_57_and_iti_92(running: RunningTopology) -> None:
    empty = {"Identifiable": []}
    register, entry = an_entry(5), newer(an_entry(5), 6)
    submissions = (
        ("ITI-42", a_submission(entries=(register,), set_=a_set(105)), "Success"),
        ("ITI-57", an_update(entry, set_=a_set(106)), "Success"),
        ("ITI-57", an_update(newer(entry, 7), set_=a_set(107)), "XDSMetadataVersionError"),
        ("ITI-92", an_update(newer(entry, 7), set_=a_set(107), previous="2"), "Success"),
    )
    for transaction, request, expected in submissions:
        answer, history = call(running, "registry", transaction, Objects(request), RegistryObjectList=empty)
        errors = answer.RegistryErrorList.RegistryError if answer.RegistryErrorList else ()
        assert [status(answer), *(error.errorCode for error in errors)][-1] == expected
        action = history.last_received["envelope"].findtext(f".//{{{NS.WSA}}}Action")
        assert action == TRANSACTIONS[transaction].response_action
        assert running.exchanges()[-1].transaction == transaction


def test_iti_41_with_the_document_inline(running: RunningTopology) -> None:
    request = provision(3)
    answer, _ = call(
        running,
        "repository",
        "ITI-41",
        Objects(request.submission),
        SubmitObjectsRequest={"RegistryObjectList": {"Identifiable": []}},
        Document=[{"id": request.documents[0].id, "_value_1": b"text"}],
    )
    assert status(answer) == "Success"
    assert "B01" in [
        finding.rule for finding in running.exchanges()[-2].findings + running.exchanges()[-1].findings
    ]


def test_iti_43(running: RunningTopology) -> None:
    asked = [{"RepositoryUniqueId": "2.999.1.3", "DocumentUniqueId": "2.999.2.1"}]
    answer, _ = call(running, "repository", "ITI-43", DocumentRequest=asked)
    assert status(answer.RegistryResponse) == "Success"
    assert answer.DocumentResponse[0].Document == b"text"


def fed(interaction: str, trigger: str, registration: str) -> dict[str, Any]:
    """What zeep is given for a message of ITI-44: the wrapper by its schema, the event as XML."""
    event = f"""<all xmlns="{NS.HL7}"><code code="{trigger}"/><subject><registrationEvent>
        {registration}</registrationEvent></subject></all>"""
    receiver, sender = (
        parse(f'<device xmlns="{NS.HL7}"><id root="2.999.7"/></device>'.encode()) for _ in "ab"
    )
    return {
        "ITSVersion": "XML_1.0",
        "id": {"root": "2.999.5.1"},
        "creationTime": {"value": "20240212083000"},
        "interactionId": {"root": "2.16.840.1.113883.1.6", "extension": interaction},
        "processingCode": {"code": "P"},
        "processingModeCode": {"code": "T"},
        "acceptAckCode": {"code": "AL"},
        "receiver": [{"_value_1": [receiver]}],
        "sender": {"_value_1": [sender]},
        "controlActProcess": {"_value_1": list(parse(event.encode()))},
    }


def patient_element(id_: str) -> str:
    return f'<subject1><patient><id root="2.999.1.1" extension="{id_}"/></patient></subject1>'


REPLACES = (
    "<replacementOf><priorRegistration><subject1><priorRegisteredRole>"
    '<id root="2.999.1.1" extension="Z2"/>'
    "</priorRegisteredRole></subject1></priorRegistration></replacementOf>"
)


def test_iti_44(running: RunningTopology) -> None:
    for event, number, registration, code in (
        ("add", "01", patient_element("Z1"), "CA"),
        ("revise", "02", patient_element("Z2"), "CA"),
        ("merge", "04", patient_element("Z1") + REPLACES, "CA"),
        ("merge", "04", patient_element("Z1") + REPLACES, "CE"),  # not twice
    ):
        given = fed(f"PRPA_IN2013{number}UV02", f"PRPA_TE2013{number}UV02", registration)
        answer, history = call(running, "registry", f"ITI-44 {event}", **given)
        assert answer.acknowledgement.typeCode.code == code
        assert answer.acknowledgement.targetMessage.id.root == "2.999.5.1"
        action = history.last_received["envelope"].findtext(f".//{{{NS.WSA}}}Action")
        assert action == TRANSACTIONS["ITI-44 add"].response_action
    assert "was merged into" in answer.acknowledgement.acknowledgementDetail[0].text
    assert running.exchanges()[-1].transaction == "ITI-44"


def test_rad_69(running: RunningTopology) -> None:
    document = {"RepositoryUniqueId": "2.999.1.21", "DocumentUniqueId": "1.2.3"}
    study = {
        "studyInstanceUID": "1",
        "SeriesRequest": [{"seriesInstanceUID": "2", "DocumentRequest": [document]}],
    }
    answer, history = call(
        running,
        "pacs",
        "RAD-69",
        StudyRequest=[study],
        TransferSyntaxUIDList={"TransferSyntaxUID": ["1.2.840.10008.1.2.1"]},
    )
    assert status(answer.RegistryResponse) == "Failure"
    assert answer.RegistryResponse.RegistryErrorList.RegistryError[0].errorCode == "XDSDocumentUniqueIdError"
    action = history.last_received["envelope"].findtext(f".//{{{NS.WSA}}}Action")
    assert action == TRANSACTIONS["ITI-43"].response_action  # that of the ITI transaction

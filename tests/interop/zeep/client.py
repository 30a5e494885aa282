"""The errand of tests/an_errand.py by zeep with xdsi_sim.client.zeep_mtom, metadata in zeep's own types."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from lxml import etree

from xdsi_sim.client.zeep_mtom import MtomTransport, connect, read_objects

UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

told = dict(one.split("=", 1) for one in sys.argv[1:])
transport = MtomTransport()


def service(actor: str) -> tuple[Any, Any]:
    """Client and service at the address that we were told, which a relay may stand before."""
    client = connect(told[actor], transport)
    (binding,) = client.wsdl.bindings
    return client, client.create_service(binding, told[actor])


def objects(client: Any, file: str) -> Any:
    return read_objects(client, Path(told[file]).read_bytes())


def slot(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "ValueList": {"Value": [value]}}


def query(id: str, patients: str) -> dict[str, Any]:
    """Find the Approved documents of a patient, or of several."""
    approved = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"
    return {
        "ResponseOption": {"returnType": "LeafClass", "returnComposedObjects": True},
        "AdhocQuery": {
            "id": id,
            "Slot": [slot("$XDSDocumentEntryPatientId", patients), slot("$XDSDocumentEntryStatus", approved)],
        },
    }


def feed(interaction: str, file: str) -> dict[str, Any]:
    """Tell of a patient, by a message that zeep reads into its own types and writes again."""
    element = registry_client.get_element(f"{{urn:hl7-org:v3}}{interaction}")
    message = element.parse(etree.parse(told[file]).getroot(), registry_client.wsdl.types)
    answer = registry[f"DocumentRegistry_{interaction}"](**{name: message[name] for name in message})
    return {"status": answer.acknowledgement.typeCode.code}


def wanted(repository: str, documents: str) -> list[dict[str, str]]:
    return [
        {"RepositoryUniqueId": told[repository], "DocumentUniqueId": document}
        for document in told[documents].split(",")
    ]


def entries(answer: Any) -> dict[str, Any]:
    items = answer.RegistryObjectList.Identifiable
    identifiers = [identifier for item in items for identifier in item.ExternalIdentifier]
    ids = [one.value for one in identifiers if one.identificationScheme == UNIQUE_ID]
    return {"status": answer.status, "entries": ids}


def documents(answer: Any) -> dict[str, Any]:
    received = [
        {
            "id": document.DocumentUniqueId,
            "mimeType": document.mimeType,
            "sha1": hashlib.sha1(document.Document, usedforsecurity=False).hexdigest(),
        }
        for document in answer.DocumentResponse
    ]
    return {"status": answer.RegistryResponse.status, "documents": received}


registry_client, registry = service("registry")
repository_client, repository = service("repository")
_, source = service("source")

provided = repository["DocumentRepository_ProvideAndRegisterDocumentSet-b"](
    SubmitObjectsRequest={"RegistryObjectList": objects(repository_client, "provide")},
    Document=[{"id": told["entryUUID"], "_value_1": transport.attach(Path(told["document"]))}],
)
registered = registry["DocumentRegistry_RegisterDocumentSet-b"](
    RegistryObjectList=objects(registry_client, "register")
)
found = registry.DocumentRegistry_RegistryStoredQuery(
    **query("urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", f"'{told['patientId']}'")
)
fetched = repository.DocumentRepository_RetrieveDocumentSet(
    DocumentRequest=wanted("repositoryUniqueId", "documentUniqueId")
)
series = {"seriesInstanceUID": told["series"], "DocumentRequest": wanted("sourceUniqueId", "instances")}
images = source.DocumentRepository_RetrieveImagingDocumentSet(
    StudyRequest=[{"studyInstanceUID": told["study"], "SeriesRequest": [series]}],
    TransferSyntaxUIDList={"TransferSyntaxUID": [told["transferSyntax"]]},
)
added = feed("PRPA_IN201301UV02", "add")
revised = feed("PRPA_IN201302UV02", "revise")
both = f"('{told['patientId']}','{told['otherPatientId']}')"
found_for_both = registry.DocumentRegistry_MultiPatientStoredQuery(
    **query("urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f", both)
)
merged = feed("PRPA_IN201304UV02", "merge")
print(
    json.dumps(
        {
            "ITI-41": {"status": provided.status},
            "ITI-42": {"status": registered.status},
            "ITI-18": entries(found),
            "ITI-43": documents(fetched),
            "RAD-69": documents(images),
            "ITI-44 add": added,
            "ITI-44 revise": revised,
            "ITI-51": entries(found_for_both),
            "ITI-44 merge": merged,
        }
    )
)

from __future__ import annotations

from pathlib import Path

from a_fhir_face import a_face
from submissions import an_entry, uuid

from xdsi_sim.messages.response import RegistryError
from xdsi_sim.mhd.face import Face


def face_of(running: object) -> Face:
    return next(r._service.face for (r,) in [running._resources["fhir"]])  # type: ignore[attr-defined]


def test_a_face_knows_addresses_rules_and_elements(tmp_path: Path) -> None:
    with a_face(tmp_path, publicUrl="https://proxy.example/fhir") as running:
        face = face_of(running)
        url = face.document_url(an_entry(1, homeCommunityId="urn:oid:2.999.1"))
        assert url == (
            f"https://proxy.example/fhir/Binary/{uuid(1)[9:]}"
            "?repositoryUniqueId=2.999.1.3&uniqueId=2.999.2.1&homeCommunityId=urn%3Aoid%3A2.999.1"
        )
        context = "typeCode is missing; object=x; attribute=typeCode; rule=D01"
        (issue,) = face.issues((RegistryError(errorCode="XDSRegistryMetadataError", codeContext=context),))
        assert issue.expression == "DocumentReference.type"
        assert issue.cites == "ITI TF-3: Table 4.3.1-3"
        context = "title is missing; object=urn:uuid:f; attribute=title; rule=D03"
        error = RegistryError(errorCode="XDSRegistryMetadataError", codeContext=context)
        assert face.issues((error,))[0].expression == "DocumentReference.content.attachment.title"
        assert face.issues((error,), ["urn:uuid:f"])[0].expression == "List.title"

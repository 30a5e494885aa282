"""Code tables of our own in each form, and a domain that takes their codes alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from a_domain import topology

from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.codes.settings import CodeSettings
from xdsi_sim.topology.model import Listen, Topology

TABLE = """\
title: A small domain
classCode:
  1.3.6.1.4.1.19376.1.2.6.1: {IMAGES: Images, REPORTS: Reports}
typeCode:
  http://loinc.org: [24725-4, 18748-4]
mimeType: [application/dicom, application/pdf]
languageCode: [en]
"""

IHE = """\
<?xml version="1.0" encoding="UTF-8"?>
<Codes>
    <CodeType name="classCode" classScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a">
        <Code code="IMAGES" display="Images" codingScheme="1.3.6.1.4.1.19376.1.2.6.1" system="http://x"/>
    </CodeType>
    <CodeType name="folderCodeList" classScheme="urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5">
        <Code code="F" display="Folder" codingScheme="urn:oid:2.999.1.8"/>
    </CodeType>
    <CodeType name="associationDocumentation" classScheme="urn:uuid:abd807a3-4432-4053-87b4-fd82c643d1f3">
        <Code code="1" display="One" system="http://loinc.org"/>
    </CodeType>
    <CodeType name="mimeType">
        <Code code="application/dicom" ext="dcm"/>
    </CodeType>
    <AssigningAuthority id="&amp;2.999.1.1&amp;ISO" display="OURS"/>
</Codes>
"""

VALUE_SET: dict[str, Any] = {
    "resourceType": "ValueSet",
    "url": "http://example.org/ValueSet/formats",
    "status": "active",
    "text": {"status": "generated", "div": "<div>formats</div>"},
    "compose": {
        "include": [
            {
                "system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
                "concept": [{"code": "urn:ihe:rad:PDF", "display": "PDF"}, {"code": "urn:ihe:rad:TEXT"}],
            },
            {
                "system": "http://dicom.nema.org/resources/ontology/DCMUID",
                "concept": [{"code": "1.2.840.10008.5.1.4.1.1.88.59"}],
            },
        ],
    },
}

CODE_SYSTEM: dict[str, Any] = {
    "resourceType": "CodeSystem",
    "url": "http://example.org/CodeSystem/classes",
    "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:oid:2.999.1.9"}],
    "content": "complete",
    "concept": [
        {
            "code": "_all",
            "property": [{"code": "notSelectable", "valueBoolean": True}],
            "concept": [{"code": "IMAGES", "display": "Images", "concept": [{"code": "CT"}]}],
        },
        {"code": "REPORTS", "display": "Reports"},
    ],
}


def written(folder: Path, name: str, content: str | dict[str, Any]) -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    path.write_text(text, encoding="utf-8")
    return path


def coded(topology: Topology, **settings: Any) -> Topology:
    """The topology with `codes` for each of its communities."""
    codes = CodeSettings.model_validate(settings)
    communities = [community.model_copy(update={"codes": codes}) for community in topology.communities]
    return topology.model_copy(update={"communities": tuple(communities)})


def coded_domain(data: Path, **settings: Any) -> RunningTopology:
    return start(coded(topology(), **settings), data, Listen("127.0.0.1", 0))

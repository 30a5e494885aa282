"""The service descriptions say what the table of transactions says; the schemas judge as the real ones do.

The examples fill every element and attribute our schemas know. Beside a folder of reference data, the verdict
on each example, and on each way of breaking it, is compared with that of the reference schemas.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest
import zeep
from lxml import etree

from xdsi_sim import resources
from xdsi_sim.vocab import NS, TRANSACTIONS, Transaction

Element: TypeAlias = etree._Element
Mutation: TypeAlias = Callable[[Element], Iterator[None]]
"""Breaks one element in every place, one place at a time, and mends it again."""

WSDL = resources.wsdl()
WSDL_FILES = sorted(WSDL.glob("*.wsdl"))
SCHEMA_FILES = sorted((WSDL / "schema").glob("*.xsd"))
NIST = Path(__file__).parents[2].parent / "shared" / "data" / "nist"
needs_reference = pytest.mark.skipif(not NIST.is_dir(), reason="no reference data beside the project")

PREFIXES = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "soap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
    "wsam": "http://www.w3.org/2007/05/addressing/metadata",
    "wsoma": "http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization",
    "wsp": "http://www.w3.org/ns/ws-policy",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "lcm": NS.LCM,
    "query": NS.QUERY,
    "rim": NS.RIM,
    "rs": NS.RS,
    "xds": NS.XDS,
    "xdsi": NS.XDSI,
    "rmd": NS.RMD,
    "hl7": NS.HL7,
}
WSU_ID = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id"

DESCRIBED_IN = {
    "ITI-18": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-38": ("RespondingGateway.wsdl", NS.XDS, "RespondingGateway"),
    "ITI-39": ("RespondingGateway.wsdl", NS.XDS, "RespondingGateway"),
    "ITI-41": ("DocumentRepository.wsdl", NS.XDS, "DocumentRepository"),
    "ITI-42": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-43": ("DocumentRepository.wsdl", NS.XDS, "DocumentRepository"),
    "ITI-51": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-55": ("RespondingGateway.wsdl", NS.XDS, "RespondingGateway"),
    "ITI-57": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-92": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-44 add": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-44 revise": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-44 merge": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-61": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-62": ("DocumentRegistry.wsdl", NS.XDS, "DocumentRegistry"),
    "ITI-86": ("DocumentRepository.wsdl", NS.XDS, "DocumentRepository"),
    "RAD-69": ("ImagingDocumentSource.wsdl", NS.XDSI, "DocumentRepository"),
    "RAD-75": ("RespondingImagingGateway.wsdl", NS.XDSI, "RespondingGateway"),
}
"""File, namespace of the names in it, and what these names start with."""

OUR_FILES = {
    NS.LCM: "lcm.xsd",
    NS.QUERY: "query.xsd",
    NS.RIM: "rim.xsd",
    NS.RS: "rs.xsd",
    NS.XDS: "xds.xsd",
    NS.XDSI: "xdsi.xsd",
}
REFERENCE_FILES = OUR_FILES | {
    NS.XDS: "XDS.b_DocumentRepository.xsd",
    NS.XDSI: "XDSI.b_ImagingDocumentSource.xsd",
}

ALL_OUR_FILES = OUR_FILES | {NS.HL7: "hl7.xsd", NS.RMD: "rmd.xsd"}

SLOT = """<rim:Slot name="s" slotType="urn:t"><rim:ValueList><rim:Value>a</rim:Value><rim:Value>b</rim:Value>
</rim:ValueList></rim:Slot><rim:Slot name="empty"><rim:ValueList/></rim:Slot>"""
NAME = """<rim:LocalizedString xml:lang="de" charset="UTF-8" value="n"/><rim:LocalizedString value=""/>"""
IDS = 'id="urn:i" home="urn:oid:2.999" lid="urn:l" objectType="urn:o" status="urn:s"'
LEAF = f"""{SLOT}<rim:Name>{NAME}</rim:Name><rim:Description>{NAME}</rim:Description>
<rim:VersionInfo versionName="1" comment="c"/>"""
CLASSIFICATION = f"""<rim:Classification {IDS} classificationScheme="urn:c" classificationNode="urn:n"
classifiedObject="urn:i" nodeRepresentation="code">{LEAF}</rim:Classification>"""
EXTERNAL_IDENTIFIER = f"""<rim:ExternalIdentifier {IDS} registryObject="urn:i" identificationScheme="urn:x"
value="P^^^&amp;2.999&amp;ISO">{LEAF}</rim:ExternalIdentifier>"""
PARTS = f"{LEAF}{CLASSIFICATION * 2}{EXTERNAL_IDENTIFIER * 2}"
OBJECT_REF = f'<rim:ObjectRef id="urn:r" home="urn:h" createReplica="false">{SLOT}</rim:ObjectRef>'
ADHOC_QUERY = f"""<rim:AdhocQuery {IDS}>{PARTS}<rim:QueryExpression queryLanguage="urn:q">select<wsdl:any/>
</rim:QueryExpression></rim:AdhocQuery>"""
REFERENCES = f"<rim:RegistryObjectList>{OBJECT_REF * 2}</rim:RegistryObjectList>"
OBJECTS = f"""<rim:RegistryObjectList>
<rim:ExtrinsicObject {IDS} mimeType="application/dicom" isOpaque="true">{PARTS}
<rim:ContentVersionInfo versionName="1" comment="c"/></rim:ExtrinsicObject>
<rim:RegistryPackage {IDS}>{PARTS}{REFERENCES}</rim:RegistryPackage>
<rim:Association {IDS} associationType="urn:a" sourceObject="urn:i" targetObject="urn:j">{PARTS}
</rim:Association>
{CLASSIFICATION}{EXTERNAL_IDENTIFIER}{OBJECT_REF}{ADHOC_QUERY}
<rim:RegistryObject {IDS}>{PARTS}</rim:RegistryObject>
<rim:Identifiable id="urn:i" home="urn:h">{SLOT}</rim:Identifiable>
</rim:RegistryObjectList>"""

REQUEST_SLOTS = f"<rs:RequestSlotList>{SLOT}</rs:RequestSlotList>"
ERRORS = """<rs:RegistryErrorList highestSeverity="urn:e"><rs:RegistryError errorCode="XDSRegistryError"
codeContext="c" severity="urn:e" location="l">text</rs:RegistryError><rs:RegistryError errorCode="e"
codeContext=""/></rs:RegistryErrorList>"""
RESPONSE_PARTS = f"<rs:ResponseSlotList>{SLOT}</rs:ResponseSlotList>{ERRORS}"
REGISTRY_RESPONSE = f"""<rs:RegistryResponse status="urn:s" requestId="urn:i">{RESPONSE_PARTS}
</rs:RegistryResponse>"""
DOCUMENT_IDS = """<xds:HomeCommunityId>urn:oid:2.999</xds:HomeCommunityId>
<xds:RepositoryUniqueId>2.999.1</xds:RepositoryUniqueId><xds:DocumentUniqueId>2.999.2</xds:DocumentUniqueId>"""
DOCUMENT_REQUEST = f"<xds:DocumentRequest>{DOCUMENT_IDS}</xds:DocumentRequest>"

EXAMPLES = {
    "SubmitObjectsRequest": f"""<lcm:SubmitObjectsRequest id="urn:i" comment="c">{REQUEST_SLOTS}{OBJECTS}
        </lcm:SubmitObjectsRequest>""",
    "RegistryResponse": REGISTRY_RESPONSE,
    "RegistryRequest": f'<rs:RegistryRequest id="urn:i" comment="c">{REQUEST_SLOTS}</rs:RegistryRequest>',
    "RemoveObjectsRequest": f"""<lcm:RemoveObjectsRequest id="urn:i" comment="c" deletionScope="urn:d">
        {REQUEST_SLOTS}{ADHOC_QUERY}<rim:ObjectRefList>{OBJECT_REF * 2}</rim:ObjectRefList>
        </lcm:RemoveObjectsRequest>""",
    "AdhocQueryRequest": f"""<query:AdhocQueryRequest id="urn:i" comment="c" federated="false"
        federation="urn:f" startIndex="0" maxResults="-1">{REQUEST_SLOTS}
        <query:ResponseOption returnType="LeafClass" returnComposedObjects="true"/>{ADHOC_QUERY}
        </query:AdhocQueryRequest>""",
    "AdhocQueryResponse": f"""<query:AdhocQueryResponse status="urn:s" requestId="urn:i" startIndex="0"
        totalResultCount="3">{RESPONSE_PARTS}{REFERENCES}</query:AdhocQueryResponse>""",
    "ProvideAndRegisterDocumentSetRequest": f"""<xds:ProvideAndRegisterDocumentSetRequest>
        <lcm:SubmitObjectsRequest>{REFERENCES}</lcm:SubmitObjectsRequest>
        <xds:Document id="urn:i">AAAA</xds:Document><xds:Document id="urn:j"/>
        </xds:ProvideAndRegisterDocumentSetRequest>""",
    "RetrieveDocumentSetRequest": f"""<xds:RetrieveDocumentSetRequest>{DOCUMENT_REQUEST * 2}
        </xds:RetrieveDocumentSetRequest>""",
    "RetrieveDocumentSetResponse": f"""<xds:RetrieveDocumentSetResponse>{REGISTRY_RESPONSE}
        <xds:DocumentResponse>{DOCUMENT_IDS}<xds:NewRepositoryUniqueId>r</xds:NewRepositoryUniqueId>
        <xds:NewDocumentUniqueId>d</xds:NewDocumentUniqueId><xds:mimeType>application/dicom</xds:mimeType>
        <xds:Document>AAAA</xds:Document></xds:DocumentResponse></xds:RetrieveDocumentSetResponse>""",
    "RetrieveImagingDocumentSetRequest": f"""<xdsi:RetrieveImagingDocumentSetRequest>
        <xdsi:StudyRequest studyInstanceUID="2.999.1"><xdsi:SeriesRequest seriesInstanceUID="2.999.2">
        {DOCUMENT_REQUEST * 2}</xdsi:SeriesRequest></xdsi:StudyRequest>
        <xdsi:TransferSyntaxUIDList><xdsi:TransferSyntaxUID>1.2.840.10008.1.2.1</xdsi:TransferSyntaxUID>
        </xdsi:TransferSyntaxUIDList></xdsi:RetrieveImagingDocumentSetRequest>""",
}
"""By local name of the root."""

IN_HL7 = """<hl7:id root="2.999.1" extension="1"/><hl7:creationTime value="20240212"/>
<hl7:interactionId root="2.999.2" extension="i"/><hl7:processingCode code="P"/>
<hl7:processingModeCode code="T"/><hl7:acceptAckCode code="AL"/>
<hl7:receiver typeCode="RCV"><hl7:device><hl7:id root="2.999.3"/></hl7:device></hl7:receiver>
<hl7:sender typeCode="SND"/>"""
FEED = f"""{IN_HL7}<hl7:controlActProcess classCode="CACT"><hl7:code code="t"/></hl7:controlActProcess>"""
EXAMPLES_OF_OUR_OWN = {
    **{
        name: f'<hl7:{name} ITSVersion="XML_1.0">{FEED}</hl7:{name}>'
        for name in ("PRPA_IN201301UV02", "PRPA_IN201302UV02", "PRPA_IN201304UV02", "PRPA_IN201305UV02")
    },
    "PRPA_IN201306UV02": f"""<hl7:PRPA_IN201306UV02 ITSVersion="XML_1.0">{IN_HL7}<hl7:acknowledgement>
        <hl7:typeCode code="AA"/></hl7:acknowledgement><hl7:controlActProcess classCode="CACT"/>
        </hl7:PRPA_IN201306UV02>""",
    "MCCI_IN000002UV01": f"""<hl7:MCCI_IN000002UV01 ITSVersion="XML_1.0">{IN_HL7}<hl7:acknowledgement>
        <hl7:typeCode code="CE"/><hl7:targetMessage><hl7:id root="2.999.1"/></hl7:targetMessage>
        <hl7:acknowledgementDetail typeCode="E"><hl7:text>t</hl7:text></hl7:acknowledgementDetail>
        </hl7:acknowledgement></hl7:MCCI_IN000002UV01>""",
    "RemoveDocumentsRequest": f"""<rmd:RemoveDocumentsRequest>{DOCUMENT_REQUEST * 2}
        </rmd:RemoveDocumentsRequest>""",
}
"""Of schemas that have no reference beside the project, or one that takes a single document alone."""
ALL_EXAMPLES = EXAMPLES | EXAMPLES_OF_OUR_OWN


def example(name: str) -> Element:
    declared = " ".join(f'xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    return deepcopy(etree.fromstring(f"<all {declared}>{ALL_EXAMPLES[name]}</all>")[0])


def loaded(file: str) -> Any:
    """A service description as zeep understands it."""
    client: Any = zeep.Client  # its signature has no types
    return client(str(WSDL / file)).wsdl


def joined(folder: Path, files: dict[str, str]) -> etree.XMLSchema:
    """One schema for all roots, out of one file a namespace."""
    root = etree.Element(f"{{{PREFIXES['xs']}}}schema", nsmap={"xs": PREFIXES["xs"]})
    for namespace, name in files.items():
        location = (folder / name).as_uri()
        etree.SubElement(root, f"{{{PREFIXES['xs']}}}import", namespace=namespace, schemaLocation=location)
    return etree.XMLSchema(root)


@pytest.fixture(scope="module")
def ours() -> etree.XMLSchema:
    return joined(WSDL / "schema", ALL_OUR_FILES)


@pytest.fixture(scope="module")
def reference() -> etree.XMLSchema:
    return joined(NIST / "schema" / "v3", REFERENCE_FILES)


@pytest.fixture(scope="module")
def render() -> ModuleType:
    """The reference data's own way of filling its samples."""
    spec = importlib.util.spec_from_file_location("nist_render", NIST / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Service descriptions


@pytest.mark.parametrize("transaction", TRANSACTIONS.values(), ids=lambda transaction: transaction.name)
def test_zeep_reads_the_operation_as_the_table_has_it(transaction: Transaction) -> None:
    file, namespace, actor = DESCRIBED_IN[transaction.name]
    binding = loaded(file).bindings[f"{{{namespace}}}{actor}_Binding_Soap12"]
    operation = binding._operations[transaction.operation]
    messages = operation.abstract.input_message, operation.abstract.output_message
    assert operation.soapaction == transaction.action
    assert operation.abstract.wsa_action == transaction.action
    assert [str(message.parts["body"].element.qname) for message in messages] == [
        transaction.request,
        transaction.response,
    ]


@pytest.mark.parametrize("transaction", TRANSACTIONS.values(), ids=lambda transaction: transaction.name)
def test_request_and_answer_name_their_actions(transaction: Transaction) -> None:
    root = etree.parse(str(WSDL / DESCRIBED_IN[transaction.name][0])).getroot()
    (operation,) = root.iterfind(f"wsdl:portType/wsdl:operation[@name='{transaction.operation}']", PREFIXES)
    actions = [message.get(f"{{{PREFIXES['wsam']}}}Action") for message in operation]
    assert actions == [transaction.action, transaction.response_action]


def test_no_operation_is_described_that_the_table_does_not_have() -> None:
    described = {
        str(operation.get("name"))
        for path in WSDL_FILES
        for operation in etree.parse(str(path)).getroot().iterfind("wsdl:portType/wsdl:operation", PREFIXES)
    }
    assert described == {each.operation for each in TRANSACTIONS.values()}


def test_what_can_call_a_repository_can_call_a_recipient() -> None:
    repository, recipient = (
        {
            etree.tostring(part, method="c14n", exclusive=True)
            for path in ("*/wsdl:operation", "wsdl:service", "wsp:Policy")
            for part in etree.parse(str(WSDL / f"Document{actor}.wsdl")).getroot().iterfind(path, PREFIXES)
        }
        for actor in ("Repository", "Recipient")
    )
    assert recipient < repository
    assert len(recipient) == 4


@pytest.mark.parametrize(("file", "namespace", "actor"), sorted(set(DESCRIBED_IN.values())))
def test_names_follow_the_pattern_of_the_framework(file: str, namespace: str, actor: str) -> None:
    (service,) = loaded(file).services.values()
    ((name, port),) = service.ports.items()
    assert service.name == f"{actor}_Service"
    assert name == f"{actor}_Port_Soap12"
    assert str(port.binding.port_name) == f"{{{namespace}}}{actor}_PortType"
    assert port.binding_options == {"address": "http://127.0.0.1:8080/"}


@pytest.mark.parametrize("file", sorted({file for file, _, _ in DESCRIBED_IN.values()}))
def test_policy_asks_for_mtom_where_a_transaction_of_the_binding_needs_it(file: str) -> None:
    root = etree.parse(str(WSDL / file)).getroot()
    described = [TRANSACTIONS[name] for name, place in DESCRIBED_IN.items() if place[0] == file]
    (used,) = root.iterfind("wsdl:binding/wsp:PolicyReference", PREFIXES)
    (policy,) = root.iterfind("wsp:Policy", PREFIXES)
    assert used.get("URI") == f"#{policy.get(WSU_ID)}"
    assert (policy.find("wsoma:OptimizedMimeSerialization", PREFIXES) is not None) == any(
        transaction.mtom for transaction in described
    )


@pytest.mark.parametrize("path", WSDL_FILES + SCHEMA_FILES, ids=lambda path: path.name)
def test_imports_are_plain_relative_paths_to_files_that_are_there(path: Path) -> None:
    folder = "" if path.parent.name == "schema" else "schema/"
    for imported in etree.parse(str(path)).iterfind(".//xs:import", PREFIXES):
        target = path.parent / str(imported.get("schemaLocation"))
        assert imported.get("schemaLocation") == f"{folder}{target.name}"
        assert etree.parse(str(target)).getroot().get("targetNamespace") == imported.get("namespace")


# Schemas alone


@pytest.mark.parametrize("path", SCHEMA_FILES, ids=lambda path: path.name)
def test_every_schema_compiles_by_itself(path: Path) -> None:
    etree.XMLSchema(file=str(path))


def test_every_message_of_the_table_has_an_example() -> None:
    named = {root for each in TRANSACTIONS.values() for root in (each.request, each.response)}
    assert named <= {example(name).tag for name in ALL_EXAMPLES}


@pytest.mark.parametrize("name", ALL_EXAMPLES)
def test_a_message_with_everything_in_it_is_valid(name: str, ours: etree.XMLSchema) -> None:
    ours.assertValid(example(name))


@pytest.mark.parametrize(
    ("name", "path", "attribute", "longest"),
    [
        ("SubmitObjectsRequest", ".//rim:Value", None, 256),
        ("SubmitObjectsRequest", ".//rim:Slot", "name", 256),
        ("SubmitObjectsRequest", ".//rim:Classification", "nodeRepresentation", 256),
        ("SubmitObjectsRequest", ".//rim:ExternalIdentifier", "value", 256),
        ("SubmitObjectsRequest", ".//rim:ExtrinsicObject", "mimeType", 256),
        ("SubmitObjectsRequest", ".//rim:LocalizedString", "value", 1024),
        ("SubmitObjectsRequest", ".//rim:VersionInfo", "versionName", 16),
        ("RetrieveDocumentSetRequest", ".//xds:DocumentUniqueId", None, 256),
        ("RetrieveImagingDocumentSetRequest", "xdsi:StudyRequest", "studyInstanceUID", 256),
        ("RetrieveImagingDocumentSetRequest", ".//xdsi:TransferSyntaxUID", None, 256),
    ],
)
def test_text_has_the_length_of_the_standard(
    name: str, path: str, attribute: str | None, longest: int, ours: etree.XMLSchema
) -> None:
    document = example(name)
    element = document.find(path, PREFIXES)
    assert element is not None
    verdicts = []
    for length in (longest, longest + 1):
        if attribute is None:
            element.text = "x" * length
        else:
            element.set(attribute, "x" * length)
        verdicts.append(ours(document))
    assert verdicts == [True, False]


def test_a_document_request_in_the_namespace_of_radiology_is_refused(ours: etree.XMLSchema) -> None:
    document = example("RetrieveImagingDocumentSetRequest")
    for element in document.iterfind(".//xds:*", PREFIXES):
        element.tag = element.tag.replace(NS.XDS, NS.XDSI)
    assert not ours(document)


# Ways to break a message

RETURN_TYPES = ("ObjectRef", "RegistryObject", "LeafClass", "LeafClassWithRepositoryItem")
NO_URI = "http://[x"
ATTRIBUTE_VALUES = ("", " ", "x", "1", "true", NO_URI, *RETURN_TYPES, "x" * 17, "x" * 257, "x" * 1025)


def attribute_missing(element: Element) -> Iterator[None]:
    for name, value in element.items():
        del element.attrib[name]
        yield
        element.set(name, value)


def attribute_changed(element: Element) -> Iterator[None]:
    for name, value in element.items():
        for other in ATTRIBUTE_VALUES:
            element.set(name, other)
            yield
        element.set(name, value)


def attribute_unknown(element: Element) -> Iterator[None]:
    for name in ("colour", f"{{{NS.RIM}}}id", f"{{{NS.RIM}}}name"):
        element.set(name, "x")
        yield
        del element.attrib[name]


def text_changed(element: Element) -> Iterator[None]:
    text = element.text
    for other in ("", "x", "stray text", "AAAA", "AAA", "x" * 257, "x" * 1025):
        element.text = other
        yield
    element.text = text


def child_missing(element: Element) -> Iterator[None]:
    for index, child in enumerate(list(element)):
        element.remove(child)
        yield
        element.insert(index, child)


def children_cut_off(element: Element) -> Iterator[None]:
    children = list(element)
    for child in reversed(children):
        element.remove(child)
        yield
    element.extend(children)


def child_twice(element: Element) -> Iterator[None]:
    for child in list(element):
        copy = deepcopy(child)
        child.addnext(copy)
        yield
        element.remove(copy)


def children_swapped(element: Element) -> Iterator[None]:
    for index in range(len(element) - 1):
        element[index].addprevious(element[index + 1])
        yield
        element[index].addprevious(element[index + 1])


def child_unknown(element: Element) -> Iterator[None]:
    for tag in ("{urn:odd}odd", f"{{{NS.RIM}}}Odd", f"{{{NS.RIM}}}Slot", f"{{{NS.RIM}}}RegistryObjectList"):
        for index in range(len(element) + 1):
            odd = element.makeelement(tag)
            element.insert(index, odd)
            yield
            element.remove(odd)


def name_changed(element: Element) -> Iterator[None]:
    tag = element.tag
    local = etree.QName(tag).localname
    for namespace in ("", NS.RIM, NS.RS, NS.XDS, NS.XDSI):
        element.tag = f"{{{namespace}}}{local}" if namespace else local
        yield
    element.tag = tag


MUTATIONS = (
    attribute_missing,
    attribute_changed,
    attribute_unknown,
    text_changed,
    child_missing,
    children_cut_off,
    child_twice,
    children_swapped,
    child_unknown,
    name_changed,
)


def broken(document: Element, mutation: Mutation) -> Iterator[Element]:
    """The document broken in every place, one at a time."""
    for element in list(document.iter()):
        for _ in mutation(element):
            yield document


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_way_of_breaking_is_noticed_and_undone(mutation: Mutation, ours: etree.XMLSchema) -> None:
    documents = [example(name) for name in ALL_EXAMPLES]
    assert False in [ours(mutant) for document in documents for mutant in broken(document, mutation)]
    assert all(ours(document) for document in documents)


# Beside the reference schemas


def difference(document: Element, ours: etree.XMLSchema, reference: etree.XMLSchema) -> str | None:
    """What one schema finds and the other does not; nothing when they agree."""
    verdicts = ours(document), reference(document)
    if verdicts[0] == verdicts[1]:
        return None
    found = (reference if verdicts[0] else ours).error_log
    return f"{'reference' if verdicts[0] else 'ours'} alone: {found}"


@needs_reference
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_broken_message_gets_the_verdict_of_the_reference(
    name: str, mutation: Mutation, ours: etree.XMLSchema, reference: etree.XMLSchema
) -> None:
    assert reference(example(name))
    for mutant in broken(example(name), mutation):
        assert difference(mutant, ours, reference) is None


@needs_reference
@pytest.mark.parametrize("folder", ["submit/valid", "submit/invalid", "query", "retrieve"])
def test_filled_samples_are_valid_as_they_are_to_the_reference(
    folder: str, render: ModuleType, ours: etree.XMLSchema, reference: etree.XMLSchema
) -> None:
    paths = sorted((NIST / folder).glob("*.xml"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        context = {token.group(): "urn:oid:2.999" for token in render.TOKEN.finditer(text)}
        document = etree.fromstring(render.render(text, context)[0].encode())
        assert reference(document), path.name
        ours.assertValid(document)


@needs_reference
def test_captured_bodies_get_the_verdict_of_the_reference(
    ours: etree.XMLSchema, reference: etree.XMLSchema
) -> None:
    roots = {str(example(name).tag) for name in EXAMPLES}
    parser = etree.XMLParser(recover=True)  # one capture is broken on purpose
    captures = [etree.parse(str(path), parser) for path in sorted((NIST / "soap").glob("*.xml"))]
    bodies = [deepcopy(body) for capture in captures for body in capture.iter(*roots)]
    assert bodies
    assert [difference(body, ours, reference) for body in bodies] == [None] * len(bodies)

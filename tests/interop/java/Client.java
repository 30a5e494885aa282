// The errand of tests/an_errand.py by JAX-WS: classes made from our descriptions by wsimport, metadata read
// and written by JAXB, WS-Addressing and MTOM by the features of the standard. Nothing is written by hand.

import ihe.iti.xds_b._2007.*;
import ihe.rad.xdsi_b._2009.RetrieveImagingDocumentSetRequestType;
import ihe.rad.xdsi_b._2009.SeriesRequestType;
import ihe.rad.xdsi_b._2009.StudyRequestType;
import ihe.rad.xdsi_b._2009.TransferSyntaxUIDListType;
import java.net.URL;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.*;
import java.util.stream.*;
import javax.xml.bind.*;
import javax.xml.transform.stream.StreamSource;
import javax.xml.ws.*;
import javax.xml.ws.soap.*;
import oasis.names.tc.ebxml_regrep.xsd.lcm._3.SubmitObjectsRequest;
import oasis.names.tc.ebxml_regrep.xsd.query._3.*;
import oasis.names.tc.ebxml_regrep.xsd.rim._3.*;
import oasis.names.tc.ebxml_regrep.xsd.rs._3.RegistryResponseType;
import org.hl7.v3.AcceptAcknowledgement;
import org.hl7.v3.PatientFeed;

public final class Client {
    static final String UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab";
    static final WebServiceFeature ADDRESSING = new AddressingFeature(true, true);
    static final WebServiceFeature MTOM = new MTOMFeature();

    final Map<String, String> told;

    Client(Map<String, String> told) {
        this.told = told;
    }

    public static void main(String... arguments) throws Exception {
        Map<String, String> told = Stream.of(arguments).map(one -> one.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        new Client(told).run();
    }

    void run() throws Exception {
        DocumentRegistryPortType registry = at("registry",
            new DocumentRegistryService(wsdl("registry")).getDocumentRegistryPortSoap12(ADDRESSING));
        DocumentRepositoryPortType repository = at("repository",
            new DocumentRepositoryService(wsdl("repository")).getDocumentRepositoryPortSoap12(ADDRESSING, MTOM));
        ihe.rad.xdsi_b._2009.DocumentRepositoryPortType source = at("source",
            new ihe.rad.xdsi_b._2009.DocumentRepositoryService(wsdl("source"))
                .getDocumentRepositoryPortSoap12(ADDRESSING, MTOM));

        Map<String, String> received = new LinkedHashMap<>();
        received.put("ITI-41", object(status(
            repository.documentRepositoryProvideAndRegisterDocumentSetB(provision()))));
        received.put("ITI-42", object(status(
            registry.documentRegistryRegisterDocumentSetB(submission("register")))));
        received.put("ITI-18", entries(registry.documentRegistryRegistryStoredQuery(query(
            "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", "'%s'", told.get("patientId")))));
        received.put("ITI-43", documents(repository.documentRepositoryRetrieveDocumentSet(
            request(new RetrieveDocumentSetRequestType(), "repositoryUniqueId", "documentUniqueId"))));
        received.put("RAD-69", documents(source.documentRepositoryRetrieveImagingDocumentSet(imaging())));
        received.put("ITI-44 add", code(registry.documentRegistryPRPAIN201301UV02(event("add"))));
        received.put("ITI-44 revise", code(registry.documentRegistryPRPAIN201302UV02(event("revise"))));
        received.put("ITI-51", entries(registry.documentRegistryMultiPatientStoredQuery(query(
            "urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f", "('%s','%s')",
            told.get("patientId"), told.get("otherPatientId")))));
        received.put("ITI-44 merge", code(registry.documentRegistryPRPAIN201304UV02(event("merge"))));
        System.out.println(object(received.entrySet().stream()
            .map(entry -> text(entry.getKey()) + ":" + entry.getValue()).toArray(String[]::new)));
    }

    URL wsdl(String actor) throws Exception {
        return new URL(told.get(actor) + "?wsdl");
    }

    /** The address we were told instead of the one in the description, which a relay may stand before. */
    <T> T at(String actor, T port) {
        ((BindingProvider) port).getRequestContext()
            .put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, told.get(actor));
        return port;
    }

    // --- requests

    SubmitObjectsRequest submission(String file) throws Exception {
        SubmitObjectsRequest request = new SubmitObjectsRequest();
        request.setRegistryObjectList(read(file, RegistryObjectListType.class));
        return request;
    }

    PatientFeed event(String file) throws Exception {
        return read(file, PatientFeed.class);
    }

    <T> T read(String file, Class<T> type) throws Exception {
        StreamSource xml = new StreamSource(Paths.get(told.get(file)).toFile());
        return JAXBContext.newInstance(type).createUnmarshaller().unmarshal(xml, type).getValue();
    }

    ProvideAndRegisterDocumentSetRequestType provision() throws Exception {
        ProvideAndRegisterDocumentSetRequestType request = new ProvideAndRegisterDocumentSetRequestType();
        request.setSubmitObjectsRequest(submission("provide"));
        ProvideAndRegisterDocumentSetRequestType.Document document =
            new ProvideAndRegisterDocumentSetRequestType.Document();
        document.setId(told.get("entryUUID"));
        document.setValue(Files.readAllBytes(Paths.get(told.get("document"))));
        request.getDocument().add(document);
        return request;
    }

    /** The Approved documents of a patient, or of several. */
    static AdhocQueryRequest query(String id, String form, Object... patients) {
        ResponseOptionType option = new ResponseOptionType();
        option.setReturnType("LeafClass");
        option.setReturnComposedObjects(true);
        AdhocQueryType query = new AdhocQueryType();
        query.setId(id);
        query.getSlot().add(slot("$XDSDocumentEntryPatientId", String.format(form, patients)));
        query.getSlot().add(slot("$XDSDocumentEntryStatus",
            "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"));
        AdhocQueryRequest request = new AdhocQueryRequest();
        request.setResponseOption(option);
        request.setAdhocQuery(query);
        return request;
    }

    static SlotType1 slot(String name, String value) {
        SlotType1 slot = new SlotType1();
        slot.setName(name);
        slot.setValueList(new ValueListType());
        slot.getValueList().getValue().add(value);
        return slot;
    }

    <T extends RetrieveDocumentSetRequestType> T request(T request, String repository, String documents) {
        for (String id : told.get(documents).split(",")) {
            DocumentRequestType document = new DocumentRequestType();
            document.setRepositoryUniqueId(told.get(repository));
            document.setDocumentUniqueId(id);
            request.getDocumentRequest().add(document);
        }
        return request;
    }

    RetrieveImagingDocumentSetRequestType imaging() {
        SeriesRequestType series = request(new SeriesRequestType(), "sourceUniqueId", "instances");
        series.setSeriesInstanceUID(told.get("series"));
        StudyRequestType study = new StudyRequestType();
        study.setStudyInstanceUID(told.get("study"));
        study.getSeriesRequest().add(series);
        TransferSyntaxUIDListType syntaxes = new TransferSyntaxUIDListType();
        syntaxes.getTransferSyntaxUID().add(told.get("transferSyntax"));
        RetrieveImagingDocumentSetRequestType request = new RetrieveImagingDocumentSetRequestType();
        request.getStudyRequest().add(study);
        request.setTransferSyntaxUIDList(syntaxes);
        return request;
    }

    // --- answers

    static String entries(AdhocQueryResponse answer) {
        return object(status(answer), "\"entries\":" + list(uniqueIds(answer).map(Client::text)));
    }

    static String code(AcceptAcknowledgement answer) {
        return object("\"status\":" + text(answer.getAcknowledgement().getTypeCode().getCode()));
    }

    static Stream<String> uniqueIds(AdhocQueryResponse answer) {
        return answer.getRegistryObjectList().getIdentifiable().stream().map(JAXBElement::getValue)
            .filter(ExtrinsicObjectType.class::isInstance).map(ExtrinsicObjectType.class::cast)
            .flatMap(entry -> entry.getExternalIdentifier().stream())
            .filter(identifier -> identifier.getIdentificationScheme().equals(UNIQUE_ID))
            .map(ExternalIdentifierType::getValue);
    }

    static String documents(RetrieveDocumentSetResponseType answer) {
        return object(status(answer.getRegistryResponse()),
            "\"documents\":" + list(answer.getDocumentResponse().stream().map(document -> object(
                "\"id\":" + text(document.getDocumentUniqueId()),
                "\"mimeType\":" + text(document.getMimeType()),
                "\"sha1\":" + text(sha1(document))))));
    }

    static String sha1(DocumentResponseType document) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(document.getDocument().getInputStream().readAllBytes());
            return HexFormat.of().formatHex(digest.digest());
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    static String status(RegistryResponseType response) {
        return "\"status\":" + text(response.getStatus());
    }

    // --- JSON

    static String object(String... members) {
        return "{" + String.join(",", members) + "}";
    }

    static String list(Stream<String> values) {
        return values.collect(Collectors.joining(",", "[", "]"));
    }

    static String text(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}

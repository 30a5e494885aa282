/* The errand of tests/an_errand.py by gSOAP: structures made from our descriptions by wsdl2h and soapcpp2,
   WS-Addressing by its wsa plugin, MTOM by its engine. Metadata is read into the structures and written
   from them. */

#include <fcntl.h>
#include <openssl/sha.h>
#include <unistd.h>

#include "soapH.h"
#include "wsaapi.h"
#include "DocumentRegistry_USCOREBinding_USCORESoap12.nsmap"

#define UNIQUE_ID "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
#define ENTRY SOAP_UNION__rim__union_RegistryObjectListType_ExtrinsicObject

typedef int Operation(struct soap *, const char *, const char *, struct hl7__PatientFeed *,
                      struct hl7__AcceptAcknowledgement *);

static char **told;

/* Value of a `name=value` argument. */
static char *value_of(const char *name)
{
    size_t length = strlen(name);
    for (char **one = told; *one; one++)
        if (!strncmp(*one, name, length) && (*one)[length] == '=')
            return *one + length + 1;
    fprintf(stderr, "argument %s= is missing\n", name);
    exit(2);
}

static void check(struct soap *soap, int error)
{
    if (error) {
        soap_print_fault(soap, stderr);
        exit(1);
    }
}

/* --- requests */

/* Address of an actor, with the headers of the next request made. */
static const char *to(struct soap *soap, const char *actor, const char *action)
{
    const char *address = value_of(actor);
    check(soap, soap_wsa_request(soap, soap_wsa_rand_uuid(soap), address, action));
    check(soap, soap_wsa_add_ReplyTo(soap, soap_wsa_anonymousURI));
    return address;
}

/* Files are read by a context of their own: that of the calls reads from its open connection. */
static void open_file(struct soap *files, const char *name)
{
    files->recvfd = open(value_of(name), O_RDONLY);
    check(files, soap_begin_recv(files));
}

static void close_file(struct soap *files)
{
    soap_end_recv(files);
    close(files->recvfd);
}

static struct _lcm__SubmitObjectsRequest *submission(struct soap *files, const char *file)
{
    struct _lcm__SubmitObjectsRequest *request = soap_new__lcm__SubmitObjectsRequest(files, 1);
    request->rim__RegistryObjectList = soap_new_rim__RegistryObjectListType(files, 1);
    open_file(files, file);
    if (!soap_get_rim__RegistryObjectListType(
            files, request->rim__RegistryObjectList, "rim:RegistryObjectList", NULL))
        check(files, files->error);
    close_file(files);
    return request;
}

static struct hl7__PatientFeed *feed(struct soap *files, const char *file)
{
    struct hl7__PatientFeed *message = soap_new_hl7__PatientFeed(files, 1);
    open_file(files, file);
    if (!soap_get_hl7__PatientFeed(files, message, NULL, NULL))
        check(files, files->error);
    close_file(files);
    return message;
}

static struct xsd__base64Binary contents(struct soap *soap, const char *path)
{
    struct xsd__base64Binary content = {0};
    int file = open(path, O_RDONLY);
    content.__size = (int)lseek(file, 0, SEEK_END);
    content.__ptr = soap_malloc(soap, content.__size);
    if (pread(file, content.__ptr, content.__size, 0) != content.__size)
        exit(2);
    close(file);
    content.type = "application/dicom"; /* what has a type goes as a part */
    return content;
}

static struct xds__ProvideAndRegisterDocumentSetRequestType *provision(struct soap *soap, struct soap *files)
{
    struct xds__ProvideAndRegisterDocumentSetRequestType *request =
        soap_new_xds__ProvideAndRegisterDocumentSetRequestType(soap, 1);
    request->lcm__SubmitObjectsRequest = submission(files, "provide");
    request->__sizeDocument = 1;
    request->Document = soap_new__xds__ProvideAndRegisterDocumentSetRequestType_Document(soap, 1);
    request->Document->id = value_of("entryUUID");
    request->Document->__item = contents(soap, value_of("document"));
    return request;
}

static void set_slot(struct soap *soap, struct rim__SlotType1 *slot, char *name, char *value)
{
    slot->name = name;
    slot->ValueList = soap_new_rim__ValueListType(soap, 1);
    slot->ValueList->__sizeValue = 1;
    slot->ValueList->Value_ = soap_malloc(soap, sizeof(char *));
    slot->ValueList->Value_[0] = value;
}

/* The Approved documents of a patient, or of several: the arguments of those names, put into a form. */
static struct _query__AdhocQueryRequest *query(struct soap *soap, char *id, const char *form, const char *one,
                                               const char *other)
{
    char patients[1000];
    snprintf(patients, sizeof patients, form, value_of(one), value_of(other));
    struct _query__AdhocQueryRequest *request = soap_new__query__AdhocQueryRequest(soap, 1);
    request->ResponseOption = soap_new_query__ResponseOptionType(soap, 1);
    request->ResponseOption->returnType = _query__ResponseOptionType_returnType__LeafClass;
    request->ResponseOption->returnComposedObjects = xsd__boolean__true_;
    request->rim__AdhocQuery = soap_new_rim__AdhocQueryType(soap, 1);
    request->rim__AdhocQuery->id = id;
    request->rim__AdhocQuery->__sizeSlot = 2;
    request->rim__AdhocQuery->Slot_ = soap_new_rim__SlotType1(soap, 2);
    set_slot(soap, &request->rim__AdhocQuery->Slot_[0], "$XDSDocumentEntryPatientId",
             soap_strdup(soap, patients));
    set_slot(soap, &request->rim__AdhocQuery->Slot_[1], "$XDSDocumentEntryStatus",
             "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')");
    return request;
}

/* Requests for the comma separated documents of a repository; gives their number. */
static int wanted(struct soap *soap, const char *repository, const char *documents,
                  struct xds__DocumentRequestType **requests)
{
    char *ids = soap_strdup(soap, value_of(documents));
    int count = 1, at = 0;
    for (char *comma = ids; (comma = strchr(comma, ',')); comma++)
        count++;
    *requests = soap_new_xds__DocumentRequestType(soap, count);
    for (char *id = strtok(ids, ","); id; id = strtok(NULL, ",")) {
        (*requests)[at].RepositoryUniqueId = value_of(repository);
        (*requests)[at++].DocumentUniqueId = id;
    }
    return count;
}

static struct xds__RetrieveDocumentSetRequestType *retrieval(struct soap *soap)
{
    struct xds__RetrieveDocumentSetRequestType *request = soap_new_xds__RetrieveDocumentSetRequestType(soap, 1);
    request->__sizeDocumentRequest =
        wanted(soap, "repositoryUniqueId", "documentUniqueId", &request->DocumentRequest_);
    return request;
}

static struct xdsi__RetrieveImagingDocumentSetRequestType *imaging(struct soap *soap)
{
    struct xdsi__RetrieveImagingDocumentSetRequestType *request =
        soap_new_xdsi__RetrieveImagingDocumentSetRequestType(soap, 1);
    struct xdsi__SeriesRequestType *series = soap_new_xdsi__SeriesRequestType(soap, 1);
    series->seriesInstanceUID = value_of("series");
    series->__sizeDocumentRequest = wanted(soap, "sourceUniqueId", "instances", &series->xds__DocumentRequest);
    request->__sizeStudyRequest = 1;
    request->StudyRequest = soap_new_xdsi__StudyRequestType(soap, 1);
    request->StudyRequest->studyInstanceUID = value_of("study");
    request->StudyRequest->__sizeSeriesRequest = 1;
    request->StudyRequest->SeriesRequest = series;
    request->TransferSyntaxUIDList = soap_new_xdsi__TransferSyntaxUIDListType(soap, 1);
    request->TransferSyntaxUIDList->__sizeTransferSyntaxUID = 1;
    request->TransferSyntaxUIDList->TransferSyntaxUID = soap_malloc(soap, sizeof(char *));
    request->TransferSyntaxUIDList->TransferSyntaxUID[0] = value_of("transferSyntax");
    return request;
}

/* --- answers, as JSON: members after the first */

static void print_entries(const char *transaction, struct _query__AdhocQueryResponse *answer)
{
    struct rim__RegistryObjectListType *list = answer->rim__RegistryObjectList;
    const char *before = "";
    printf(",\"%s\":{\"status\":\"%s\",\"entries\":[", transaction, answer->status);
    for (int at = 0; at < list->__size_RegistryObjectListType; at++) {
        struct __rim__union_RegistryObjectListType *one = &list->__union_RegistryObjectListType[at];
        if (one->__union_RegistryObjectListType != ENTRY)
            continue;
        struct rim__ExtrinsicObjectType *entry = one->union_RegistryObjectListType.ExtrinsicObject;
        for (int id = 0; id < entry->__sizeExternalIdentifier; id++)
            if (!strcmp(entry->ExternalIdentifier_[id].identificationScheme, UNIQUE_ID)) {
                printf("%s\"%s\"", before, entry->ExternalIdentifier_[id].value);
                before = ",";
            }
    }
    printf("]}");
}

/* Call an operation of ITI-44 with the event of a file; prints what the registry acknowledges. */
static void tell(struct soap *soap, struct soap *files, const char *event, const char *action, Operation *operation)
{
    struct hl7__AcceptAcknowledgement answer;
    struct hl7__PatientFeed *message = feed(files, event);
    check(soap, operation(soap, to(soap, "registry", action), NULL, message, &answer));
    printf(",\"ITI-44 %s\":{\"status\":\"%s\"}", event, answer.acknowledgement->typeCode->code);
}

static void print_documents(const char *transaction, struct xds__RetrieveDocumentSetResponseType *answer)
{
    printf(",\"%s\":{\"status\":\"%s\",\"documents\":[", transaction, answer->rs__RegistryResponse->status);
    for (int at = 0; at < answer->__sizeDocumentResponse; at++) {
        struct xds__DocumentResponseType *one = &answer->DocumentResponse[at];
        unsigned char digest[SHA_DIGEST_LENGTH];
        SHA1(one->Document.__ptr, one->Document.__size, digest);
        printf("%s{\"id\":\"%s\",\"mimeType\":\"%s\",\"sha1\":\"", at ? "," : "", one->DocumentUniqueId,
               one->mimeType);
        for (int octet = 0; octet < SHA_DIGEST_LENGTH; octet++)
            printf("%02x", digest[octet]);
        printf("\"}");
    }
    printf("]}");
}

int main(int count, char **arguments)
{
    struct soap *soap = soap_new1(SOAP_IO_KEEPALIVE), *files = soap_new();
    struct rs__RegistryResponseType provided, registered;
    struct _query__AdhocQueryResponse found;
    struct xds__RetrieveDocumentSetResponseType fetched, images;
    (void)count;
    told = arguments + 1;
    soap_register_plugin(soap, soap_wsa);

    soap_set_omode(soap, SOAP_ENC_MTOM);
    struct xds__ProvideAndRegisterDocumentSetRequestType *first = provision(soap, files);
    check(soap, soap_call___xds__DocumentRepository_USCOREProvideAndRegisterDocumentSet_b(
        soap, to(soap, "repository", "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"), NULL, first, &provided));
    printf("{\"ITI-41\":{\"status\":\"%s\"}", provided.status);

    soap_clr_omode(soap, SOAP_ENC_MTOM);
    struct _lcm__SubmitObjectsRequest *second = submission(files, "register");
    check(soap, soap_call___xds__DocumentRegistry_USCORERegisterDocumentSet_b(
        soap, to(soap, "registry", "urn:ihe:iti:2007:RegisterDocumentSet-b"), NULL, second, &registered));
    printf(",\"ITI-42\":{\"status\":\"%s\"}", registered.status);

    check(soap, soap_call___xds__DocumentRegistry_USCORERegistryStoredQuery(
        soap, to(soap, "registry", "urn:ihe:iti:2007:RegistryStoredQuery"), NULL,
        query(soap, "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", "'%s'", "patientId", "patientId"), &found));
    print_entries("ITI-18", &found);

    soap_set_omode(soap, SOAP_ENC_MTOM);
    check(soap, soap_call___xds__DocumentRepository_USCORERetrieveDocumentSet(
        soap, to(soap, "repository", "urn:ihe:iti:2007:RetrieveDocumentSet"), NULL, retrieval(soap), &fetched));
    print_documents("ITI-43", &fetched);

    check(soap, soap_call___xdsi__DocumentRepository_USCORERetrieveImagingDocumentSet(
        soap, to(soap, "source", "urn:ihe:rad:2009:RetrieveImagingDocumentSet"), NULL, imaging(soap), &images));
    print_documents("RAD-69", &images);

    soap_clr_omode(soap, SOAP_ENC_MTOM);
    tell(soap, files, "add", "urn:hl7-org:v3:PRPA_IN201301UV02",
         soap_call___xds__DocumentRegistry_USCOREPRPA_USCOREIN201301UV02);
    tell(soap, files, "revise", "urn:hl7-org:v3:PRPA_IN201302UV02",
         soap_call___xds__DocumentRegistry_USCOREPRPA_USCOREIN201302UV02);

    check(soap, soap_call___xds__DocumentRegistry_USCOREMultiPatientStoredQuery(
        soap, to(soap, "registry", "urn:ihe:iti:2009:MultiPatientStoredQuery"), NULL,
        query(soap, "urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f", "('%s','%s')", "patientId", "otherPatientId"),
        &found));
    print_entries("ITI-51", &found);

    tell(soap, files, "merge", "urn:hl7-org:v3:PRPA_IN201304UV02",
         soap_call___xds__DocumentRegistry_USCOREPRPA_USCOREIN201304UV02);
    printf("}\n");

    soap_end(soap);
    soap_end(files);
    soap_free(soap);
    soap_free(files);
    return 0;
}

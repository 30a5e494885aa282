<?php
// The errand of tests/an_errand.py by PHP's own SoapClient.
//
// It reads the WSDL and writes the bodies. What it lacks is done as its users do it: WS-Addressing by
// SoapHeader objects, a substitution group and messages of HL7 v3 by XSD_ANYXML, and MTOM answers are put back together in
// __doRequest. It has no MTOM for requests: documents travel inline.

const RIM = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
const WSA = 'http://www.w3.org/2005/08/addressing';
const UNIQUE_ID = 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab';

final class Client extends SoapClient
{
    public string $answer = '';

    public function __construct(private string $address)
    {
        parent::__construct("$address?wsdl", [
            'location' => $address, 'soap_version' => SOAP_1_2, 'cache_wsdl' => WSDL_CACHE_NONE,
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        ]);
    }

    public function send(string $operation, string $action, array|SoapVar $body): object
    {
        $uuid = bin2hex(random_bytes(16));
        $uuid = vsprintf('urn:uuid:%s%s-%s-%s-%s-%s%s%s', str_split($uuid, 4));
        $address = new SoapVar(WSA . '/anonymous', XSD_STRING, null, null, 'Address', WSA);
        $this->__setSoapHeaders([
            new SoapHeader(WSA, 'Action', $action, true),
            new SoapHeader(WSA, 'MessageID', $uuid),
            new SoapHeader(WSA, 'ReplyTo', new SoapVar([$address], SOAP_ENC_OBJECT)),
            new SoapHeader(WSA, 'To', $this->address),
        ]);
        return $this->__soapCall($operation, [$body]);
    }

    public function __doRequest(
        string $request, string $location, string $action, int $version, bool $oneWay = false
    ): ?string {
        return $this->answer = whole((string) parent::__doRequest($request, $location, $action, $version, $oneWay));
    }
}

/** The envelope of an answer, with the parts of an MTOM message where they belong. */
function whole(string $answer): string
{
    if (!str_starts_with(ltrim($answer), '--')) {
        return $answer;
    }
    $parts = [];
    $boundary = strtok(ltrim($answer), "\r\n");
    foreach (explode("\r\n$boundary", "\r\n" . ltrim($answer)) as $part) {
        if (preg_match('/^Content-ID: *<([^>]+)>/im', strstr($part, "\r\n\r\n", true) ?: '', $found)) {
            $parts[$found[1]] = substr(strstr($part, "\r\n\r\n"), 4);
        }
    }
    return preg_replace_callback(
        '/<(?:\w+:)?Include [^>]*href="cid:([^"]+)"[^>]*\/>/',
        fn ($include) => base64_encode($parts[urldecode($include[1])]),
        array_shift($parts)
    );
}

function slot(string $name, string $value): array
{
    return ['name' => $name, 'ValueList' => ['Value' => [$value]]];
}

/** A list of metadata as XML: SoapClient knows no members of a substitution group. */
function objects(string $file): SoapVar
{
    return new SoapVar(file_get_contents($file), XSD_ANYXML);
}

/** What is found of the Approved documents of a patient, or of several. */
function find(Client $registry, string $operation, string $action, string $query, string $patients): array
{
    $found = $registry->send($operation, $action, [
        'ResponseOption' => ['returnType' => 'LeafClass', 'returnComposedObjects' => true],
        'AdhocQuery' => ['id' => $query, 'Slot' => [
            slot('$XDSDocumentEntryPatientId', $patients),
            slot('$XDSDocumentEntryStatus', "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"),
        ]],
    ]);
    $entries = simplexml_load_string($registry->answer);
    $entries->registerXPathNamespace('rim', RIM);
    $ids = $entries->xpath('//rim:ExternalIdentifier[@identificationScheme="' . UNIQUE_ID . '"]/@value');
    return ['status' => $found->status, 'entries' => array_map('strval', $ids)];
}

/** How the registry acknowledges a message of HL7 v3. */
function feed(Client $registry, string $interaction, string $file): array
{
    $message = new SoapVar(file_get_contents($file), XSD_ANYXML);
    $answer = $registry->send("DocumentRegistry_$interaction", "urn:hl7-org:v3:$interaction", $message);
    return ['status' => $answer->acknowledgement->typeCode->code];
}

function documents(object $answer): array
{
    return ['status' => $answer->RegistryResponse->status, 'documents' => array_map(fn ($document) => [
        'id' => $document->DocumentUniqueId, 'mimeType' => $document->mimeType, 'sha1' => sha1($document->Document),
    ], $answer->DocumentResponse ?? [])];
}

parse_str(implode('&', array_map(fn ($one) => implode('=', array_map('urlencode', explode('=', $one, 2))),
    array_slice($argv, 1))), $told);
$registry = new Client($told['registry']);
$repository = new Client($told['repository']);
$source = new Client($told['source']);

$provided = $repository->send(
    'DocumentRepository_ProvideAndRegisterDocumentSet-b', 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b', [
        'SubmitObjectsRequest' => ['RegistryObjectList' => objects($told['provide'])],
        'Document' => [['_' => file_get_contents($told['document']), 'id' => $told['entryUUID']]],
    ]);

$registered = $registry->send(
    'DocumentRegistry_RegisterDocumentSet-b', 'urn:ihe:iti:2007:RegisterDocumentSet-b',
    ['RegistryObjectList' => objects($told['register'])]);

$found = find($registry, 'DocumentRegistry_RegistryStoredQuery', 'urn:ihe:iti:2007:RegistryStoredQuery',
    'urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d', "'{$told['patientId']}'");

$fetched = $repository->send('DocumentRepository_RetrieveDocumentSet', 'urn:ihe:iti:2007:RetrieveDocumentSet', [
    'DocumentRequest' => [[
        'RepositoryUniqueId' => $told['repositoryUniqueId'], 'DocumentUniqueId' => $told['documentUniqueId'],
    ]],
]);

$images = $source->send(
    'DocumentRepository_RetrieveImagingDocumentSet', 'urn:ihe:rad:2009:RetrieveImagingDocumentSet', [
        'StudyRequest' => [['studyInstanceUID' => $told['study'], 'SeriesRequest' => [[
            'seriesInstanceUID' => $told['series'],
            'DocumentRequest' => array_map(fn ($instance) => [
                'RepositoryUniqueId' => $told['sourceUniqueId'], 'DocumentUniqueId' => $instance,
            ], explode(',', $told['instances'])),
        ]]]],
        'TransferSyntaxUIDList' => ['TransferSyntaxUID' => [$told['transferSyntax']]],
    ]);

$added = feed($registry, 'PRPA_IN201301UV02', $told['add']);
$revised = feed($registry, 'PRPA_IN201302UV02', $told['revise']);
$foundForBoth = find($registry, 'DocumentRegistry_MultiPatientStoredQuery', 'urn:ihe:iti:2009:MultiPatientStoredQuery',
    'urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f', "('{$told['patientId']}','{$told['otherPatientId']}')");
$merged = feed($registry, 'PRPA_IN201304UV02', $told['merge']);

echo json_encode([
    'ITI-41' => ['status' => $provided->status],
    'ITI-42' => ['status' => $registered->status],
    'ITI-18' => $found,
    'ITI-43' => documents($fetched),
    'RAD-69' => documents($images),
    'ITI-44 add' => $added,
    'ITI-44 revise' => $revised,
    'ITI-51' => $foundForBoth,
    'ITI-44 merge' => $merged,
]), "\n";

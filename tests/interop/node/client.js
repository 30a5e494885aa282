// The errand of tests/an_errand.py by the npm package `soap`.
//
// It reads the WSDL, writes the bodies and takes MTOM answers apart. What it lacks is done as its users do
// it: WS-Addressing by addSoapHeader, a substitution group and messages of HL7 v3 by $xml, the xop:Include of a
// file that goes out as an attachment by $xml too. Operations with a hyphen in their name get no method that
// gives a Promise.
'use strict'

const { createHash, randomUUID } = require('node:crypto')
const { readFileSync } = require('node:fs')
const soap = require('soap')

const WSA = 'http://www.w3.org/2005/08/addressing'
const XOP = 'http://www.w3.org/2004/08/xop/include'
const UNIQUE_ID = 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab'

async function connect (address) {
  const client = await soap.createClientAsync(`${address}?wsdl`, {
    endpoint: address, forceSoap12Headers: true, parseResponseAttachments: true
  })
  client.setEndpoint(address)
  return async (operation, action, body, packaging = {}) => {
    client.clearSoapHeaders()
    client.addSoapHeader(
      `<wsa:Action xmlns:wsa="${WSA}" soap:mustUnderstand="true">${action}</wsa:Action>` +
      `<wsa:MessageID xmlns:wsa="${WSA}">urn:uuid:${randomUUID()}</wsa:MessageID>` +
      `<wsa:ReplyTo xmlns:wsa="${WSA}"><wsa:Address>${WSA}/anonymous</wsa:Address></wsa:ReplyTo>` +
      `<wsa:To xmlns:wsa="${WSA}">${address}</wsa:To>`)
    return new Promise((resolve, reject) => client[operation](body, (error, answer, _raw, _header, _sent, mtom) =>
      error ? reject(error) : resolve({ answer, parts: mtom?.parts ?? [] }), packaging))
  }
}

const slot = (name, value) => ({ attributes: { name }, ValueList: { Value: [value] } })
const list = value => value === undefined ? [] : [].concat(value)
const status = response => ({ status: response.attributes.status })

// The Approved documents of a patient, or of several.
const query = (id, patients) => ({
  ResponseOption: { attributes: { returnType: 'LeafClass', returnComposedObjects: 'true' } },
  AdhocQuery: {
    attributes: { id },
    Slot: [
      slot('$XDSDocumentEntryPatientId', patients),
      slot('$XDSDocumentEntryStatus', "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')")
    ]
  }
})

const entries = answer => ({
  ...status(answer),
  entries: list(answer.RegistryObjectList.ExtrinsicObject)
    .flatMap(entry => list(entry.ExternalIdentifier))
    .filter(identifier => identifier.attributes.identificationScheme === UNIQUE_ID)
    .map(identifier => identifier.attributes.value)
})

function documents ({ answer, parts }) {
  const content = ({ Document }) => {
    const include = Document.Include
    if (include === undefined) return Buffer.from(Document, 'base64')
    const cid = include.attributes.href.slice('cid:'.length)
    return parts.find(part => part.headers['content-id'] === `<${cid}>`).body
  }
  return {
    ...status(answer.RegistryResponse),
    documents: list(answer.DocumentResponse).map(document => ({
      id: document.DocumentUniqueId,
      mimeType: document.mimeType,
      sha1: createHash('sha1').update(content(document)).digest('hex')
    }))
  }
}

async function main (told) {
  const registry = await connect(told.registry)
  const repository = await connect(told.repository)
  const source = await connect(told.source)
  const mtom = { forceMTOM: true }
  const content = file => /^<[^>]*>(.*)<[^>]*>$/s.exec(readFileSync(file, 'utf8'))[1]
  const objects = file => ({ RegistryObjectList: { $xml: content(file) } })
  const feed = async (interaction, file) => {
    const { answer } = await registry(`DocumentRegistry_${interaction}`, `urn:hl7-org:v3:${interaction}`,
      { attributes: { ITSVersion: 'XML_1.0' }, $xml: content(file) })
    return { status: answer.acknowledgement.typeCode.attributes.code }
  }

  const provided = await repository(
    'DocumentRepository_ProvideAndRegisterDocumentSet-b', 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b', {
      SubmitObjectsRequest: objects(told.provide),
      Document: [{
        attributes: { id: told.entryUUID },
        $xml: `<xop:Include xmlns:xop="${XOP}" href="cid:manifest@node.example.org"/>`
      }]
    }, {
      attachments: [{
        mimetype: 'application/dicom',
        contentId: 'manifest@node.example.org',
        name: 'manifest.dcm',
        body: readFileSync(told.document)
      }]
    })

  const registered = await registry(
    'DocumentRegistry_RegisterDocumentSet-b', 'urn:ihe:iti:2007:RegisterDocumentSet-b', objects(told.register))

  const found = await registry('DocumentRegistry_RegistryStoredQuery', 'urn:ihe:iti:2007:RegistryStoredQuery',
    query('urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d', `'${told.patientId}'`))

  const fetched = await repository(
    'DocumentRepository_RetrieveDocumentSet', 'urn:ihe:iti:2007:RetrieveDocumentSet', {
      DocumentRequest: [
        { RepositoryUniqueId: told.repositoryUniqueId, DocumentUniqueId: told.documentUniqueId }
      ]
    }, mtom)

  const images = await source(
    'DocumentRepository_RetrieveImagingDocumentSet', 'urn:ihe:rad:2009:RetrieveImagingDocumentSet', {
      StudyRequest: [{
        attributes: { studyInstanceUID: told.study },
        SeriesRequest: [{
          attributes: { seriesInstanceUID: told.series },
          DocumentRequest: told.instances.split(',').map(instance => (
            { RepositoryUniqueId: told.sourceUniqueId, DocumentUniqueId: instance }))
        }]
      }],
      TransferSyntaxUIDList: { TransferSyntaxUID: [told.transferSyntax] }
    }, mtom)

  const added = await feed('PRPA_IN201301UV02', told.add)
  const revised = await feed('PRPA_IN201302UV02', told.revise)
  const foundForBoth = await registry(
    'DocumentRegistry_MultiPatientStoredQuery', 'urn:ihe:iti:2009:MultiPatientStoredQuery',
    query('urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f', `('${told.patientId}','${told.otherPatientId}')`))
  const merged = await feed('PRPA_IN201304UV02', told.merge)

  return {
    'ITI-41': status(provided.answer),
    'ITI-42': status(registered.answer),
    'ITI-18': entries(found.answer),
    'ITI-43': documents(fetched),
    'RAD-69': documents(images),
    'ITI-44 add': added,
    'ITI-44 revise': revised,
    'ITI-51': entries(foundForBoth.answer),
    'ITI-44 merge': merged
  }
}

const told = Object.fromEntries(process.argv.slice(2).map(one => /^([^=]+)=(.*)$/s.exec(one).slice(1)))
main(told).then(done => console.log(JSON.stringify(done)))

"""What is tested here: a client of your own. This one finds the documents of a patient by ITI-18."""

from __future__ import annotations

import re
import urllib.request
import uuid
from xml.sax.saxutils import escape

QUERY = """\
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
  <s:Header>
    <a:Action s:mustUnderstand="true">urn:ihe:iti:2007:RegistryStoredQuery</a:Action>
    <a:MessageID>urn:uuid:{message}</a:MessageID>
    <a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>
    <a:To>{url}</a:To>
  </s:Header>
  <s:Body>
    <query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
        xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
      <query:ResponseOption returnComposedObjects="true" returnType="LeafClass"/>
      <AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">
        <Slot name="$XDSDocumentEntryPatientId"><ValueList><Value>'{patient}'</Value></ValueList></Slot>
        <Slot name="$XDSDocumentEntryStatus"><ValueList>
          <Value>('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')</Value></ValueList></Slot>
      </AdhocQuery>
    </query:AdhocQueryRequest>
  </s:Body>
</s:Envelope>"""
UNIQUE_ID = re.compile(
    r'identificationScheme="urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab" value="([^"]+)"'
)


def find_documents(url: str, patient: str) -> list[str]:
    """The uniqueIds of a patient's documents."""
    query = QUERY.format(message=uuid.uuid4(), url=escape(url), patient=escape(patient))
    request = urllib.request.Request(
        url, query.encode(), {"Content-Type": "application/soap+xml; charset=UTF-8"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return UNIQUE_ID.findall(answer.read().decode())

from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import HEAD, LOADED, PUBLISHED, run
from pydantic import ValidationError

from xdsi_sim.scenario.record import RunRecord, Verdict
from xdsi_sim.scenario.steps.send import Send

BODY = """\
<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
    xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
  <q:ResponseOption returnType="ObjectRef" returnComposedObjects="true"/>
  <rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">
    <rim:Slot name="$XDSDocumentEntryPatientId"><rim:ValueList><rim:Value>'${who}'</rim:Value></rim:ValueList></rim:Slot>
    <rim:Slot name="$XDSDocumentEntryStatus"><rim:ValueList>
      <rim:Value>('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')</rim:Value></rim:ValueList></rim:Slot>
  </rim:AdhocQuery>
</q:AdhocQueryRequest>
"""
ENVELOPE = f"""\
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
<s:Header><a:Action s:mustUnderstand="1">urn:ihe:iti:2007:RegistryStoredQuery</a:Action>
<a:MessageID>urn:uuid:0a000000-0000-4000-8000-000000000001</a:MessageID>
<a:To>${{actors.registry.url}}</a:To>
<a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo></s:Header>
<s:Body>{BODY}</s:Body></s:Envelope>
"""
CAPTURE = (
    "POST /anywhere HTTP/1.1\r\nHost: elsewhere\r\nContent-Length: 7\r\nX-Mine: yes\r\n"
    "Content-Type: application/soap+xml; charset=UTF-8\r\n\r\n"
) + ENVELOPE.replace("000000000001", "000000000002")
STEPS = """\
  - {name: body, send: {file: body.xml, fill: true, to: registry, sender: viewer}, expect: {findings: none}}
  - {name: envelope, send: {file: envelope.xml, fill: true, to: registry}, save: sent}
  - {name: capture, send: {file: capture.http, fill: true, to: registry, headers: {X-Other: "1", X-Mine: ""}}}
  - name: answers
    received: {actor: registry}
    expect:
      values:
        "messages[*].parameters.patientId": {each: {equals: "${who}"}}
        "messages[2].headers.x-other": "1"
        "messages[2].headers.x-mine": {absent: true}
        "messages[0].sender": viewer
  - {name: again, send: {message: "${sent}", to: registry}, expect: {findings: [A11]}}
  - name: broken
    send: {text: "<s:Envelope", to: registry}
    expect: {status: Fault Sender, answer: {xpath: {"//soap:Code/soap:Value": {matches: ".*Sender"}}}}
  - name: garbage
    send: {text: "${who}", headers: {Content-Type: text/plain}, to: registry}
    expect: {status: {matches: "Fault.*|HTTP 415"}}
  - {name: wsdl, send: {text: "GET /national/registry?wsdl HTTP/1.1\\n\\n", to: registry}}
  - {name: gone, send: {text: "GET /nowhere HTTP/1.1\\n\\n", to: registry}, expect: {status: HTTP 404}}
  - name: json
    send: {text: "GET / HTTP/1.1\\nAccept: application/dicom+json\\n\\n", url: "${actors.pacs-north.url}/dicom-web/studies"}
    capture: {uid: {jsonpath: "$[0]['0020000D'].Value[0]"}}
    expect: {answer: {jsonpath: {"$[0]['0020000D'].vr": UI, "$[9]": {absent: true}}}}
  - {name: "${uid}", stop: {actors: [registry]}}
  - {name: unread, send: {text: "GET /nowhere HTTP/1.1\\n\\n", to: registry}, capture: {x: {jsonpath: "$"}}, expect: {status: HTTP 404}}
"""
WHO = "P1^^^&2.999.10.1&ISO"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    folder = tmp_path_factory.mktemp("send")
    (folder / "body.xml").write_text(BODY, encoding="utf-8")
    (folder / "envelope.xml").write_text(ENVELOPE, encoding="utf-8")
    (folder / "capture.http").write_bytes(CAPTURE.encode())
    return run(folder, LOADED + STEPS, head=HEAD.replace("steps:", f"variables: {{who: '{WHO}'}}\nsteps:"))


@pytest.mark.parametrize(
    "name",
    ["body", "envelope", "capture", "answers", "again", "broken", "garbage", "wsdl", "gone", "json"],
)
def test_a_message_goes_out_as_it_is(played: RunRecord, name: str) -> None:
    step = next(step for step in played.steps if step.name == name)
    assert step.verdict is Verdict.PASS, (step.text, [check for check in step.checks if not check.ok])


def test_json_is_captured_and_what_is_none_is_told(played: RunRecord) -> None:
    *_, named, unread = played.steps
    assert named.name.replace(".", "").isdigit()
    assert unread.verdict is Verdict.FAIL
    assert unread.text.startswith("the message is no JSON, it is ")


def test_a_peer_that_is_not_there_fails_the_step(tmp_path: Path) -> None:
    steps = '  - {name: a, send: {text: "<a/>", url: "http://127.0.0.1:9/"}}\n'
    (step,) = run(tmp_path, steps).steps
    assert (step.verdict, "the connection was refused" in step.text) == (Verdict.FAIL, True)


def test_hl7_v2_goes_to_the_feed_of_a_registry(tmp_path: Path) -> None:
    topology = (
        "{name: t, communities: [{id: c, homeCommunityId: urn:oid:2.999.1, patientAuthority: 2.999.1.1, "
        "registry: {id: registry, feed: {mllp: 0}}}]}"
    )
    message = (
        "MSH|^~\\\\&|A|B|C|D|20260101120000||ADT^A01^ADT_A01|1|P|2.3.1\\rEVN||20260101120000\\r"
        "PID|||P1^^^&2.999.1.1&ISO||ROTH^ANNA\\rPV1||O\\r"
    )
    steps = f'  - {{name: feed, send: {{text: "{message}", to: registry}}, expect: {{count: 1}}}}\n'
    (step,) = run(tmp_path, steps, head=HEAD.replace("central", topology)).steps
    assert (step.verdict, step.text) == (Verdict.PASS, "Success"), step


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "registry"},
        {"text": "<a/>"},
        {"text": "<a/>", "file": "a.xml", "to": "registry"},
        {"text": "<a/>", "to": "registry", "url": "http://x"},
        {"text": "<a/>", "to": "registry", "transaction": "ITI-99"},
    ],
)
def test_one_message_goes_to_one_place(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Send.model_validate(wrong)


def test_a_message_with_documents_is_sent_again_with_them(tmp_path: Path) -> None:
    steps = PUBLISHED + (
        "  - {name: got, received: {actor: repository}, save: got}\n"
        '  - {name: again, send: {message: "${got.messages[0]}", to: repository}, expect: {status: {one-of: [Success, Failure]}}}\n'
    )
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps[-1]
    first, last = (one for one in record.exchanges if one.receiver == "repository")
    assert first.request.body.size == last.request.body.size  # MTOM, with its parts

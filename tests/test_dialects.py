"""What stacks send beside the letter: a lenient actor serves it with a finding, a strict one may refuse."""
# ruff: noqa: E501  a row of the table is one line

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from a_domain import domain, provide, provision, root_of
from bad_messages import IMAGING, IMAGING_TYPE
from feeds import added, merged, tell
from submissions import a_set, a_submission, an_on_demand_entry
from wire import QUERY, Answer, message, post, send

from xdsi_sim.actors.trace import TRACE_HEADER
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.errors import Severity
from xdsi_sim.ids import new_token, new_uuid
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import APPROVED, NS, TRANSACTIONS

SOAP = "application/soap+xml"
SERVED = 200
LEVELS = ("lenient", "strict")
ACTION = TRANSACTIONS["ITI-18"].action


@pytest.fixture(scope="module", params=LEVELS)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp(request.param), {"strictness": request.param}) as started:
        yield started


def level(running: RunningTopology) -> str:
    return running.topology.communities[0].registry.strictness


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One way to stray: a header block of a good message, and what the actors make of it."""

    name: str
    old: str = ""
    """Regular expression of what is replaced in a good query."""
    new: str = ""
    content_type: str = f"{SOAP}; charset=UTF-8"
    encoding: str = "utf-8"
    findings: tuple[str, ...] = ()
    """Of a lenient actor, and of a strict one that serves the message all the same."""
    strict: tuple[int, str | None] = (SERVED, None)
    """Status and subcode of a strict actor's answer."""


_REQUIRED = (400, "MessageAddressingHeaderRequired")
_INVALID = (400, "InvalidAddressingHeader")
_ACTION = r"<wsa:Action[^>]*>.*</wsa:Action>"
_ID = r"<wsa:MessageID>.*</wsa:MessageID>"
_TO = r"<wsa:To>.*</wsa:To>"
_REPLY = r"<wsa:ReplyTo>.*</wsa:ReplyTo>"
_FIRST = "<soap:Header>"

DIALECTS = (
    Dialect(name="nothing strays"),
    Dialect(name="white space around values", old=_ACTION, new=f'<wsa:Action soap:mustUnderstand=" 1 ">\n\t{ACTION}\r\n </wsa:Action>'),
    Dialect(name="white space around the address", old=r"(<wsa:To>)(.*)(</wsa:To>)", new=r"\1\n  \2\n\3"),
    Dialect(name="a comment in a value", old=r"(<wsa:Action[^>]*>urn)(.*</wsa:Action>)", new=r"\1<!-- here -->\2"),
    Dialect(name="a default prefix", old=_ACTION, new=f'<Action xmlns="{NS.WSA}" soap:mustUnderstand="1">{ACTION}</Action>'),
    Dialect(name="prefixes of their own", old="(/?)(soap|wsa):|xmlns:(soap|wsa)=", new=lambda m: f"xmlns:my{m[3]}=" if m[3] else f"{m[1]}my{m[2]}:"),
    Dialect(name="no mustUnderstand", old=_ACTION, new=f"<wsa:Action>{ACTION}</wsa:Action>", findings=("A07",)),
    Dialect(name="mustUnderstand that is false", old=_ACTION, new=f'<wsa:Action soap:mustUnderstand="0">{ACTION}</wsa:Action>', findings=("A07",)),
    Dialect(name="mustUnderstand without its namespace", old=_ACTION, new=f'<wsa:Action mustUnderstand="1">{ACTION}</wsa:Action>', findings=("A07",)),
    Dialect(name="mustUnderstand on all", old="<wsa:(To|MessageID|ReplyTo)>", new=r'<wsa:\1 soap:mustUnderstand="1">'),
    Dialect(name="no Action", old=_ACTION, findings=("A06",), strict=_REQUIRED),
    Dialect(name="no header at all", old="<soap:Header>.*</soap:Header>", findings=("A06",), strict=_REQUIRED),
    Dialect(name="an empty header", old="<soap:Header>.*</soap:Header>", new="<soap:Header/>", findings=("A06",), strict=_REQUIRED),
    Dialect(name="an Action for somebody else beside ours", old=_FIRST, new=f'{_FIRST}<wsa:Action soap:role="urn:else">x</wsa:Action>'),
    Dialect(name="no MessageID", old=_ID, findings=("A10",), strict=_REQUIRED),
    Dialect(name="an empty MessageID", old=_ID, new="<wsa:MessageID/>", findings=("A10",), strict=_REQUIRED),
    Dialect(name="an id of uuid:", old=_ID, new=lambda _match: f"<wsa:MessageID>{new_uuid()[4:]}</wsa:MessageID>"),
    Dialect(name="an id of http:", old=_ID, new=lambda _match: f"<wsa:MessageID>http://x/{new_token()}</wsa:MessageID>"),
    Dialect(name="an id that is no IRI", old=_ID, new=lambda _match: f"<wsa:MessageID>{new_token()}</wsa:MessageID>", findings=("A10",), strict=_INVALID),
    Dialect(name="an id with a blank", old=_ID, new=lambda _match: f"<wsa:MessageID>urn:x y{new_token()}</wsa:MessageID>", findings=("A10",), strict=_INVALID),
    Dialect(name="no To", old=_TO, findings=("A14",)),
    Dialect(name="an anonymous To", old=_TO, new=f"<wsa:To>{NS.WSA}/anonymous</wsa:To>"),
    Dialect(name="To by another name", old=r"(<wsa:To>http://)127.0.0.1", new=r"\1localhost", findings=("A14",)),
    Dialect(name="To of another actor", old=r"/registry</wsa:To>", new="/repository</wsa:To>", findings=("A14",)),
    Dialect(name="To with a closing slash", old=r"/registry</wsa:To>", new="/registry/</wsa:To>"),
    Dialect(name="an empty To", old=_TO, new="<wsa:To/>", findings=("A14",)),
    Dialect(name="no ReplyTo", old=_REPLY, findings=("A12",)),
    Dialect(name="ReplyTo without Address", old=_REPLY, new="<wsa:ReplyTo/>", findings=("A12",)),
    Dialect(name="ReplyTo as text", old=_REPLY, new=f"<wsa:ReplyTo>{NS.WSA}/anonymous</wsa:ReplyTo>", findings=("A12",)),
    Dialect(name="an anonymous FaultTo", old=_FIRST, new=f"{_FIRST}<wsa:FaultTo><wsa:Address>{NS.WSA}/anonymous</wsa:Address></wsa:FaultTo>"),
    Dialect(name="RelatesTo in a request", old=_FIRST, new=f"{_FIRST}<wsa:RelatesTo>urn:uuid:1</wsa:RelatesTo>"),
    Dialect(name="From", old=_FIRST, new=f"{_FIRST}<wsa:From><wsa:Address>urn:me</wsa:Address></wsa:From>"),
    Dialect(name="a header of nobody", old=_FIRST, new=f'{_FIRST}<t:T xmlns:t="urn:t"/>'),
    Dialect(name="a header of nobody that may be skipped", old=_FIRST, new=f'{_FIRST}<t:T xmlns:t="urn:t" soap:mustUnderstand="false"/>'),
    Dialect(name="a header for another role", old=_FIRST, new=f'{_FIRST}<t:T xmlns:t="urn:t" soap:mustUnderstand="1" soap:role="urn:else"/>'),
    Dialect(name="a header for nobody at all", old=_FIRST, new=f'{_FIRST}<t:T xmlns:t="urn:t" soap:mustUnderstand="1" soap:role="{NS.SOAP}/role/none"/>'),
    Dialect(name="the action in the Content-Type", content_type=f'{SOAP}; charset=UTF-8; action="{ACTION}"'),
    Dialect(name="another action in the Content-Type", content_type=f'{SOAP}; action="None"', findings=("A16",)),
    Dialect(name="the action of another in the Content-Type", content_type=f'{SOAP}; action="{TRANSACTIONS["ITI-42"].action}"', findings=("A16",)),
    Dialect(name="text/xml", content_type="text/xml; charset=utf-8", findings=("A02",)),
    Dialect(name="no charset", content_type=SOAP),
    Dialect(name="a charset in quotes", content_type=f'{SOAP}; charset="utf-8"'),
    Dialect(name="a charset that is part of UTF-8", content_type=f"{SOAP}; charset=US-ASCII"),
    Dialect(name="a byte order mark", encoding="utf-8-sig"),
    Dialect(name="UTF-16", content_type=f"{SOAP}; charset=UTF-16", encoding="utf-16"),
    Dialect(name="UTF-16 without charset", content_type=SOAP, encoding="utf-16"),
    Dialect(name="UTF-16 declared", old="^", new='<?xml version="1.0" encoding="UTF-16"?>', content_type=f"{SOAP}; charset=utf-16", encoding="utf-16"),
    Dialect(name="an XML declaration", old="^", new='<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'),
    Dialect(name="multipart without need", content_type="multipart/related", findings=("B02",)),
)  # fmt: skip


def query(url: str, dialect: Dialect) -> bytes:
    """A query with a new id that strays in one way."""
    text = message(url, "ITI-18", QUERY)[1].decode().replace("urn:uuid:asked", new_uuid())
    changed = re.sub(dialect.old, dialect.new, text) if dialect.old else text
    assert dialect.old in ("", "^") or changed != text
    return changed.encode(dialect.encoding)


def packed(dialect: Dialect, body: bytes) -> tuple[str, bytes]:
    if not dialect.content_type.startswith("multipart"):
        return dialect.content_type, body
    kind = f'multipart/related; boundary=b; type="application/xop+xml"; start-info="{SOAP}"'
    head = f'--b\r\nContent-Type: application/xop+xml; charset=UTF-8; type="{SOAP}"\r\n\r\n'.encode()
    return kind, head + body + b"\r\n--b--"


def exchanged(
    running: RunningTopology, actor: str, content_type: str, body: bytes
) -> tuple[Answer, list[str]]:
    """The answer, and the rules that the log has against the dialect of the message."""
    url, conversation = running.url_of(actor), new_token()
    answer = send(url, post(url, content_type, body, f"{TRACE_HEADER}: {conversation};tester"))
    (exchange,) = [exchange for exchange in running.exchanges(conversation) if exchange.receiver == actor]
    return answer, [finding.rule for finding in exchange.findings if finding.rule[0] in "ABCH"]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_dialect_is_served_with_its_findings_or_refused(running: RunningTopology, dialect: Dialect) -> None:
    sent = packed(dialect, query(running.url_of("registry"), dialect))
    answer, found = exchanged(running, "registry", *sent)
    status, subcode = dialect.strict if level(running) == "strict" else (SERVED, None)
    assert answer.status == status
    if status == SERVED:
        assert b"XDSStoredQueryMissingParam" in answer.body  # it was read: two parameters are missing
        assert tuple(found) == dialect.findings
    else:
        assert f"wsa:{subcode}<".encode() in answer.body
        assert f"[{dialect.findings[0]}]".encode() in answer.body


def test_a_name_of_the_host_that_the_peer_has_used_is_as_good_as_ours(running: RunningTopology) -> None:
    url = running.url_of("registry").replace("127.0.0.1", "localhost")
    body = query(url, DIALECTS[0])
    conversation = new_token()
    send(running.url_of("registry"), post(url, SOAP, body, f"{TRACE_HEADER}: {conversation};tester"))
    (exchange,) = running.exchanges(conversation)
    assert "A14" not in [finding.rule for finding in exchange.findings]


def test_an_id_that_comes_twice_is_noted(running: RunningTopology) -> None:
    body = query(running.url_of("registry"), DIALECTS[0])
    assert [exchanged(running, "registry", SOAP, body)[1] for _ in range(3)] == [[], ["A11"], ["A11"]]
    assert exchanged(running, "registry", SOAP, query(running.url_of("registry"), DIALECTS[0]))[1] == []


INSTANCE = ImagingDocumentRequest(
    studyInstanceUID="1.2",
    seriesInstanceUID="1.2.3",
    document=DocumentRequest(repositoryUniqueId="2.999.1.21", documentUniqueId="1.2.3.4"),
)
DOCUMENT = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId="1.2.3")
REQUESTS = (
    ("registry", "ITI-18", lambda: QUERY),
    ("registry", "ITI-42", lambda: provision(1).submission),
    ("registry", "ITI-61", lambda: a_submission(entries=(an_on_demand_entry(3),), set_=a_set(103))),
    ("repository", "ITI-41", partial(provision, 2)),
    ("repository", "ITI-43", lambda: RetrieveDocumentSetRequest(requests=(DOCUMENT,))),
    (
        "pacs",
        "RAD-69",
        lambda: RetrieveImagingDocumentSetRequest(requests=(INSTANCE,), transferSyntaxUIDs=("1.2",)),
    ),
)


@pytest.mark.parametrize(("actor", "transaction", "value"), REQUESTS, ids=[row[1] for row in REQUESTS])
def test_an_answer_has_the_action_of_its_transaction_and_relates_to_its_request(
    running: RunningTopology, actor: str, transaction: str, value: object
) -> None:
    url = running.url_of(actor)
    content_type, body = message(url, transaction, value())
    addressing = read_envelope(root_of(send(url, post(url, content_type, body)))).addressing
    assert addressing.action == TRANSACTIONS[transaction].response_action
    assert addressing.relatesTo == "urn:uuid:asked"
    assert addressing.mustUnderstand == {"Action"}


@pytest.mark.parametrize(("actor", "transaction", "value"), REQUESTS, ids=[row[1] for row in REQUESTS])
def test_who_sends_no_addressing_gets_none(
    running: RunningTopology, actor: str, transaction: str, value: object
) -> None:
    url = running.url_of(actor)
    content_type, body = message(url, transaction, value())
    answer = send(url, post(url, content_type, re.sub(rb"<soap:Header>.*</soap:Header>", b"", body)))
    assert b"mustUnderstand" not in answer.body
    assert (b"Header>" in answer.body, answer.status) == (False, 200 if level(running) == "lenient" else 400)


def test_images_asked_for_in_the_namespace_of_radiology(running: RunningTopology) -> None:
    body = IMAGING.replace(f'xmlns:xds="{NS.XDS}"'.encode(), f'xmlns:xds="{NS.XDSI}"'.encode())
    body = body.replace(b"urn:uuid:asked", new_uuid().encode())
    assert body != IMAGING
    answer, found = exchanged(
        running, "pacs", IMAGING_TYPE, body.replace(b"http://127.0.0.1/c/x", running.url_of("pacs").encode())
    )
    if level(running) == "lenient":
        assert (answer.status, found) == (200, ["H05"])
        assert b"XDSDocumentUniqueIdError" in answer.body  # read, and looked for
    else:
        assert (answer.status, b"[H05]" in answer.body) == (400, True)


# --- schema


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("judging"), {"validation": "report"}, validation="refuse") as started:
        yield started


BROKEN = Dialect(name="", old="(<rim:AdhocQuery[^>]*>)", new=r"\1\n<rim:Slot/>")


def test_a_body_that_breaks_the_schema_is_refused_where_asked_for(judging: RunningTopology) -> None:
    answer, found = exchanged(judging, "registry", SOAP, query(judging.url_of("registry"), BROKEN))
    assert (answer.status, found) == (400, ["C01", "C01"])
    text = "line 2, /query:AdhocQueryRequest/rim:AdhocQuery/rim:Slot: attribute name is missing"
    assert text.encode() in answer.body
    assert read_envelope(answer.body).addressing.relatesTo is not None
    assert exchanged(judging, "registry", SOAP, query(judging.url_of("registry"), DIALECTS[0]))[1] == []


def test_a_body_that_breaks_the_schema_is_reported_where_asked_for(judging: RunningTopology) -> None:
    url = judging.url_of("repository")
    content_type, body = message(url, "ITI-41", provision(1))
    broken = body.replace(b"<rim:RegistryObjectList", b'<rim:RegistryObjectList odd="1"', 1)
    answer, found = exchanged(judging, "repository", content_type, broken)
    assert (answer.status, found[-1], found.count("C01")) == (200, "C01", 1)


def test_a_sound_submission_with_parts_keeps_to_the_schema(judging: RunningTopology) -> None:
    url = judging.url_of("repository")
    content_type, body = message(url, "ITI-41", provision(3))
    body = body.replace(b"urn:uuid:asked", new_uuid().encode())
    answer, found = exchanged(judging, "repository", content_type, body)
    assert (b"ResponseStatusType:Success" in answer.body, found) == (True, [])


def test_each_message_of_the_feed_keeps_to_the_schema(judging: RunningTopology) -> None:
    url = judging.url_of("registry")
    before = len(judging.exchanges())
    codes = [tell(url, feed).code for feed in (added("P7"), added("P8"), merged("P7", "P8"))]
    assert codes == ["CA", "CA", "CA"]
    found = {one.rule for exchange in judging.exchanges()[before:] for one in exchange.findings}
    assert "C01" not in found


def test_what_the_schema_refuses_is_logged_by_its_transaction(judging: RunningTopology) -> None:
    exchanged(judging, "registry", SOAP, query(judging.url_of("registry"), BROKEN))
    assert judging.exchanges()[-1].transaction == "ITI-18"


def test_nothing_is_held_against_the_schemas_unless_asked_for(running: RunningTopology) -> None:
    assert exchanged(running, "registry", SOAP, query(running.url_of("registry"), BROKEN))[1] == []


# --- what actors find in what they accept


def test_warnings_about_an_accepted_submission_are_in_the_log(running: RunningTopology) -> None:
    request = provision(50)
    objects = request.submission.objects
    entry = replace(objects.documentEntries[0], uniqueId=f"2.999.{'1' * 130}")
    long = SubmitObjectsRequest(objects=replace(objects, documentEntries=(entry,)))
    before = len(running.exchanges())
    answer = provide(running.url_of("repository"), replace(request, submission=long))
    assert b"ResponseStatusType:Success" in answer.body
    registration = running.exchanges()[before:][1]
    assert registration.transaction == "ITI-42"
    assert [(one.rule, one.severity) for one in registration.findings] == [("D24", Severity.WARNING)]


@pytest.mark.parametrize("queries", LEVELS)
def test_what_a_query_strays_is_in_the_log_though_it_is_answered(tmp_path: Path, queries: str) -> None:
    parameters = (
        Slot("$XDSDocumentEntryPatientId", ("P1^^^&2.999.1.1&ISO",)),  # without its quotes
        Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}')",)),
    )
    conversation = new_token()
    with domain(tmp_path, queries=queries) as running:
        url = running.url_of("registry")
        sent = message(url, "ITI-18", replace(QUERY, parameters=parameters))
        answer = send(url, post(url, *sent, f"{TRACE_HEADER}: {conversation};tester"))
        (exchange,) = running.exchanges(conversation)
    severity = Severity.WARNING if queries == "lenient" else Severity.ERROR
    assert ("I08", severity) in [(one.rule, one.severity) for one in exchange.findings]
    assert (b"ResponseStatusType:Success" in answer.body) is (queries == "lenient")
    assert b"I08" not in answer.body or queries == "strict"

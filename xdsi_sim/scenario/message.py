"""One message of the exchange log as a scenario sees it: the values of the profile, not octets.

What cannot be read as the transaction that it is of has no values: a scenario then finds nothing in it, and
the log says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from xdsi_sim.actors.trace import TRACE_HEADER
from xdsi_sim.content import read_all
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.errors import Finding, ProtocolViolation, VersionMismatch
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.judging.manifests import check_manifests
from xdsi_sim.messages.adt import read_ack, read_adt
from xdsi_sim.messages.imaging import RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.patient_feed import PatientFeed, patient_id
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.retrieve import RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.selection import Query
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import Fault, is_fault, read_fault, read_old_fault
from xdsi_sim.soap.known import answers, asks
from xdsi_sim.soap.unpacking import unpacked
from xdsi_sim.vocab import TRANSACTIONS, Transaction

__all__ = ["Message", "root_of"]

_LIKE: Final = {"RAD-68": "ITI-41"}
_FEED: Final = "ITI-8"
_NOTHING: Final = RegistryObjectList()


@dataclass(frozen=True)
class Message:
    """An exchange: what was asked, what was answered, and their values by the words of the profile."""

    exchange: Exchange
    spool: Path
    """Folder for the documents in it."""

    # --- as it travelled

    @property
    def id(self) -> str:
        """Of the exchange."""
        return self.exchange.id

    @property
    def transaction(self) -> str:
        """`ITI-18`, `RAD-69`, `WADO-RS`."""
        return self.exchange.transaction

    @property
    def sender(self) -> str:
        """Id of the actor, or `host:port`."""
        return self.exchange.sender

    @property
    def receiver(self) -> str:
        """The same of who was asked."""
        return self.exchange.receiver

    @property
    def status(self) -> str:
        """Of the answer: `Success`, `Fault Sender`, `HTTP 404`."""
        return self.exchange.status

    @property
    def method(self) -> str:
        """Of HTTP."""
        return self.exchange.request.start_line.partition(" ")[0]

    @property
    def path(self) -> str:
        """Of the address that was asked."""
        return unquote(urlsplit(self._target).path)

    @property
    def query(self) -> Mapping[str, Any]:
        """Parameters of the address; several values of one are a list."""
        pairs = parse_qs(urlsplit(self._target).query, keep_blank_values=True)
        return {name: values[0] if len(values) == 1 else tuple(values) for name, values in pairs.items()}

    @property
    def _target(self) -> str:
        return [*self.exchange.request.start_line.split(" "), ""][1]

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the request, names in lower case; without those that tie our own messages together."""
        pairs = {name.lower(): value for name, value in self.exchange.request.headers}
        pairs.pop(TRACE_HEADER.lower(), None)
        return pairs

    @property
    def findings(self) -> tuple[str, ...]:
        """Ids of the rules that it breaks."""
        return tuple(finding.rule for finding in self.found)

    @cached_property
    def found(self) -> tuple[Finding, ...]:
        """What the actor has found in it, and what is wrong with the manifests that it brings."""
        if not isinstance(self.request, ProvideAndRegisterDocumentSetRequest):
            return self.exchange.findings
        try:
            of_manifests = [finding for finding, _ in check_manifests(self.request)]
        except ProtocolViolation:  # no metadata that can be read, which the actor has found
            return self.exchange.findings
        return tuple(dict.fromkeys((*self.exchange.findings, *of_manifests)))

    # --- as values

    @cached_property
    def request(self) -> Any:
        """The request value of the transaction; None where it cannot be read."""
        return self._read(self.exchange.request, asked=True)

    @cached_property
    def answer(self) -> Any:
        """The response value; a fault is one, too. None where there is none, or it cannot be read."""
        response = self.exchange.response
        return None if response is None else self._read(response, asked=False)

    def _read(self, message: HttpMessage, *, asked: bool) -> Any:
        try:
            return self._read_now(message, asked=asked)
        except VersionMismatch:  # so SOAP 1.1 is answered, by SOAP 1.1 (SOAP 1.2 Part 1: 5.4.7)
            return read_old_fault(read_all(message.body))
        except (ProtocolViolation, ValueError):
            return None

    def _read_now(self, message: HttpMessage, *, asked: bool) -> Any:
        if self.transaction == _FEED:
            return (read_adt if asked else read_ack)(read_all(message.body))
        package = unpacked(message.headers, message.body, self.spool)
        body = read_envelope(package.root, package.limits, charset=package.charset).body
        if is_fault(body):
            return read_fault(body)
        transaction = self._transaction(body, asked=asked)
        if transaction is None:
            return None
        codec = CODECS[transaction.name]
        read = codec.read_request if asked else codec.read_response
        return read(body, package.content_of)

    def _transaction(self, body: Element, *, asked: bool) -> Transaction | None:
        """The one that the log names, else the likeliest of those with such an element."""
        named = TRANSACTIONS.get(_LIKE.get(self.transaction, self.transaction))
        if named is not None and body.tag == (named.request if asked else named.response):
            return named
        return next((asks if asked else answers)(body), None)

    @property
    def fault(self) -> str | None:
        """Code and reason, where the answer is a fault."""
        return f"{self.answer.code}: {self.answer.reason}" if isinstance(self.answer, Fault) else None

    @property
    def errors(self) -> tuple[RegistryError, ...]:
        """Of the answer."""
        return tuple(getattr(self.answer, "errors", ()))

    @cached_property
    def objects(self) -> RegistryObjectList:
        """What was submitted, or found."""
        request, answer = self.request, self.answer
        if isinstance(request, ProvideAndRegisterDocumentSetRequest):
            request = request.submission
        if isinstance(request, SubmitObjectsRequest):
            return request.objects
        return answer.objects if isinstance(answer, AdhocQueryResponse) else _NOTHING

    @property
    def entries(self) -> Any:
        """DocumentEntries that were submitted, or found."""
        return self.objects.documentEntries

    @property
    def submissionSets(self) -> Any:
        """SubmissionSets that were submitted, or found."""
        return self.objects.submissionSets

    @property
    def folders(self) -> Any:
        """Folders that were submitted, or found."""
        return self.objects.folders

    @property
    def associations(self) -> Any:
        """Associations that were submitted, or found."""
        return self.objects.associations

    @cached_property
    def _query(self) -> Query | None:
        request = self.request
        if not isinstance(request, AdhocQueryRequest):
            return None
        asked = Query.of(request, strict=False)
        return asked if asked.stored else Query.of(request, "ITI-51", strict=False)

    @property
    def storedQuery(self) -> str | None:
        """Name of the stored query: `FindDocuments`."""
        return self._query.stored.name if self._query is not None and self._query.stored else None

    @property
    def returnType(self) -> str | None:
        """Of a query."""
        return getattr(self.request, "returnType", None)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Of a query, by short and by full name; one that takes several values, or is repeated, is a list."""
        query = self._query
        if query is None or query.stored is None:
            return {}
        found: dict[str, Any] = {}
        for name, param in query.stored.by_any_name.items():
            values = [value for given in query.given if given.param is param for value in given.values]
            if query.has(param):
                found[name] = tuple(values) if param.many or len(values) != 1 else values[0]
        return found

    @property
    def documents(self) -> Any:
        """Documents that were asked for; those of a submission; else those of the answer."""
        request = self.request
        if isinstance(request, RetrieveDocumentSetRequest | RetrieveImagingDocumentSetRequest):
            return request.requests
        if isinstance(request, ProvideAndRegisterDocumentSetRequest):
            return request.documents
        return getattr(self.answer, "documents", ())

    @property
    def patientIds(self) -> tuple[str, ...]:
        """Of a patient feed, as CX."""
        feed = self.request
        return (
            tuple(patient_id(id, id.root) for id in feed.patientIds) if isinstance(feed, PatientFeed) else ()
        )


def root_of(message: HttpMessage, spool: Path) -> Element:
    """The root element of a message in XML; raises ProtocolViolation where it is none."""
    package = unpacked(message.headers, message.body, spool)
    try:
        return parse(package.root, package.limits)
    finally:
        package.discard()

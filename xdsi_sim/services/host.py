"""One SOAP endpoint: an actor behind a Spyne application, bytes in and bytes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from xdsi_sim.content import Segment
from xdsi_sim.errors import Finding, ProtocolViolation, StoreTrouble
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.services.port_types import (
    DocumentRecipientService,
    DocumentRegistryService,
    DocumentRepositoryService,
    ImagingDocumentSourceService,
    InitiatingGatewayService,
    OnDemandDocumentSourceService,
    RespondingGatewayService,
    RespondingImagingGatewayService,
)
from xdsi_sim.services.protocol import XdsSoap12
from xdsi_sim.soap.addressing import Addressing
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import Envelope
from xdsi_sim.soap.faults import OLD_MEDIA_TYPE, is_old, write_fault
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE, Package
from xdsi_sim.soap.peers import Peers
from xdsi_sim.soap.repeats import Repeats
from xdsi_sim.soap.schema import Validation
from xdsi_sim.vocab import TRANSACTIONS, Transaction

from spyne import Application, MethodContext  # isort: skip
from spyne.server import ServerBase  # isort: skip

__all__ = ["PORT_TYPES", "Endpoint", "Invocation", "PortType", "Reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortType:
    """What an actor serves: its Spyne class, its WSDL and its transactions."""

    service: Any
    namespace: str
    wsdl: str
    finds: str
    """What the errorCodes of troubles begin with that this actor finds."""
    transactions: tuple[str, ...]


PORT_TYPES: Final = {
    "registry": PortType(
        service=DocumentRegistryService,
        namespace="urn:ihe:iti:xds-b:2007",
        wsdl="DocumentRegistry.wsdl",
        finds="XDSRegistry",
        transactions=(
            "ITI-18",
            "ITI-42",
            "ITI-44 add",
            "ITI-44 revise",
            "ITI-44 merge",
            "ITI-51",
            "ITI-57",
            "ITI-61",
            "ITI-62",
            "ITI-92",
        ),
    ),
    "repository": PortType(
        service=DocumentRepositoryService,
        namespace="urn:ihe:iti:xds-b:2007",
        wsdl="DocumentRepository.wsdl",
        finds="XDSRepository",
        transactions=("ITI-41", "ITI-43", "ITI-86"),
    ),
    "recipient": PortType(
        service=DocumentRecipientService,
        namespace="urn:ihe:iti:xds-b:2007",
        wsdl="DocumentRecipient.wsdl",
        finds="XDSRepository",
        transactions=("ITI-41",),
    ),
    "on-demand source": PortType(
        service=OnDemandDocumentSourceService,
        namespace="urn:ihe:iti:xds-b:2007",
        wsdl="OnDemandDocumentSource.wsdl",
        finds="XDSRepository",
        transactions=("ITI-43",),
    ),
    "source": PortType(
        service=ImagingDocumentSourceService,
        namespace="urn:ihe:rad:xdsi-b:2009",
        wsdl="ImagingDocumentSource.wsdl",
        finds="XDSRepository",
        transactions=("RAD-69",),
    ),
    "initiating-gateway": PortType(
        service=InitiatingGatewayService,
        namespace="urn:ihe:iti:xds-b:2007",
        wsdl="InitiatingGateway.wsdl",
        finds="XDSRepository",
        transactions=("ITI-18", "ITI-41", "ITI-43", "ITI-92"),
    ),
    "responding-gateway": PortType(
        service=RespondingGatewayService,
        namespace="urn:ihe:iti:xds-b:2007",
        wsdl="RespondingGateway.wsdl",
        finds="XDSRepository",
        transactions=("ITI-38", "ITI-39", "ITI-55", "ITI-80", "ITI-92"),
    ),
    "responding-imaging-gateway": PortType(
        service=RespondingImagingGatewayService,
        namespace="urn:ihe:rad:xdsi-b:2009",
        wsdl="RespondingImagingGateway.wsdl",
        finds="XDSRepository",
        transactions=("RAD-75",),
    ),
}
"""Port types by the role of the actor in a topology."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer that is ready to be sent."""

    status: int
    content_type: str
    segments: list[Segment]
    outcome: str
    """In one word or two: the response status, or the kind of fault."""
    headers: tuple[tuple[str, str], ...] = ()
    """Beside Content-Type."""


@dataclass(slots=True, kw_only=True)
class Invocation:
    """One message on its way through an endpoint."""

    actor: Any
    served: tuple[Transaction, ...]
    strict: bool
    package: Package
    validation: Validation
    repeats: Repeats
    peer: str = ""
    """Host of the sender."""
    addresses: tuple[str, ...] = ()
    """URLs at which the message may say that it found us."""
    peers: Peers | None = None
    """Whom an asynchronous endpoint may answer at an address of theirs; None for one that is not."""
    envelope: Envelope | None = None
    transaction: Transaction | None = None
    name: str = "SOAP"
    """Of the transaction, as people call it: RAD-68 where ITI-41 brings a manifest."""
    findings: tuple[Finding, ...] = ()
    content_type: str = ""
    context: Any = field(default=None, repr=False)
    error: Exception | None = None
    """What the actor has raised."""

    @property
    def reply_address(self) -> str:
        """Where the answer goes; the connection, until the message is known to be one of ours."""
        return self._dispatched().reply_address

    @property
    def fault_address(self) -> str:
        """Where a fault goes, in the same way."""
        return self._dispatched().fault_address

    def _dispatched(self) -> Addressing:
        if self.envelope is None or self.transaction is None:
            return _NO_ADDRESSING
        return self.envelope.addressing

    def close(self) -> None:
        """Let go of the message: Spyne's contexts refer to each other and would keep it for the collector."""
        if self.context is not None:
            vars(self.context).clear()
            self.context = None


_NO_ADDRESSING: Final = Addressing()


class _Context(MethodContext):  # type: ignore[misc]  # Spyne is untyped
    """Spyne's record of one call without what is paid for at each of its 50 attributes and never used."""

    __setattr__ = object.__setattr__  # Spyne's own looks up whether the context is frozen
    TransportContext = None  # of the transport, too, nobody wants to know anything

    def fire_event(self, event: str, *_args: Any, **_options: Any) -> None:
        """Nobody listens."""


class _Application(Application):  # type: ignore[misc]  # Spyne is untyped
    def call_wrapper(self, ctx: Any) -> Any:
        """Call the service method; what it raises is ours to answer, Spyne would log and replace it."""
        try:
            return super().call_wrapper(ctx)
        except Exception as error:  # noqa: BLE001  it is raised again by `Endpoint.begin`
            ctx.udc.error = error
            return None


class _Server(ServerBase):  # type: ignore[misc]  # Spyne is untyped
    transport = "http://schemas.xmlsoap.org/soap/http"


@cache
def _server(role: str) -> Any:
    """The Spyne application of a port type; it holds no state of an actor, so one serves all."""
    port_type = PORT_TYPES[role]
    application = _Application(
        [port_type.service],
        tns=port_type.namespace,
        name=port_type.service.__name__,
        in_protocol=XdsSoap12(),
        out_protocol=XdsSoap12(),
    )
    return _Server(application)


class Endpoint:
    """An actor's SOAP address.

    `begin` reads a message and calls the actor; the operation it gives may be a flow that is yet to be
    driven. `finish` turns its result into the answer, `fail` a problem into a fault.
    """

    def __init__(
        self,
        role: str,
        actor: Any,
        *,
        strict: bool = False,
        validation: Validation = Validation.OFF,
        peers: Peers | None = None,
    ) -> None:
        """With `peers` it is asynchronous: an answer may go to an address of theirs."""
        self.port_type = PORT_TYPES[role]
        self._server = _server(role)
        self._actor = actor
        self._strict = strict
        self._validation = validation
        self._repeats = Repeats()
        self._peers = peers
        self._served = tuple(TRANSACTIONS[name] for name in self.port_type.transactions)

    def invocation(self, package: Package, *, peer: str = "", addresses: tuple[str, ...] = ()) -> Invocation:
        """The start of serving one message that `peer` has sent to one of `addresses`."""
        return Invocation(
            actor=self._actor,
            served=self._served,
            strict=self._strict,
            validation=self._validation,
            repeats=self._repeats,
            peers=self._peers,
            package=package,
            peer=peer,
            addresses=addresses,
        )

    def begin(self, invocation: Invocation) -> Any:
        """The actor's response value, or its flow.

        Raises ProtocolViolation where the message is wrong, and whatever the actor raises.
        """
        context = invocation.context = _Context(self._server, MethodContext.SERVER)
        context.udc = invocation
        self._server.generate_contexts(context)
        self._server.get_in_object(context)
        self._server.get_out_object(context)
        if invocation.error is not None:
            raise invocation.error
        return context.out_object[0]

    def finish(self, invocation: Invocation, response: Any) -> Reply:
        """The answer to a message that was served."""
        context = invocation.context
        context.out_object = [response]
        self._server.get_out_string(context)
        invocation.findings += getattr(response, "findings", ())
        outcome = response.status.rpartition(":")[2]
        return Reply(
            status=200, content_type=invocation.content_type, segments=context.out_string, outcome=outcome
        )

    def refuse(self, invocation: Invocation, trouble: StoreTrouble) -> Reply | None:
        """The answer where a store could not do it (ITI TF-3: Table 4.2.4.1-2).

        None where the transaction has no such answer, or is not known yet.
        """
        failure = None if invocation.transaction is None else CODECS[invocation.transaction.name].failure
        if failure is None:
            return None
        error = RegistryError(
            errorCode=f"{self.port_type.finds}{trouble.kind}",
            codeContext=f"the store could not do it, and nothing has changed: {trouble}; rule=F33",
        )
        return self.finish(invocation, failure(error))

    @staticmethod
    def fail(problem: ProtocolViolation, envelope: Envelope | None = None, to: str | None = None) -> Reply:
        """The fault for a message that could not be served; `to` is its address, if it has one."""
        addressing = envelope.addressing if envelope is not None else None
        pieces = write_fault(
            problem,
            relates_to=addressing.messageID if addressing else None,
            to=to,
            addressed=addressing is None or addressing.present,
        )
        return Reply(
            status=problem.http,
            content_type=f"{OLD_MEDIA_TYPE if is_old(problem) else SOAP_MEDIA_TYPE}; charset=UTF-8",
            segments=[b"".join(pieces)],
            outcome=f"Fault {problem.code}",
        )

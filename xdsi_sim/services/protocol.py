"""SOAP 1.2 for Spyne by our own codecs: Spyne hosts and dispatches, ebRIM never passes through its models.

An element of the body becomes a message value straight from the tree, and a message value becomes
bytes without one. Spyne's own envelope, addressing and fault code is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from xdsi_sim.errors import Finding
from xdsi_sim.ids import new_uuid
from xdsi_sim.rules.protocol import finding
from xdsi_sim.services import compat  # noqa: F401  must come before anything of Spyne

from spyne import ComplexModel, Unicode, rpc  # isort: skip
from spyne.protocol.soap.soap12 import Soap12  # isort: skip

from xdsi_sim.soap.addressing import elsewhere, write_addressing
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.dispatch import dispatch, refuse_errors
from xdsi_sim.soap.envelope import read_envelope, write_envelope
from xdsi_sim.soap.mtom import Attachments
from xdsi_sim.soap.schema import Validation, refuse, schema_findings
from xdsi_sim.vocab import TRANSACTIONS

__all__ = ["XdsSoap12", "operation"]


class XdsSoap12(Soap12):  # type: ignore[misc]  # Spyne is untyped
    """Reads and writes the messages of one endpoint. `ctx.udc` is the endpoint's `Invocation`."""

    def get_context(self, _parent: Any, _transport: Any) -> None:
        """A protocol has nothing to remember of a message that `ctx.udc` does not hold."""

    def create_in_document(self, ctx: Any, _encoding: str | None = None) -> None:
        """Parse the root part with the hardened reader; raises ProtocolViolation."""
        package = ctx.udc.package
        ctx.udc.envelope = read_envelope(package.root, package.limits, charset=package.charset)
        ctx.in_document = ctx.udc.envelope.body

    def decompose_incoming_envelope(self, ctx: Any, _message: str = Soap12.REQUEST) -> None:
        """Find the transaction; raises ProtocolViolation where header, body and endpoint disagree."""
        invocation = ctx.udc
        invocation.findings = invocation.package.findings
        dispatched = dispatch(
            invocation.envelope,
            invocation.served,
            mtom=invocation.package.mtom,
            strict=invocation.strict,
            peers=invocation.peers,
            http_action=invocation.package.media.parameters.get("action"),
            addresses=invocation.addresses,
        )
        invocation.transaction = dispatched.transaction
        invocation.name = dispatched.transaction.name  # in the log, should the rest be refused
        invocation.findings += (*dispatched.findings, *_repeated(invocation))
        if invocation.validation is not Validation.OFF:
            _validate(invocation)
        ctx.in_body_doc = ctx.in_document
        # Spyne looks operations up by name in the application's namespace, not by the body's element
        namespace = self.app.interface.get_tns()
        ctx.method_request_string = f"{{{namespace}}}{dispatched.transaction.operation}"

    def generate_method_contexts(self, ctx: Any) -> list[Any]:
        """One message is one operation: its context is the call's own, no copy of it is made."""
        (ctx.descriptor,) = self.get_call_handles(ctx)
        return [ctx]

    def deserialize(self, ctx: Any, message: str) -> None:  # noqa: ARG002  Spyne's signature
        """From the body's element to the request value; raises ProtocolViolation."""
        invocation = ctx.udc
        if invocation.package.trouble is not None:
            raise invocation.package.trouble
        codec = CODECS[invocation.transaction.name]
        invocation.name = codec.subject(invocation.package.root) or invocation.transaction.name
        read = codec.read_request(ctx.in_body_doc, invocation.package.content_of)
        ctx.in_object = codec.read_header(read, invocation.envelope.header)
        findings = (*codec.dialect(ctx.in_object), *invocation.package.unreferenced())
        if invocation.strict:
            refuse_errors(findings)
        invocation.findings += findings

    def serialize(self, ctx: Any, message: str) -> None:  # noqa: ARG002  Spyne's signature
        """From the response value to content type and body segments, packed as the request was."""
        invocation = ctx.udc
        transaction = invocation.transaction
        attachments = Attachments(mtom=transaction.mtom if invocation.strict else invocation.package.mtom)
        codec = CODECS[transaction.name]
        body = codec.write_response(ctx.out_object[0], attachments.attach)
        header = ""
        addressing = invocation.envelope.addressing
        if addressing.present:
            header = write_addressing(
                action=transaction.response_action,
                message_id=new_uuid(),
                relates_to=addressing.messageID,
                to=elsewhere(addressing.reply_address),
            )
        header += codec.write_header(ctx.out_object[0])
        ctx.out_document = True  # there is no tree; Spyne only asks whether anything was made
        invocation.content_type = attachments.content_type
        ctx.out_string = attachments.body(write_envelope(header, body))

    def create_out_string(self, _ctx: Any, _encoding: str | None = None) -> None:
        """Nothing is left to do: `serialize` has made the bytes."""


def _repeated(invocation: Any) -> Iterator[Finding]:
    messageID = invocation.envelope.addressing.messageID
    if messageID and invocation.repeats.seen(invocation.peer, messageID):
        yield finding("A11", f"wsa:MessageID {messageID!r} was used before by this peer", "wsa:MessageID")


def _validate(invocation: Any) -> None:
    found = schema_findings(invocation.envelope.body)
    invocation.findings += found
    if invocation.validation is Validation.REFUSE:
        refuse(found)


def _marker(element: str) -> type[Any]:
    """A Spyne class that stands for one body element; the codec does the work."""
    namespace, _, name = element[1:].rpartition("}")
    members = {"__namespace__": namespace, "id": Unicode, "__doc__": f"The element {name}."}
    marker: type[Any] = type(ComplexModel)(name, (ComplexModel,), members)
    return marker


_MARKERS: Final = {
    element: _marker(element)
    for transaction in TRANSACTIONS.values()
    for element in (transaction.request, transaction.response)
}


def operation(name: str) -> Callable[[Callable[..., Any]], Any]:
    """Publish a service method as the SOAP operation of the transaction `name`."""
    transaction = TRANSACTIONS[name]
    decorate: Callable[[Callable[..., Any]], Any] = rpc(
        _MARKERS[transaction.request],
        _returns=_MARKERS[transaction.response],
        _body_style="bare",
        _operation_name=transaction.operation,
    )
    return decorate

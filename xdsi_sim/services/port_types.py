"""The port types: each method hands a request value to the actor and gives back what it gives."""

from __future__ import annotations

from typing import Any

from xdsi_sim.services.protocol import operation

from spyne import Service  # isort: skip

__all__ = [
    "DocumentRecipientService",
    "DocumentRegistryService",
    "DocumentRepositoryService",
    "ImagingDocumentSourceService",
    "InitiatingGatewayService",
    "OnDemandDocumentSourceService",
    "RespondingGatewayService",
    "RespondingImagingGatewayService",
]


class DocumentRegistryService(Service):  # type: ignore[misc]  # Spyne is untyped
    """Document Registry (ITI TF-2: 3.18, 3.42, 3.44, 3.51, 3.61; ITI MU; ITI RMD: 3.62; ITI RMU)."""

    @operation("ITI-18")
    def iti18(ctx: Any, request: Any) -> Any:
        """Registry Stored Query."""
        return ctx.udc.actor.query(request)

    @operation("ITI-42")
    def iti42(ctx: Any, request: Any) -> Any:
        """Register Document Set-b."""
        return ctx.udc.actor.register(request)

    @operation("ITI-44 add")
    def iti44_add(ctx: Any, request: Any) -> Any:
        """Patient Registry Record Added."""
        return ctx.udc.actor.feed(request)

    @operation("ITI-44 revise")
    def iti44_revise(ctx: Any, request: Any) -> Any:
        """Patient Registry Record Revised."""
        return ctx.udc.actor.feed(request)

    @operation("ITI-44 merge")
    def iti44_merge(ctx: Any, request: Any) -> Any:
        """Patient Registry Duplicates Resolved."""
        return ctx.udc.actor.feed(request)

    @operation("ITI-51")
    def iti51(ctx: Any, request: Any) -> Any:
        """Multi-Patient Stored Query."""
        return ctx.udc.actor.query(request, "ITI-51")

    @operation("ITI-61")
    def iti61(ctx: Any, request: Any) -> Any:
        """Register On-Demand Document Entry."""
        return ctx.udc.actor.register(request, "ITI-61")

    @operation("ITI-57")
    def iti57(ctx: Any, request: Any) -> Any:
        """Update Document Set."""
        return ctx.udc.actor.update(request)

    @operation("ITI-92")
    def iti92(ctx: Any, request: Any) -> Any:
        """Restricted Update Document Set."""
        return ctx.udc.actor.update(request, "ITI-92")

    @operation("ITI-62")
    def iti62(ctx: Any, request: Any) -> Any:
        """Remove Metadata."""
        return ctx.udc.actor.remove(request)


class DocumentRepositoryService(Service):  # type: ignore[misc]  # Spyne is untyped
    """Document Repository (ITI TF-2: 3.41, 3.43; RAD TF: 4.68; ITI RMD: 3.86)."""

    @operation("ITI-41")
    def iti41(ctx: Any, request: Any) -> Any:
        """Provide and Register Document Set-b."""
        return ctx.udc.actor.provide_and_register(request)

    @operation("ITI-43")
    def iti43(ctx: Any, request: Any) -> Any:
        """Retrieve Document Set."""
        return ctx.udc.actor.retrieve(request)

    @operation("ITI-86")
    def iti86(ctx: Any, request: Any) -> Any:
        """Remove Documents."""
        return ctx.udc.actor.remove(request)


class DocumentRecipientService(Service):  # type: ignore[misc]  # Spyne is untyped
    """Document Recipient (ITI TF-2: 3.41)."""

    @operation("ITI-41")
    def iti41(ctx: Any, request: Any) -> Any:
        """Provide and Register Document Set-b."""
        return ctx.udc.actor.provide_and_register(request)


class OnDemandDocumentSourceService(Service):  # type: ignore[misc]  # Spyne is untyped
    """On-Demand Document Source (ITI TF-2: 3.43)."""

    @operation("ITI-43")
    def iti43(ctx: Any, request: Any) -> Any:
        """Retrieve Document Set."""
        return ctx.udc.actor.retrieve(request)


class ImagingDocumentSourceService(Service):  # type: ignore[misc]  # Spyne is untyped
    """Imaging Document Source (RAD TF: 4.69)."""

    @operation("RAD-69")
    def rad69(ctx: Any, request: Any) -> Any:
        """Retrieve Imaging Document Set."""
        return ctx.udc.actor.retrieve(request)


class RespondingImagingGatewayService(Service):  # type: ignore[misc]  # Spyne is untyped
    """Responding Imaging Gateway (RAD TF: 4.75)."""

    @operation("RAD-75")
    def rad75(ctx: Any, request: Any) -> Any:
        """Cross Gateway Retrieve Imaging Document Set."""
        return ctx.udc.actor.retrieve(request)


class InitiatingGatewayService(Service):  # type: ignore[misc]  # Spyne is untyped
    """Initiating Gateway (ITI TF-2: 3.18, 3.43): consumers ask it as they ask a registry or a repository."""

    @operation("ITI-18")
    def iti18(ctx: Any, request: Any) -> Any:
        """Registry Stored Query."""
        return ctx.udc.actor.query(request)

    @operation("ITI-43")
    def iti43(ctx: Any, request: Any) -> Any:
        """Retrieve Document Set."""
        return ctx.udc.actor.retrieve(request)


class RespondingGatewayService(Service):  # type: ignore[misc]  # Spyne is untyped
    """Responding Gateway (ITI TF-2: 3.38, 3.39, 3.55)."""

    @operation("ITI-38")
    def iti38(ctx: Any, request: Any) -> Any:
        """Cross Gateway Query."""
        return ctx.udc.actor.query(request)

    @operation("ITI-39")
    def iti39(ctx: Any, request: Any) -> Any:
        """Cross Gateway Retrieve."""
        return ctx.udc.actor.retrieve(request)

    @operation("ITI-55")
    def iti55(ctx: Any, request: Any) -> Any:
        """Cross Gateway Patient Discovery."""
        return ctx.udc.actor.discover(request)

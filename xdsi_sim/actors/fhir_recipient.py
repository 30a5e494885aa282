"""MHD Document Recipient: hands on by ITI-41 what came as a bundle (ITI MHD: 3.65; ITI TF-2: 3.41)."""

from __future__ import annotations

from dataclasses import dataclass

from xdsi_sim.actors.flow import Call, Flow, NoAnswer, Send
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest
from xdsi_sim.vocab import FAILURE

__all__ = ["FhirRecipient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirRecipient:
    """Provides to the repository, or the recipient, of its community."""

    taker: str
    """URL."""

    def provide(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        """All or nothing, as the taker says."""
        (answer,) = yield Send((Call(url=self.taker, transaction="ITI-41", message=request),))
        if isinstance(answer, NoAnswer):
            error = RegistryError(
                errorCode="XDSRepositoryError", codeContext=f"no answer to ITI-41: {answer}"
            )
            return RegistryResponse(status=FAILURE, errors=(error,))
        response: RegistryResponse = answer
        return response

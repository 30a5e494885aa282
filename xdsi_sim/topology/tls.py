"""The setting `tls` of a topology: `true`, or keys for what is not as usual."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from xdsi_sim.tls.settings import Clients, Minimum
from xdsi_sim.topology.checked import Checked, wrong

__all__ = ["TlsOption", "TlsSettings"]

_SWITCH: Final[dict[str, Any]] = {"true": {}, "false": None}


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class TlsSettings(Checked):
    """How connections are secured; what is left out is made, or as BCP 195 has it."""

    minimum: Minimum = "1.2"
    """The oldest version that is spoken."""
    clients: Clients = "required"
    """Whether those who call must present a certificate that a trusted CA has signed."""
    certificate: Path | None = None
    """What the actors present, PEM, intermediate ones after it; absent, one is made."""
    key: Path | None = None
    """Its private key, PEM without a password."""
    authority: Annotated[tuple[Path, ...], BeforeValidator(_as_list)] = ()
    """CAs that are trusted, PEM, beside the one that is made."""
    names: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    """Further names and addresses of this machine, for the certificate that is made."""
    handshake: Annotated[float, Field(ge=0.1, le=600)] = 10
    """Seconds that a hand-shake may take."""

    @model_validator(mode="after")
    def _own_certificate_is_whole(self) -> TlsSettings:
        for name, other in (("certificate", "key"), ("key", "certificate")):
            if getattr(self, name) is not None and getattr(self, other) is None:
                raise wrong(f"a {name} without its {other}", at=(name,), at_key=True)
        if self.certificate is not None and not self.authority:
            raise wrong(
                "a certificate of your own needs the CA that signed it.",
                hint="Name its file as 'authority'.",
                at=("certificate",),
                at_key=True,
            )
        return self

    def beside(self, folder: Path) -> TlsSettings:
        """The same with relative paths taken from `folder`, where the topology's file is."""
        paths = {
            "certificate": self.certificate and folder / self.certificate,
            "key": self.key and folder / self.key,
            "authority": tuple(folder / path for path in self.authority),
        }
        return self.model_copy(update=paths)


def _switched(value: Any) -> Any:
    if isinstance(value, bool):
        return {} if value else None
    return _SWITCH.get(value, value) if isinstance(value, str) else value


class _OrSwitch:
    """Adds the switch to the JSON Schema, when that is asked for."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "boolean"}, handler(core)]}


TlsOption = Annotated[TlsSettings | None, BeforeValidator(_switched), _OrSwitch()]
"""`true`, `false`, or settings."""

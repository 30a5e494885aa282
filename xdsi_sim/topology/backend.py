"""`backend:` of an imaging source: its own store, or an archive that it stands in front of."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema, model_validator

from xdsi_sim.errors import CannotRun
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong

__all__ = ["Backend", "BackendOption"]

_ADDRESS: Final = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")
_LOCAL: Final = "local"


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise wrong(
            f"'{value}' is not the address of a DICOMweb service, such as http://127.0.0.1:8042/dicom-web"
        )
    return value.rstrip("/")


class Backend(Checked):
    """An archive that has the instances of a source."""

    dicomweb: Annotated[str, AfterValidator(_address)]
    """Address of its DICOMweb service."""
    user: str | None = None
    """Name under which it knows the source, by the Basic scheme (RFC 7617)."""
    passwordFrom: str | None = None
    """Environment variable that has the password: files of topologies are shared."""

    @model_validator(mode="after")
    def _a_user_has_a_password(self) -> Backend:
        for name, other in (("user", "passwordFrom"), ("passwordFrom", "user")):
            if getattr(self, name) is not None and getattr(self, other) is None:
                raise wrong(f"'{name}' without '{other}'", at=(name,), at_key=True)
        if self.user is not None and ":" in self.user:
            raise wrong("a user of the Basic scheme has no colon in its name", at=("user",))
        return self

    def authorization(self) -> str | None:
        """Value of the header Authorization, None where none is wanted.

        Raises CannotRun where the environment has no password.
        """
        if self.user is None or self.passwordFrom is None:
            return None
        password = os.environ.get(self.passwordFrom)
        if password is None:
            raise CannotRun(
                f"the backend {self.dicomweb} needs a password, but ${self.passwordFrom} is not set.",
                hint=f"Put it into the environment: export {self.passwordFrom}=...",
            )
        return f"Basic {b64encode(f'{self.user}:{password}'.encode()).decode()}"


def _read(value: Any) -> Any:
    if isinstance(value, str):
        if value != _LOCAL:
            hint = did_you_mean(value, (_LOCAL,))
            raise wrong(f"expected '{_LOCAL}' or 'dicomweb: URL', found '{value}'", hint=hint)
        return None
    return value


BackendOption = Annotated[
    Backend | None,
    BeforeValidator(_read),
    WithJsonSchema({"anyOf": [{"const": _LOCAL}, Backend.model_json_schema()]}),
]
"""None where the source has a store of its own, which is written `local`."""

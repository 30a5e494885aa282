"""`sut.yaml`: a system under test as its vendor describes it. Values only; `loader` reads the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from xdsi_sim.soap.peers import is_address
from xdsi_sim.sut.options import OPTIONS
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.coded import OwnCodes
from xdsi_sim.topology.federation import KnownPatients, MllpAddress, Transactions
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.model import ListenOption, Patience
from xdsi_sim.topology.names import AeTitle, HomeCommunityId, Id, Oid
from xdsi_sim.topology.tls import TlsOption
from xdsi_sim.topology.yaml import Place

__all__ = ["ROLES", "ClientRole", "Role", "Roles", "SystemUnderTest"]


def _address(value: str) -> str:
    if not is_address(value):
        raise wrong(f"'{value}' is not the address of a system, such as http://192.0.2.7:8080/registry")
    return value


Address = Annotated[str, AfterValidator(_address)]


class Role(Checked):
    """A part that the system plays."""

    url: Address
    """Where it answers SOAP messages."""
    addresses: Transactions = {}
    """By the transaction, such as ITI-42: an address of its own, where that is not `url`."""

    def all_addresses(self) -> Iterator[tuple[Place, str]]:
        """All that it has, each with its place in the role."""
        for key in ("url", "dicomweb", "wado", "xcWado"):
            if (address := getattr(self, key, None)) is not None:
                yield (key,), address
        yield from ((("addresses", name), address) for name, address in self.addresses.items())

    def address_of(self, transaction: str) -> str:
        """Where a message of the transaction goes."""
        return self.addresses.get(transaction, self.url)


class ClientRole(Checked):
    """A part that asks and is never asked, so that it has no address."""


class RegistryRole(Role):
    """Document Registry."""

    mllp: MllpAddress | None = None
    """Where it takes the patient feed by ITI-8; without, it is told of patients by ITI-44 at `url`."""


class RepositoryRole(Role):
    """Document Repository."""

    repositoryUniqueId: Oid
    """Its OID in metadata and requests."""


class SourceRole(Role):
    """Imaging Document Source."""

    oid: Oid
    """Its Retrieve Location UID in manifests and requests."""
    aeTitle: AeTitle | None = None
    """Its Retrieve AE Title in manifests."""
    dicomweb: Address | None = None
    """Base of QIDO-RS, WADO-RS and STOW-RS."""
    wado: Address | None = None
    """Its address of WADO-URI (RAD-55)."""
    studies: Literal["stored", "loaded"] = "stored"
    """How the sample studies come into it: the tests store them by STOW-RS, or somebody has loaded them."""


class ImagingGatewayRole(Role):
    """An imaging gateway."""

    xcWado: Address | None = None
    """Base of its addresses of XC-WADO."""


class Roles(Checked):
    """The parts that the system plays; its tests are those of the suites of these."""

    registry: RegistryRole | None = None
    repository: RepositoryRole | None = None
    imaging_document_source: SourceRole | None = Field(default=None, alias="imaging-document-source")
    initiating_gateway: Role | None = Field(default=None, alias="initiating-gateway")
    responding_gateway: Role | None = Field(default=None, alias="responding-gateway")
    initiating_imaging_gateway: ImagingGatewayRole | None = Field(
        default=None, alias="initiating-imaging-gateway"
    )
    responding_imaging_gateway: ImagingGatewayRole | None = Field(
        default=None, alias="responding-imaging-gateway"
    )
    document_source: ClientRole | None = Field(default=None, alias="document-source")
    imaging_document_consumer: ClientRole | None = Field(default=None, alias="imaging-document-consumer")

    def names(self) -> Iterator[str]:
        """Those that the system plays, as suites name them."""
        return (name for field, name in _NAMES.items() if getattr(self, field) is not None)

    def given(self) -> Iterator[tuple[str, Role]]:
        """Those of them that have an address, by their names."""
        for field, name in _NAMES.items():
            if isinstance(role := getattr(self, field), Role):
                yield name, role

    def clients(self) -> Iterator[str]:
        """Those that have none."""
        return (name for field, name in _NAMES.items() if isinstance(getattr(self, field), ClientRole))

    @model_validator(mode="after")
    def _at_least_one(self) -> Roles:
        if not any(self.names()):
            raise wrong("the system plays no role", hint=f"It takes one of: {', '.join(ROLES)}.")
        return self


_NAMES: Final = {field: info.alias or field for field, info in Roles.model_fields.items()}
ROLES: Final = tuple(_NAMES.values())
"""What a system can be, as files and suites name it."""


def _an_option(name: str) -> str:
    if name not in OPTIONS:
        raise wrong(f"no option '{name}'.", hint=did_you_mean(name, OPTIONS))
    return name


class SystemUnderTest(Checked):
    """One system, or several that are tested as one."""

    name: Id
    title: str | None = None
    """For people: product and version."""
    listen: ListenOption = Listen()
    """Host and port at which our own actors answer it; what the system has to call is entered there."""
    homeCommunityId: HomeCommunityId | None = None
    """Of its community; absent, that of the suite's topology."""
    patientAuthority: Oid | None = None
    """Assigning authority of its patient ids; absent, that of the suite's topology."""
    patients: KnownPatients = "announce"
    """How a registry gets to know the patients of tests: `announce` tells it by the feed, `accept` says
    nothing as it takes any, and a list has patients without documents, whom it knows; each is used once."""
    roles: Roles
    options: tuple[Annotated[str, AfterValidator(_an_option)], ...] = ()
    """Options of the profiles that it claims; tests of others are skipped."""
    codes: OwnCodes | None = None
    """Codes that its affinity domain takes, in place of those of the tests."""
    deviations: dict[str, str] = {}
    """Known deviations: ids of tests that it does not pass, each with a word on why."""
    tls: TlsOption = None
    """How connections are secured, as in a topology."""
    timeouts: Patience = Patience(firstByte=10, total=60, reply=60)
    """How long it is waited for, in seconds."""

    @model_validator(mode="after")
    def _https_needs_certificates(self) -> SystemUnderTest:
        for name, role in self.roles.given():
            for place, address in role.all_addresses():
                if address.lower().startswith("https:") and self.tls is None:
                    text = f"{address} is of https, and there is no 'tls' in the file"
                    raise wrong(text, at=("roles", name, *place))
        return self

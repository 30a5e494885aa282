"""A registry as a test looks at it: patients that it is to know, and what is registered by now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.messages.patient_feed import patient_id, read_patient_id
from xdsi_sim.testing.steps import Steps
from xdsi_sim.topology.model import Registry as Model

if TYPE_CHECKING:
    from xdsi_sim.topology.build import RunningTopology

__all__ = ["Registry", "registries_of"]


def registries_of(running: RunningTopology) -> list[str]:
    """Ids of the registries, in the order of the topology."""
    return [placed.actor.id for placed in running.topology.actors() if isinstance(placed.actor, Model)]


class Registry:
    """One registry of a running topology; patients are named by a CX, or by a bare id of its community."""

    def __init__(self, running: RunningTopology, id: str) -> None:
        self.id = id
        self.url = running.url_of(id)
        """Where it takes SOAP."""
        self._authority = running.topology.find(id).community.patientAuthority
        self._play = Steps(running, Path())

    def patient_id(self, id: str) -> str:
        """`P1` as metadata have it: `P1^^^&2.999.1.2&ISO`."""
        read = read_patient_id(id, self._authority)
        return patient_id(read, read.root)

    def announce(self, *patients: str, name: str | None = None) -> None:
        """Tell it of patients by ITI-44; raises AssertionError where it does not take one."""
        self._play("patient", registry=self.id, add=patients, name=name)

    def query(self, name: str, **parameters: Any) -> dict[str, Any]:
        """What a stored query finds, by kind: `entries`, `submissionSets`, `folders`, `associations`.

        `name` is that of the query, parameters have their short names: `patientId`, `status`. Raises
        AssertionError where the answer is no Success.
        """
        found: dict[str, Any] = self._play(
            "query", consumer="pytest", registry=self.id, query=name, parameters=parameters
        )
        return found

    def entries(self, patient: str, status: Sequence[str] = ("Approved",)) -> tuple[DocumentEntry, ...]:
        """The DocumentEntries of a patient, in the order of their registration."""
        parameters = {"patientId": self.patient_id(patient), "status": list(status)}
        found: tuple[DocumentEntry, ...] = self.query("FindDocuments", **parameters)["entries"]
        return found

"""What a Responding Gateway answers to who asks for a patient of its community (ITI TF-2: 3.55.4.2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from xdsi_sim.actors.gateway_retrieve import RespondingRetrieve
from xdsi_sim.actors.patient_directory import KnownPatient, PatientDirectory
from xdsi_sim.actors.patient_matching import SAME_ID, degree_of_match, ids_in, telling_apart
from xdsi_sim.actors.ports import Clock, NewId, utc_now
from xdsi_sim.clock import dtm_of
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.discovery import (
    FOUND,
    NOBODY,
    REQUESTABLE,
    UNABLE,
    UNREADABLE,
    DiscoveryRequest,
    DiscoveryResponse,
    Match,
    name_key,
    oid_of,
)
from xdsi_sim.messages.patient_feed import Ii, read_patient_id
from xdsi_sim.rules.discovery import check_discovery

__all__ = ["DiscoveryPolicy", "RespondingDiscovery"]

_CANDIDATES: Final = 1_000
"""Patients that are looked at for one query, in the order of their ids; of more the rest is passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryPolicy:
    """How a community lets others find its patients."""

    several: Literal["all", "ask", "none"] = "all"
    """Where several patients fit: give all, ask for what would tell them apart, or know nobody."""
    most: int = 20
    """Patients that are given at once; where more fit, it is as `ask`."""
    requires: tuple[str, ...] = ()
    """Codes of attributes without which nobody is found by name (see `messages.discovery.REQUESTABLE`)."""
    refuses: str | None = None
    """The code of `messages.discovery.ISSUES` that is all it ever answers."""
    timeToLive: str | None = None
    """How long others may keep what it says, as xs:duration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondingDiscovery(RespondingRetrieve):
    """Answers ITI-55 with what the community knows of its patients."""

    directory: PatientDirectory | None = None
    """None knows nobody."""
    policy: DiscoveryPolicy = DiscoveryPolicy()
    clock: Clock = utc_now
    new_id: NewId = new_uuid

    def discover(self, query: DiscoveryRequest) -> DiscoveryResponse:
        """Say who may be the patient, that nobody is, what else should be told, or why there is no answer."""
        verdict = check_discovery(query)
        told = tuple(f"{finding.text} (rule {finding.rule})" for finding in verdict.findings)
        if not verdict.accepted:
            answer = self._unable(UNREADABLE, texts=told)
        elif self.policy.refuses is not None:
            text = f"{self.homeCommunityId} answers nobody, as the setting `refuses` has it"
            answer = self._unable(UNABLE, issues=(self.policy.refuses,), texts=(text,))
        else:
            answer = self._answer(query)
        return replace(
            answer,
            target=query.id,
            queryId=query.queryId,
            id=Ii(self.new_id().removeprefix("urn:uuid:")),
            time=dtm_of(self.clock()),
            sender=query.receiver or oid_of(self.homeCommunityId),
            receiver=query.sender,
            echo=query.echo,
            findings=verdict.findings,
        )

    def _unable(
        self, code: str, *, issues: tuple[str, ...] = (), texts: tuple[str, ...] = ()
    ) -> DiscoveryResponse:
        return DiscoveryResponse(acknowledgement="AE", queryResponseCode=code, issues=issues, texts=texts)

    def _answer(self, query: DiscoveryRequest) -> DiscoveryResponse:
        found = self._fitting(query)
        wanted = self._wanted(query, found)
        several = len(found) > self.policy.most or (len(found) > 1 and self.policy.several != "all")
        given = () if wanted or several else found
        return DiscoveryResponse(
            acknowledgement="AA",
            queryResponseCode=FOUND if wanted or given else NOBODY,
            matches=tuple(self._match(patient, degree) for patient, degree in given),
            requested=wanted,
            timeToLive=None if wanted else self.policy.timeToLive,
        )

    def _fitting(self, query: DiscoveryRequest) -> list[tuple[KnownPatient, int]]:
        """The patients who may be meant, the likeliest first."""
        if self.directory is None:
            return []
        keys = [key for name in query.names if (key := name_key(name, query.birthTime)) is not None]
        candidates = self.directory.candidates(ids_in(query), keys, _CANDIDATES)
        judged = ((patient, degree_of_match(query, patient)) for patient in candidates)
        found = [(patient, degree) for patient, degree in judged if degree is not None]
        found = [(patient, degree) for patient, degree in found if degree >= (query.least or 0)]
        return sorted(found, key=lambda each: (-each[1], each[0].patientId))

    def _wanted(self, query: DiscoveryRequest, found: Sequence[tuple[KnownPatient, int]]) -> tuple[str, ...]:
        """What the asker is to say beside what it has said; nothing of nobody, nor of one known by an id."""
        if not found or any(degree == SAME_ID for _, degree in found):
            return ()
        missing = [code for code in self.policy.requires if REQUESTABLE[code] not in query.parameters]
        asks = len(found) > self.policy.most or (len(found) > 1 and self.policy.several == "ask")
        apart = telling_apart(query, (patient for patient, _ in found)) if asks else ()
        return tuple(dict.fromkeys((*missing, *apart)))

    def _match(self, patient: KnownPatient, degree: int) -> Match:
        return Match(
            patientId=read_patient_id(patient.patientId),
            homeCommunityId=self.homeCommunityId,
            person=patient.person,
            otherIds=tuple(map(read_patient_id, patient.otherIds)),
            degree=degree,
        )

"""Every error code that Document Sharing knows: who may send it, how heavy, and what its codeContext holds.

ITI TF-3: Table 4.2.4.1-2, and the codes that supplements and old implementations add.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from xdsi_sim.errors import Severity

__all__ = ["ERROR_CODES", "Context", "ErrorCode"]


class Context(Enum):
    """What a codeContext should hold, and how that is recognised."""

    ANYTHING = ("what is wrong, in words", r"\S")
    UNIQUE_ID = ("the uniqueId", r"\d+(?:\.\d+){2,}|[0-9a-fA-F]{8}-")
    UUID = ("the UUID", r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|urn:uuid:|object=\S")
    PATIENT_ID = ("the patient id, as CX", r"\^\^\^")
    PARAMETER = ("the name of the parameter", r"\$\w")
    OBJECT = (
        "the id of the object",
        r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|urn:uuid:|object=\S",  # or symbolic
    )
    QUERY_ID = ("the id of the query", r"\S*\d\S*")
    COUNT = ("the limit", r"\d")
    OID = ("the value that was given", r"\d(?:\.\d+)+")

    def __init__(self, words: str, pattern: str) -> None:
        self.words = words
        self.pattern = re.compile(pattern)


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One code of the table."""

    code: str
    meaning: str
    transactions: frozenset[str]
    """Whose answers may hold it."""
    severities: tuple[Severity, ...] = (Severity.ERROR,)
    context: Context = Context.ANYTHING
    instead: str | None = None
    """What is to be sent today, where the code is of the past; empty where nothing is."""


_P, _R, _SQ, _XGQ = ("ITI-41", "RAD-68", "ITI-80"), ("ITI-42", "ITI-61"), ("ITI-18", "ITI-51"), ("ITI-38",)
_RS, _XGR, _RAD = ("ITI-43",), ("ITI-39",), ("RAD-69", "RAD-75")
_U, _RU, _RM, _RD, _XD = ("ITI-57",), ("ITI-92",), ("ITI-62",), ("ITI-86",), ("ITI-80",)
_SUBMIT: Final = (*_P, *_R, *_U, *_RU)
"""A metadata update is told what any submission is."""
_QUERY: Final = (*_SQ, *_XGQ)
_RETRIEVE: Final = (*_RS, *_XGR, *_RAD)
_REGISTRY: Final = (*_SUBMIT, *_QUERY, *_RM)
_REPOSITORY: Final = (*_P, *_RETRIEVE, *_RD)
_ANY: Final = (*_REGISTRY, *_RETRIEVE, *_RD)

_E, _W = Severity.ERROR, Severity.WARNING
_WARNING, _EITHER = (_W,), (_E, _W)


def _code(
    code: str,
    transactions: tuple[str, ...],
    meaning: str,
    context: Context = Context.ANYTHING,
    severities: tuple[Severity, ...] = (_E,),
    instead: str | None = None,
) -> ErrorCode:
    return ErrorCode(code, meaning, frozenset(transactions), severities, context, instead)


_TABLE: Final = (
    _code("DocumentQueued", _P, "A document is accepted and handled later.", Context.ANYTHING, _WARNING),
    # as a warning, too: no other code tells of content that is taken although it strays
    _code("InvalidDocumentContent", _P, "A document does not fit its metadata.", Context.UNIQUE_ID, _EITHER),
    *(
        _code(name, _P, f"{what} was left out.", Context.ANYTHING, _WARNING)
        for name, what in (
            ("PartialAppendContentNotProcessed", "An append"),
            ("PartialFolderContentNotProcessed", "A folder"),
            ("PartialRelationshipContentNotProcessed", "A relationship"),
            ("PartialReplaceContentNotProcessed", "A replacement"),
            ("PartialTransformNotProcessed", "A transformation"),
            ("PartialTransformContentNotProcessed", "A transformation"),  # so in the text of ITI-41
            ("PartialTransformReplaceNotProcessed", "A transformation that replaces"),
            ("PartialTransformReplaceContentNotProcessed", "A transformation that replaces"),
        )
    ),
    _code("UnknownRecipient", _P, "An intendedRecipient is not known.", Context.ANYTHING, _EITHER),
    _code("UnavailableRecipient", _P, "An intendedRecipient is not reached.", Context.ANYTHING, _EITHER),
    _code(
        "UnresolvedReferenceException",
        (*_SUBMIT, *_RM),
        "An entryUUID names no object.",
        Context.UUID,
    ),
    _code(
        "XDSDocumentUniqueIdError",
        (*_RETRIEVE, *_RD),
        "A document is not here, or may not be given.",
        Context.UNIQUE_ID,
    ),
    _code(
        "XDSDuplicateUniqueIdInRegistry",
        _SUBMIT,
        "The uniqueId of a SubmissionSet or Folder is taken; it is never said of a document.",
        Context.UNIQUE_ID,
    ),
    _code("XDSExtraMetadataNotSaved", _SUBMIT, "Extra slots were dropped.", Context.ANYTHING, _WARNING),
    _code("XDSMissingDocument", _P, "A DocumentEntry came without its document."),
    _code("XDSMissingDocumentMetadata", _P, "A document came without its DocumentEntry."),
    _code(
        "XDSMissingHomeCommunityId",
        (*_QUERY, *_RETRIEVE, *_P, *_RU),
        "A homeCommunityId is needed and missing.",
    ),
    _code("XDSNonIdenticalHash", _SUBMIT, "A known uniqueId came with another hash.", Context.UNIQUE_ID),
    _code("XDSNonIdenticalSize", _SUBMIT, "A known uniqueId came with another size.", Context.UNIQUE_ID),
    _code(
        "XDSPatientIdDoesNotMatch",
        _SUBMIT,
        "Patient ids differ where they must agree.",
        Context.PATIENT_ID,
    ),
    _code("XDSRegistryBusy", _REGISTRY, "The registry has too much to do."),
    _code("XDSRepositoryBusy", _REPOSITORY, "The repository has too much to do."),
    _code(
        "XDSRegistryDeprecatedDocumentError",
        _SUBMIT,
        "An association leads to a deprecated document.",
        Context.UUID,
    ),
    _code(
        "XDSRegistryDuplicateUniqueIdInMessage",
        _SUBMIT,
        "A uniqueId is twice in one submission; the registry says so.",
        Context.UNIQUE_ID,
    ),
    _code(
        "XDSRepositoryDuplicateUniqueIdInMessage",
        _P,
        "A uniqueId is twice in one submission; the repository says so.",
        Context.UNIQUE_ID,
    ),
    _code("XDSRegistryError", _REGISTRY, "Any problem of a registry that has no code of its own."),
    _code("XDSRepositoryError", _REPOSITORY, "Any problem of a repository that has no code of its own."),
    # as a warning, too: no other code tells of metadata that are taken although they stray
    _code(
        "XDSRegistryMetadataError",
        _SUBMIT,
        "Metadata are wrong; the registry says so.",
        Context.ANYTHING,
        _EITHER,
    ),
    _code(
        "XDSRepositoryMetadataError",
        _P,
        "Metadata are wrong; the repository or the recipient says so.",
        Context.ANYTHING,
        _EITHER,
    ),
    _code("XDSRegistryNotAvailable", _P, "The repository did not reach its registry."),
    _code("XDSRegistryOutOfResources", _REGISTRY, "The registry is short of resources."),
    _code("XDSRepositoryOutOfResources", _REPOSITORY, "The repository is short of resources."),
    _code("XDSReplaceFailed", _SUBMIT, "A replacement failed.", instead="the code of what is wrong"),
    _code("XDSResultNotSinglePatient", (*_QUERY, *_RETRIEVE), "The answer would be of several patients."),
    _code("XDSStoredQueryMissingParam", _QUERY, "A required parameter is missing.", Context.PARAMETER),
    _code(
        "XDSStoredQueryParamNumber",
        _QUERY,
        "A parameter has more values than it may, or excludes another one.",
        Context.PARAMETER,
    ),
    _code("XDSTooManyResults", (*_QUERY, *_RETRIEVE), "More matches than are given.", Context.COUNT),
    _code(
        "XDSUnavailableCommunity",
        (*_SQ, *_RS, *_P, *_RU, "RAD-69"),
        "A community is not reached.",
        Context.ANYTHING,
    ),
    _code(
        "XDSUnknownCommunity",
        (*_QUERY, *_RETRIEVE, *_P, *_RU),
        "A homeCommunityId is not known.",
        Context.OID,
    ),
    _code(
        "XDSUnknownPatientId",
        (*_SUBMIT, *_QUERY),
        "A patient id is not known.",
        Context.PATIENT_ID,
    ),
    _code(
        "XDSUnknownRepositoryId",
        (*_RETRIEVE, *_RD),
        "A repositoryUniqueId is not that of this repository.",
        Context.OID,
    ),
    _code("XDSUnknownStoredQuery", _QUERY, "The id of a query is not known.", Context.QUERY_ID),
    # --- of supplements
    _code("XDSMetadataUpdateError", (*_U, *_RU), "An update failed."),
    _code("XDSMetadataUpdateOperationError", _U, "An operation is not one, or not allowed."),
    _code(
        "XDSMetadataVersionError",
        (*_U, *_RU),
        "PreviousVersion is missing or not the latest.",
        Context.OBJECT,
    ),
    _code(
        "XDSPatientIDReconciliationError",
        (*_U, *_RU),
        "Patient ids would differ after the update.",
        Context.OBJECT,
    ),
    _code("XDSObjectTypeError", _RU, "The objectType is not allowed, or changed.", Context.OBJECT),
    _code("XDSMetadataIdentifierError", _RU, "An identifier is not the stored one.", Context.OBJECT),
    _code("XDSInvalidRequestException", (*_U, *_RU), "An update brings a first version.", Context.OBJECT),
    _code("UnmodifiableMetadataError", _RU, "An attribute that must not change was changed.", Context.OBJECT),
    _code("LocalPolicyRestrictionError", _RU, "The policy of the responder forbids it."),
    _code(
        "XDSMetadataAnnotationError",
        _RU,
        "The HasMember of the SubmissionSet is annotated wrongly.",
        Context.OBJECT,
    ),
    _code("ReferencesExistException", _RM, "An association still leads to the object.", Context.OBJECT),
    _code(
        "XDSUnreferencedObjectException",
        _RM,
        "An object would be left without any association.",
        Context.OBJECT,
    ),
    _code("XDSRemoveDocumentsError", _RD, "A document could not be removed.", Context.UNIQUE_ID),
    # --- of patient discovery (ITI TF-2: 3.55.4.2.2.7)
    _code("ResponderBusy", ("ITI-55",), "The community is busy; later it may answer."),
    _code("AnswerNotAvailable", ("ITI-55",), "The community cannot say whether it knows the patient."),
    _code("InternalError", ("ITI-55",), "Something is wrong in the community."),
    # --- of the past
    _code("XDSSqlError", _ANY, "A query of SQL was wrong.", instead="XDSRegistryError"),
    _code("XDSUnknownError", _ANY, "Something is wrong.", instead="XDSRegistryError or XDSRepositoryError"),
    _code(
        "XDSRepositoryWrongRepositoryUniqueId",
        _RETRIEVE,
        "A repositoryUniqueId is not that of this repository.",
        instead="XDSUnknownRepositoryId",
    ),
)

ERROR_CODES: Final = {code.code: code for code in _TABLE}
"""The table by code."""

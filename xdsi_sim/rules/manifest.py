"""Whether a document is a sound manifest or key image note, and agrees with what it stands for.

The rules are by subject in the modules beside this one; here is which of them hold when.
"""

from __future__ import annotations

from typing import Final

from xdsi_sim.dicom.kos_document import KosDocument
from xdsi_sim.dicom.study import Study
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.rules.manifest_content import CONTENT
from xdsi_sim.rules.manifest_document import DOCUMENT, FILE, OBJECT
from xdsi_sim.rules.manifest_evidence import EVIDENCE
from xdsi_sim.rules.manifest_library import LIBRARY_RULES
from xdsi_sim.rules.manifest_links import LINKS
from xdsi_sim.rules.manifest_orders import ORDERS
from xdsi_sim.rules.manifest_served import SERVED
from xdsi_sim.rules.manifest_subject import Judged, Kind
from xdsi_sim.rules.registry import Rule, Verdict, judge, rules

__all__ = ["MANIFEST_RULES", "check_manifest"]


def _rules(*ids: str) -> tuple[Rule, ...]:
    return rules(*" ".join(ids).split())


_FILE: Final = _rules(FILE)
_OBJECT: Final = _rules(OBJECT)
_DOCUMENT: Final = _rules(DOCUMENT, CONTENT, EVIDENCE, ORDERS, LIBRARY_RULES)
_LINKS: Final = _rules(LINKS)
_SERVED: Final = _rules(SERVED)

MANIFEST_RULES: Final = tuple(
    sorted((*_FILE, *_OBJECT, *_DOCUMENT, *_LINKS, *_SERVED), key=lambda rule: rule.id)
)
"""All rules of manifests."""


def check_manifest(
    document: KosDocument,
    *,
    expected: Kind | None = None,
    entry: DocumentEntry | None = None,
    served: Study | None = None,
) -> Verdict:
    """All that is wrong with a document, by itself and against the `entry` and the images `served`, if given.

    It is judged as what it is `expected` to be, or else as what its title says.
    """
    pairs: list[tuple[object, tuple[Rule, ...]]] = [(document, _FILE)]
    if document.root is not None:
        judged = Judged(document=document, root=document.root, expected=expected, entry=entry, served=served)
        pairs.append((judged, _OBJECT if judged.is_something_else else _held(judged)))
    return judge(pairs)


def _held(judged: Judged) -> tuple[Rule, ...]:
    links = _LINKS if judged.entry is not None else ()
    served = _SERVED if judged.served is not None else ()
    return (*_OBJECT, *_DOCUMENT, *links, *served)

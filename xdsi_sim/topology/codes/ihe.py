"""`codes.xml`, the form in which IHE gives the codes of its Connectathons.

`Codes` holds a `CodeType` for each attribute, and that a `Code` for each code. The classScheme tells the
attribute, since two of its names are not those of the framework. The `system` of FHIR is looked at only
where there is no codingScheme.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xdsi_sim.ebrim.xml import Element, line_of, local_name
from xdsi_sim.errors import UsageError
from xdsi_sim.rules.code_sets import CODED, PLAIN, SCHEMES, AllowedCode
from xdsi_sim.topology.checked import did_you_mean
from xdsi_sim.topology.xml_file import read_xml

__all__ = ["read_ihe_codes"]

_NAMES: Final = {
    **{name: name for name in (*CODED, *PLAIN)},
    "folderCodeList": "codeList",
    "associationDocumentation": "documentation",
}
"""Attributes by the name of their CodeType."""


def read_ihe_codes(path: Path) -> Iterator[AllowedCode]:
    """The codes of a file; raises UsageError with the line of what is wrong."""
    root = read_xml(path)
    if local_name(root) != "Codes":
        raise _wrong(path, root, f"the root is {local_name(root)}, Codes is expected")
    for type_ in _children(root, "CodeType"):
        attribute = _attribute(path, type_)
        codes = _children(type_, "Code")
        if not codes:
            raise _wrong(path, type_, f"the CodeType {attribute} holds no Code")
        yield from (_code(path, code, attribute) for code in codes)


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local_name(child) == name]


def _attribute(path: Path, type_: Element) -> str:
    name, scheme = type_.get("name", ""), type_.get("classScheme")
    by_name, by_scheme = _NAMES.get(name), SCHEMES.get(scheme or "")
    if scheme and by_scheme is None:
        raise _wrong(path, type_, f"unknown classScheme '{scheme}'", did_you_mean(scheme, SCHEMES))
    if by_scheme is None and by_name is None:
        raise _wrong(path, type_, f"unknown CodeType '{name}'", did_you_mean(name, _NAMES))
    if by_scheme and by_name and by_scheme != by_name:
        raise _wrong(path, type_, f"the CodeType {name} has the classScheme of {by_scheme}")
    return by_scheme or by_name or name


def _code(path: Path, element: Element, attribute: str) -> AllowedCode:
    code = element.get("code")
    scheme = element.get("codingScheme") or element.get("system")
    if not code:
        raise _wrong(path, element, f"a Code of {attribute} without code")
    if not scheme and attribute not in PLAIN:
        raise _wrong(path, element, f"the Code '{code}' of {attribute} has no codingScheme")
    return AllowedCode(
        attribute=attribute, code=code, codingScheme=scheme or "", display=element.get("display")
    )


def _wrong(path: Path, element: Element, message: str, hint: str | None = None) -> UsageError:
    text = f"{message}." if hint else message
    return UsageError(text, file=str(path), line=line_of(element), hint=hint)

"""The catalogue of `docs/queries.md`, made from the declarations.

`python tests/queries_page.py` prints it, to be put between the marks of the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.messages.stored_queries import STORED_QUERIES, Coding, Param, StoredQuery, Test

__all__ = ["catalogue"]

WRITTEN = {
    Coding.TEXT: "`'text'`",
    Coding.CODE: "`'code^^codingScheme'`",
    Coding.PATIENT: "`'id^^^&OID&ISO'`",
    Coding.UUID: "`'urn:uuid:…'`",
    Coding.URN: "`'urn:…'`",
    Coding.STATUS: "`'urn:…:StatusType:Approved'`",
    Coding.TIME: "`20240212`",
    Coding.LEVEL: "`1` or `2`",
}


def catalogue() -> str:
    """Each query with its parameters, in Markdown."""
    return "\n".join(line for query in STORED_QUERIES.values() for line in section(query))


def section(query: StoredQuery) -> Iterator[str]:
    kinds = dict.fromkeys(step.kind.name for step in query.steps if step.answered)
    yield f"### {query.name}"
    yield ""
    yield (
        f"{query.transaction}, `{query.id}`. Gives {', '.join(kinds)}{'; ' if query.single_patient else '.'}"
        + ("with `LeafClass` of one patient only." if query.single_patient else "")
    )
    yield ""
    yield "| Parameter | Given | Values | Written |"
    yield "|---|---|---|---|"
    for param in query.params:
        yield f"| `{param.name}` | {given(param)} | {values(param)} | {WRITTEN[param.coding]} |"
    yield ""


def given(param: Param) -> str:
    if param.one_of:
        return "exactly one of these" + (", at level 2" if param.level > 1 else "")
    if param.any_of:
        return "at least one of these"
    return "required" if param.required else "optional"


def values(param: Param) -> str:
    words = ["any of a list" if param.many else "one"]
    words += ["repeated for AND"] if param.every else []
    words += ["`%` and `_`"] if param.test is Test.LIKE else []
    return ", ".join(words)


if __name__ == "__main__":
    print(catalogue())  # noqa: T201  that is what it is for

"""JSON Schemas of what people write and programs read, for editors and for tests.

They are made of the models, whose docstrings become descriptions. What is wrong with a file beyond one
value - an actor that is not there, a reference to nothing - is for `loader` to tell.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from xdsi_sim.scenario.language import Fragment, Scenario, Step
from xdsi_sim.scenario.load.report import LoadReport
from xdsi_sim.scenario.reports.as_json import Report
from xdsi_sim.scenario.steps import KINDS
from xdsi_sim.topology.model import Topology

__all__ = ["SCHEMAS", "read_by_programs", "schema_of", "written_by_people"]

_OURS: Final = __name__.partition(".")[0]
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Final = ["string", "number", "boolean"]
"""What YAML may take an unquoted text for."""


class _Plain(GenerateJsonSchema):
    """Without titles that only say the key once more."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  an override
        """Never."""
        return False


class _Written(_Plain):
    """The schema of a file in YAML: a text may look like a number, and keys say what they mean."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Texts need no quotes to be texts here."""
        return {**super().str_schema(schema), "type": _TEXT}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """With what the docstrings of the model say; a step has exactly one of its kinds."""
        made = _described(super().model_schema(schema), schema["cls"])
        if schema["cls"] is Step:
            properties = made["properties"]
            for kind in KINDS.values():  # one that is there, is not null
                properties[kind.key] = properties[kind.key]["anyOf"][0]
            made["oneOf"] = [{"required": [key]} for key in KINDS]
        return made


class _Read(_Plain):
    """The schema of a file that we write."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """With what the docstrings of the class say; every key is there."""
        made = _described(super().dataclass_schema(schema), schema["cls"])
        return {**made, "required": list(made["properties"]), "additionalProperties": False}


def _described(made: JsonSchemaValue, cls: type[Any]) -> JsonSchemaValue:
    documented = docs_of(cls)
    properties = {
        key: {**value, "description": documented[key]} if documented.get(key) else value
        for key, value in made.get("properties", {}).items()
    }
    return {**made, **({"properties": properties} if properties else {})}


def docs_of(cls: type[Any]) -> Mapping[str, str]:
    """The docstrings below the attributes of a class and its bases, by the key that a file has for each."""
    found: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        if each.__module__.startswith(f"{_OURS}."):
            found |= _docs_in(each.__module__).get(each.__qualname__, {})
    fields = cls.model_fields if issubclass(cls, BaseModel) else {}
    aliases = {name: field.alias or name for name, field in fields.items()}
    return {aliases.get(name, name): text for name, text in found.items()}


@cache
def _docs_in(module: str) -> Mapping[str, Mapping[str, str]]:
    """Of all classes of a module, by their names; its source is looked into once."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:  # the sources are not there
        return {}
    return {node.name: dict(_docs_of(node.body)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _docs_of(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for one, other in pairwise(body):
        if (
            isinstance(one, ast.AnnAssign)
            and isinstance(one.target, ast.Name)
            and isinstance(other, ast.Expr)
            and isinstance(other.value, ast.Constant)
            and isinstance(other.value.value, str)
        ):
            yield one.target.id, " ".join(other.value.value.split())


def written_by_people(model: type[BaseModel]) -> Callable[[], JsonSchemaValue]:
    """What makes the schema of a file in YAML."""
    return lambda: model.model_json_schema(by_alias=True, schema_generator=_Written)


def read_by_programs(cls: type[Any]) -> Callable[[], JsonSchemaValue]:
    """What makes the schema of a file that we write."""
    return lambda: TypeAdapter(cls).json_schema(schema_generator=_Read, mode="serialization")


SCHEMAS: Final[Mapping[str, Callable[[], JsonSchemaValue]]] = {
    "scenario": written_by_people(Scenario),
    "topology": written_by_people(Topology),
    "fragment": written_by_people(Fragment),
    "report": read_by_programs(Report),
    "load": read_by_programs(LoadReport),
}
"""What there is a schema of, and what makes it."""


def schema_of(name: str, schemas: Mapping[str, Callable[[], JsonSchemaValue]] = SCHEMAS) -> JsonSchemaValue:
    """The JSON Schema of a scenario, a topology, an included file or a report; raises KeyError."""
    return {"$schema": _DIALECT, **schemas[name](), "title": f"xdsi-sim {name}"}

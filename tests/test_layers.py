"""Who may import whom, and which calls nobody makes: read from the sources, also inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "xdsi_sim"

LAYERS = (
    ("cli", "testing", "__main__"),
    ("inspector", "sut"),
    ("checklist",),
    ("scenario",),
    ("topology",),
    ("server", "client"),
    ("mhd",),
    ("services", "deviations", "dicomweb", "judging"),
    ("actors", "soap", "store"),
    ("fhir",),
    ("rules",),
    ("messages", "dicom"),
    ("ebrim", "tls"),
    ("vocab", "errors", "clock", "content", "exchange", "ids", "limits", "resources", "visible"),
)
ROW = {name: number for number, row in enumerate(LAYERS) for name in row}

# Imports between neighbours of one row that have a reason.
NEIGHBOURS = {
    ("store", "xdsi_sim.actors.ports"): "the store realises the Protocols of the actors",
    ("store", "xdsi_sim.actors.registry_port"): "the same, for the registry",
    ("store", "xdsi_sim.actors.patient_directory"): "the same, for the patients of a registry",
    ("exchange", "xdsi_sim.content"): "a message has a body",
    ("exchange", "xdsi_sim.errors"): "an exchange has findings",
    ("__main__", "xdsi_sim.cli"): "python -m xdsi_sim is the command",
}

# Libraries that only some modules may import: a fence round what is untyped, blocking or replaceable.
FENCED = {
    "spyne": ("xdsi_sim.services",),
    "twisted": ("xdsi_sim.server", "xdsi_sim.client", "xdsi_sim.inspector.web"),
    "treq": ("xdsi_sim.client",),
    "OpenSSL": ("xdsi_sim.tls",),
    "service_identity": ("xdsi_sim.tls",),
    "hl7": ("xdsi_sim.messages.adt",),
    "typer": ("xdsi_sim.cli",),
    "sqlite_utils": ("xdsi_sim.store",),
    "yaml": (),  # its load() runs code, and it knows no columns: ruamel.yaml instead
    "zeep": ("xdsi_sim.client.zeep_mtom",),  # for tests and scripts; too slow for our own calls
    "numpy": ("xdsi_sim.dicom.rendering",),  # an extra brings it
    "PIL": ("xdsi_sim.dicom.rendering",),
    "pytest": ("xdsi_sim.testing.plugin",),  # it is pytest that imports it
    "pynetdicom": ("xdsi_sim.server.dimse",),  # threads of its own; an extra brings it
    "fhir": ("xdsi_sim.fhir.models",),  # large, and imported when a resource comes
    "locust": ("xdsi_sim.scenario.load.swarm",),  # rewires the process; an extra brings it
    "gevent": ("xdsi_sim.scenario.load.swarm",),
    "pickle": (),
    "xml": (),  # lxml, through the hardened reader
}

XML_READER = "xdsi_sim.ebrim.xml"
XML_PARSERS = (
    "XML",
    "XMLParser",
    "XMLPullParser",
    "XMLSchema",
    "fromstring",
    "fromstringlist",
    "iterparse",
    "parse",
)
# A schema reads the files that it imports by itself: one module makes it, of files that ship.
MAY_PARSE = {XML_READER: XML_PARSERS, "xdsi_sim.soap.schema": ("XMLSchema",)}

FORBIDDEN_ARGUMENTS = {
    ("shell", True): "a name in a scenario could run a command",
    ("verify", False): "TLS without a check of the peer",
    ("resolve_entities", True): "a message could read files",
    ("huge_tree", True): "a message could take all memory",
    ("typ", "unsafe"): "a scenario could run code",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
each_module = pytest.mark.parametrize("module", MODULES)


def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of whatever is imported anywhere below."""
    for node in ast.walk(tree):
        yield from imports_of(node)


def imports_of(node: ast.AST) -> Iterator[tuple[int, str]]:
    """`from a import b` counts as `a.b`."""
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def inside(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


def top_of(name: str) -> str:
    """`ebrim` of `xdsi_sim.ebrim.xml`; empty for the package itself."""
    return name.partition(".")[2].partition(".")[0]


def wrong_layers(module: str, tree: ast.AST) -> list[str]:
    """Imports that go up or to a neighbour."""
    own = top_of(module)
    found = []
    for line, name in imports(tree):
        other = top_of(name)
        if not inside(name, "xdsi_sim") or other == own or other not in ROW:
            continue
        allowed = any(own == mine and inside(name, theirs) for mine, theirs in NEIGHBOURS)
        if ROW[own] >= ROW[other] and not allowed:
            found.append(f"line {line}: {own} may not import {name}")
    return found


def wrong_libraries(module: str, tree: ast.AST) -> list[str]:
    """Fenced libraries imported from outside their fence."""
    return [
        f"line {line}: {name} belongs to {' or '.join(FENCED[library]) or 'nobody'}"
        for line, name in imports(tree)
        if (library := name.partition(".")[0]) in FENCED
        and not any(inside(module, home) for home in FENCED[library])
    ]


def reactors_at_import(tree: ast.Module) -> list[int]:
    """Lines outside functions that install the global reactor."""
    return [
        line
        for node in run_at_import(tree)
        for line, name in imports_of(node)
        if inside(name, "twisted.internet.reactor")
    ]


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, but for the bodies of functions."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from run_at_import(child)


def wrong_calls(module: str, tree: ast.AST) -> list[str]:
    """What nobody does, and what only the hardened reader does."""
    parsers = (text for name, text in parsers_in(tree) if name not in MAY_PARSE.get(module, ()))
    return [*parsers, *(text for node in ast.walk(tree) for text in faults_of(node))]


def parsers_in(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Uses of lxml's own readers, whose defaults are not ours: the name, and where it is."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name("etree") | ast.Attribute(attr="etree"), attr=name):
                names = [name]
            case ast.ImportFrom(module="lxml.etree"):
                names = [alias.name for alias in node.names]
            case _:
                continue
        yield from (
            (name, f"line {node.lineno}: {name}, see {XML_READER}") for name in names if name in XML_PARSERS
        )


def faults_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.keyword(arg=str(name), value=ast.Constant(value)) if (name, value) in FORBIDDEN_ARGUMENTS:
            yield f"line {node.lineno}: {name}={value!r}, {FORBIDDEN_ARGUMENTS[name, value]}"
        case ast.ExceptHandler(type=None):
            yield f"line {node.lineno}: bare except, name the error"
        case ast.Call(func=ast.Name("eval" | "exec" as name)):
            yield f"line {node.lineno}: {name}() runs what it is given"


@pytest.mark.parametrize("path", sorted(PACKAGE.iterdir()), ids=lambda path: path.name)
def test_every_top_level_module_has_its_row(path: Path) -> None:
    is_code = path.suffix == ".py" or any(path.rglob("*.py"))
    assert not is_code or path.stem in ROW or path.stem == "__init__", f"{path.stem} is in no row of LAYERS"


@each_module
def test_module_imports_only_from_lower_layers(module: str) -> None:
    assert wrong_layers(module, tree_of(module)) == []


@each_module
def test_library_stays_behind_its_fence(module: str) -> None:
    assert wrong_libraries(module, tree_of(module)) == []


@each_module
def test_no_module_installs_the_global_reactor_at_import(module: str) -> None:
    assert reactors_at_import(tree_of(module)) == []


@each_module
def test_no_forbidden_call(module: str) -> None:
    assert wrong_calls(module, tree_of(module)) == []


@each_module
def test_module_is_neither_long_nor_without_subject(module: str) -> None:
    source = MODULES[module].read_text(encoding="utf-8")
    assert source.count("\n") <= 500
    assert ast.get_docstring(ast.parse(source)), "a module opens with its subject"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("xdsi_sim.ebrim.reader", "import xdsi_sim.actors.registry"),
        ("xdsi_sim.ebrim.reader", "def f():\n    from xdsi_sim.messages import submit"),
        ("xdsi_sim.ebrim.reader", "from xdsi_sim import server"),
        ("xdsi_sim.actors.registry", "from xdsi_sim.soap.envelope import read"),
        ("xdsi_sim.store.registry", "from xdsi_sim.actors.registry import Registry"),
        ("xdsi_sim.server", "import xdsi_sim.client"),
    ],
)
def test_import_upwards_or_sideways_is_found(module: str, source: str) -> None:
    assert len(wrong_layers(module, ast.parse(source))) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("xdsi_sim.store.registry", "from xdsi_sim.actors.ports import RegistryStore"),
        ("xdsi_sim.soap.mtom", "from xdsi_sim.soap.envelope import read"),
        ("xdsi_sim.cli", "from xdsi_sim import __version__, scenario"),
        ("xdsi_sim.ebrim.reader", "import xdsi_simulator.cli"),
    ],
)
def test_import_downwards_is_fine(module: str, source: str) -> None:
    assert wrong_layers(module, ast.parse(source)) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("xdsi_sim.soap.envelope", "def f():\n    import spyne.model"),
        ("xdsi_sim.services_extra", "from spyne import Application"),
        ("xdsi_sim.actors.registry", "from twisted.internet import defer"),
        ("xdsi_sim.inspector.views", "import twisted.web"),
        ("xdsi_sim.client", "import zeep"),
        ("xdsi_sim.scenario.loader", "import yaml"),
        ("xdsi_sim.ebrim.xml", "from xml.etree import ElementTree"),
    ],
)
def test_library_outside_its_fence_is_found(module: str, source: str) -> None:
    assert len(wrong_libraries(module, ast.parse(source))) == 1


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("from twisted.internet import reactor", [1]),
        ("class A:\n    from twisted.internet import reactor", [2]),
        ("try:\n    import twisted.internet.reactor\nfinally:\n    pass", [2]),
        ("def f():\n    from twisted.internet import reactor", []),
        ("from twisted.internet import defer", []),
    ],
)
def test_global_reactor_at_import_is_found(source: str, lines: list[int]) -> None:
    assert reactors_at_import(ast.parse(source)) == lines


@pytest.mark.parametrize(
    "source",
    [
        "etree.fromstring(data)",
        "lxml.etree.parse(path)",
        "parser = etree.XMLParser()",
        "schema = etree.XMLSchema(file=path)",
        "from lxml.etree import iterparse",
        "YAML(typ='unsafe')",
        "run(line, shell=True)",
        "get(url, verify=False)",
        "try:\n    f()\nexcept:\n    pass",
        "eval(text)",
    ],
)
def test_forbidden_call_is_found(source: str) -> None:
    assert len(wrong_calls("xdsi_sim.scenario.loader", ast.parse(source))) == 1


def test_hardened_reader_alone_may_make_a_parser() -> None:
    assert wrong_calls(XML_READER, ast.parse("etree.XMLParser()")) == []


@pytest.mark.parametrize(("call", "wrong"), [("etree.XMLSchema(tree)", 0), ("etree.XMLParser()", 1)])
def test_one_module_makes_schemas_and_no_parser(call: str, wrong: int) -> None:
    assert len(wrong_calls("xdsi_sim.soap.schema", ast.parse(call))) == wrong

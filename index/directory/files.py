"""Reads the directory's YAML files; every fault is told with file, line and reason."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from index.errors import DirectoryFault

_SCHEMA = Path(__file__).with_name("schema.yml")
_KINDS = ("organizations", "municipalities", "helplines", "statutory", "routes")


class _Dates(yaml.SafeLoader):
    """Leaves dates as the text that the editor wrote."""


_Dates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_file(path: Path, kind: str, faults: list[str]) -> Any:
    """The file's content, or None with its faults added to `faults`."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = yaml.compose(text, Loader=_Dates)
        content = yaml.load(text, Loader=_Dates)  # a SafeLoader subclass
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        faults.append(f"{path.name}:{mark.line + 1 if mark else 1}: {getattr(fault, 'problem', None) or 'no YAML'}")
        return None
    wrong = sorted(_validator(kind).iter_errors(content), key=lambda fault: list(map(str, fault.absolute_path)))
    for error in wrong:
        where = ".".join(map(str, error.absolute_path)) or "file"
        faults.append(f"{path.name}:{_line(tree, list(error.absolute_path))}: {where}: {error.message[:200]}")
    return None if wrong else content


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = yaml.safe_load(_SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator({"$defs": schema["$defs"], **schema["files"][kind]})


def _line(node: yaml.Node | None, path: list[Any]) -> int:
    """The line on which the value at `path` begins."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        else:
            found = None
        if found is None:
            break
        node = found
    return node.start_mark.line + 1 if node is not None else 1


def read_folder(folder: Path) -> dict[str, list[tuple[str, Any]]]:
    """Every file of a directory folder by kind, as (file name, content) pairs.

    Raises DirectoryFault with all faults of all files at once.
    """
    faults: list[str] = []
    found: dict[str, list[tuple[str, Any]]] = {kind: [] for kind in _KINDS}
    for path in sorted((folder / "organizations").glob("*.yml")):
        content = read_file(path, "organizations", faults)
        if content is not None:
            if content["id"] != path.stem:
                faults.append(f"{path.name}:1: id: must be the file's name, {path.stem}")
            found["organizations"].append((path.name, content))
    for kind in _KINDS[1:]:
        path = folder / f"{kind}.yml"
        if path.exists():
            content = read_file(path, kind, faults)
            found[kind] = [(path.name, item) for item in content or []]
    if faults:
        raise DirectoryFault(faults)
    return found

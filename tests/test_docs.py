"""What the documentation says must be there: variables, commands, files; and what no file may say."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.directory.files import read_file
from webhook.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCS = [README, ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = ("nlu", "index", "bot", "webhook", "tests")
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# `PYTHONDONTWRITEBYTECODE` is taken away (pop) and others are set: neither is reading.
READING = {"get", "setdefault", "getenv"}
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"\.?[\w*<>-]+(/[\w.*<>-]+)*/?|[\w-]+\.\w+")
ENDINGS = (".py", ".yml", ".md", ".toml", ".txt", ".png", ".json", ".sh")
# Built, or to be made by who adds the language `xx`.
NOT_HERE = ("var/", ".venv/", "nlu/data/xx/")
# Written in pieces, so that this file does not hold them either.
REGISTRIES = [".".join(pieces) for pieces in (
    ("pypi", "org"), ("python" + "hosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
    ("download", "pytorch", "org"), ("anaconda", "org"), ("ghcr", "io"), ("docker", "io"),
)]  # fmt: skip
MACHINE = re.compile(r"(?<![\w.:/<>-])/(?:work|tmp|root|home|opt|Users)/|file" + "://")


def tracked() -> Iterator[tuple[str, str]]:
    """Each file that git holds, or would, with its text."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in content:
            yield name, content.decode("utf-8")


def _reads(call: ast.Call) -> bool:
    """`os.environ.get("X")`, `os.getenv("X")`, `setting.get("X")` of a copy, `_setting("X", …)` of the settings."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "_setting"
    if not isinstance(function, ast.Attribute) or function.attr not in READING:
        return False
    return ast.unparse(function.value) in ("os", "os.environ", "setting")


def variables_that_code_reads() -> set[str]:
    found = set()
    for path in (p for name in CODE for p in sorted((ROOT / name).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named: ast.expr | None = None
            if isinstance(node, ast.Call) and node.args and _reads(node):
                named = node.args[0]
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                named = node.slice if ast.unparse(node.value) == "os.environ" else None
            if isinstance(named, ast.Constant) and VARIABLE.fullmatch(str(named.value)):
                found.add(str(named.value))
    return found


def table_of_variables() -> dict[str, str]:
    """Name and default of each row of the README's table."""
    section = README.read_text(encoding="utf-8").split("## Environment variables")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, re.MULTILINE))


def test_the_readme_lists_every_environment_variable_and_no_other() -> None:
    assert set(table_of_variables()) == variables_that_code_reads()


def test_the_readme_gives_the_defaults_of_the_settings() -> None:
    table = table_of_variables()
    for name, field in Settings.__dataclass_fields__.items():
        if field.default not in (None, ()):
            assert table[field.metadata["variable"]] == str(field.default), name


def test_the_readme_names_every_make_target() -> None:
    text = README.read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets
    assert [target for target in targets if not re.search(rf"\bmake {target}\b", text)] == []


def files_that_are_named(path: Path) -> Iterator[tuple[Path, str]]:
    """Names in code marks, from the repository's root; targets of links and pictures, from the document's folder."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    for name in re.findall(r"`([^`\n]+)`", text):
        looks_so = FILE_NAME.fullmatch(name) and ("/" in name or name.endswith(ENDINGS))
        if looks_so and not name.startswith(NOT_HERE):
            yield ROOT, re.sub(r"<\w+>", "*", name)
    for target in re.findall(r"\]\(([^)#]+)", text) + re.findall(r'src="([^"]+)"', text):
        if "://" not in target:
            yield path.parent, target


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(path: Path) -> None:
    missing = [name for folder, name in files_that_are_named(path) if not list(folder.glob(name.rstrip("/")))]
    assert missing == []


def test_the_example_of_a_record_is_one(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
    record = re.search(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert record
    path = tmp_path / "pavyzdys.yml"
    path.write_text(record[1], encoding="utf-8")
    faults: list[str] = []
    read_file(path, "organizations", faults)
    assert faults == []


def test_no_file_names_a_package_registry_or_a_path_of_somebodys_machine() -> None:
    found = []
    for name, text in tracked():
        found += [f"{name}: {host}" for host in REGISTRIES if host in text]
        found += [f"{name}: {text[match.start() : match.end() + 20]!r}" for match in MACHINE.finditer(text)]
    assert found == []

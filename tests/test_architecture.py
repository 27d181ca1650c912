"""The structure that design asks for, read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("nlu", "index", "bot", "webhook")
# One framework, one door: where each of them may be imported.
DOORS = {
    "sentence_transformers": ("nlu/encoder/",),
    "onnxruntime": ("nlu/encoder/",),
    "rasa": ("nlu/components/", "bot/dialogue/"),
    "rasa_sdk": ("bot/actions/", "bot/dialogue/"),
    "faiss": ("index/vectors.py",),
    "flask": ("webhook/",),
    "sqlalchemy": ("index/directory/", "webhook/storage/"),
}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50


def modules() -> list[Path]:
    return [p for name in PACKAGES for p in sorted((ROOT / name).rglob("*.py")) if "migrations/versions" not in str(p)]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_package_imports_only_from_those_on_its_left(path: Path) -> None:
    own = PACKAGES.index(path.relative_to(ROOT).parts[0])
    right = set(PACKAGES[own + 1 :])
    assert not [name for name in imports(path) if name.split(".")[0] in right]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_each_framework_has_one_door(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name in imports(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or place.startswith(doors), f"{place} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_package_of_tests_shadows_the_product() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_each_language_has_the_same_files() -> None:
    names = [{p.name for p in (ROOT / "nlu" / "data" / language).iterdir()} for language in ("lt", "pl", "en")]
    assert names[0] == names[1] == names[2]


def test_no_telephone_number_stands_in_code() -> None:
    """Numbers come from the directory's files alone."""
    import re

    number = re.compile(r"\+370[ \d]{6,}|\b0 800 \d|\b116 ?\d{3}\b")
    for path in [*modules(), *(ROOT / "bot").rglob("*.yml"), *(ROOT / "nlu" / "data").rglob("*.yml")]:
        assert not number.search(path.read_text(encoding="utf-8")), path

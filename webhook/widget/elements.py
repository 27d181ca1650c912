"""Tells a rendered template as nested lists, so that a script can build it without ever reading HTML.

An element is `[tag, {attribute: value}, child…]`, a child an element or a text. One template serves the page without
JavaScript and the widget on foreign pages, where a strict policy may forbid a script to insert HTML.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

Element = list[Any]
_ALONE = frozenset({"br", "hr", "img", "input", "link", "meta", "path"})
_BLANKS = re.compile(r"\s+")


def elements_of(html: str) -> list[Element | str]:
    """The elements at the top of a fragment of well-formed HTML. Blanks between lines become one, as browsers show."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return list(reader.top[2:])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top: Element = ["", {}]
        self._open: list[Element] = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element: Element = [tag, {name: value or "" for name, value in attrs}]
        self._open[-1].append(element)
        if tag not in _ALONE:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in _ALONE:
            return
        closed = self._open.pop()
        if closed[0] != tag:
            raise ValueError(f"{closed[0]} is closed by {tag}")

    def handle_data(self, data: str) -> None:
        # In bubbles line ends are shown; templates hold them only between elements.
        text = " " if not data.strip() else data
        if text != " " or self._open[-1][2:]:
            self._open[-1].append(text)

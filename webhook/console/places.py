"""Addresses that a person may be led back to: pages of the console, and never anywhere else."""

from __future__ import annotations

import re

from flask import request, url_for

START = "/staff/"
# A path of the console and what follows it; no second slash, backslash or control character that a browser would
# read as the beginning of another site.
_OURS = re.compile(r"/staff(?:/(?![/\\])[^\\\x00-\x20\x7f]*)?(?:\?[^\\\x00-\x20\x7f]*)?")
_LAST_PAGE = 100_000
# Where nobody wants to come back to.
_DOORS = ("/staff/sign-", "/staff/second-factor", "/staff/enrol", "/staff/language")


def is_ours(text: str) -> bool:
    """Whether it is an address of the console, and of no other site."""
    return _OURS.fullmatch(text) is not None


def safe_place(text: str | None) -> str:
    """The address if it is a page of the console that can be come back to, else its first page."""
    return text if text and is_ours(text) and not text.startswith(_DOORS) else START


def page_number() -> int:
    """Which page of a list is asked for; the first where the address says nothing that a list could have."""
    return min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)


def current_place() -> str:
    """The page that is being asked for, with its query; for a form, the console's first page."""
    if request.method != "GET":
        return START
    return safe_place(request.full_path.rstrip("?") if request.query_string else request.path)


def page_address() -> str:
    """Where the page that is being shown is found again, in another language say."""
    if request.path.startswith(_DOORS) and request.method != "GET":
        return request.path
    return request.full_path.rstrip("?") if request.method == "GET" else START


def sign_in_address(place: str, ended: bool) -> str:
    """Where to sign in, coming back to a place afterwards; `ended` where a session had run out."""
    return url_for("signing.sign_in", next=place, ended="1" if ended else None)

"""Passwords: which ones are accepted, and how they are kept (Argon2id)."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
_FEWEST_SIGNS = 5
_COMMONEST = Path(__file__).with_name("commonest_passwords.txt")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
# What people write in place of letters.
_DISGUISES = str.maketrans("0134578@$!", "oieastbasi")

_hasher = PasswordHasher()
# Each hash takes 64 MB for a moment: strangers must not make a small server hold eight of them.
_at_once = threading.BoundedSemaphore(2)


def password_fault(password: str, name: str) -> str | None:
    """Why a password is not accepted: `short`, `long`, `name`, `common`; None when it is."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    bare, person = _bare(password), _bare(name)
    if name.casefold() in password.casefold() or (person and bare == person):
        return "name"
    return "common" if _is_common(password.casefold(), bare) else None


def hash_password(password: str) -> str:
    """To be kept: Argon2id with its parameters and salt."""
    with _at_once:
        return _hasher.hash(_composed(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is the password. Without a hash the same work is done for nothing, so that time tells nothing."""
    try:
        with _at_once:
            _hasher.verify(password_hash or _nobodys_hash(), _composed(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("")


def _is_common(password: str, bare: str) -> bool:
    if len(set(password)) < _FEWEST_SIGNS:
        return True
    words = _common_words()
    # `password2026`, `P@ssw0rd!!`, `passwordpassword`, `123456789012`
    return any(bare == word * times or password == word for word in words for times in (1, 2, 3))


@cache
def _common_words() -> frozenset[str]:
    return frozenset(_COMMONEST.read_text(encoding="utf-8").split())


def _bare(text: str) -> str:
    """Letters alone: without accents, digits, signs, and disguises such as `p4ssw0rd`."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    ends = plain.strip("0123456789!@#$%^&*().,_-+=? ")
    return _NOT_LETTERS.sub("", ends.translate(_DISGUISES))


def _composed(password: str) -> str:
    """The same letters from every keyboard."""
    return unicodedata.normalize("NFKC", password)

"""The pages of the console, as blueprints."""

from __future__ import annotations

from flask import Blueprint

from webhook.console import (
    accounts,
    audit,
    basket,
    confirming,
    correcting,
    detail,
    editing,
    enrolling,
    history,
    invitations,
    lookup,
    own,
    queue,
    signing,
    use,
)

CONSOLE: tuple[Blueprint, ...] = tuple(
    pages.door
    for pages in (
        signing, enrolling, own, lookup, basket, detail, editing, correcting, history, queue, invitations, confirming,
        use, accounts, audit,
    )
)  # fmt: skip

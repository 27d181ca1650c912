"""All pages for residents, for the application to register."""

from __future__ import annotations

from webhook.widget import demo, exit, needs, notices, page, poster, script, sheets

PAGES = (
    page.page, script.door, exit.door, needs.door, sheets.door, notices.door, poster.door, demo.door,
)  # fmt: skip

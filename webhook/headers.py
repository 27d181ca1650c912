"""Headers that keep pages and answers safe, and those that let chosen sites call the API."""

from __future__ import annotations

from flask import Flask, Response, request

from webhook.settings import Settings

_POLICY = (
    "default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
    "require-trusted-types-for 'script'",
)  # fmt: skip
_API = ("/api/v1/", "/webhooks/rest/")
_DAY = "86400"
# Half a year: long enough to matter, short enough to give https up again.
_SECURE = "max-age=15552000"


def protect(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of an application."""
    sites = frozenset(site.rstrip("/") for site in settings.cors_sites)
    framing = " ".join(("frame-ancestors 'self'", *settings.frame_sites))
    policy = "; ".join((*_POLICY, framing))

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", _SECURE)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if sites and request.path.startswith(_API):
            _allow_site(response, sites)
        return response


def _allow_site(response: Response, sites: frozenset[str]) -> None:
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin not in sites:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = _DAY

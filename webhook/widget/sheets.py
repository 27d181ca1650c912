"""What people do with cards: print them as a hand-out, see more like one, tell us that it helped or is wrong.

What only leads somewhere is a link: other sites' pages may forbid forms that leave them.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from index.needs.taxonomy import read_taxonomy
from index.records import Language, Service
from webhook.api.reports import count_told
from webhook.parts import now, parts
from webhook.refusals import Refusal
from webhook.widget.codes import public_address, qr_code
from webhook.widget.frame import Pages, page_language, show
from webhook.widget.keys import ids_by_key
from webhook.widget.rendering import spoken_date
from webhook.widget.texts import texts

door = Pages("sheets", __name__)
_SEE_OTHER = 303
_MOST_CARDS = 10


@door.get("/cards/<keys>")
def read(keys: str) -> str:
    """The hand-out: one institution a block, and a code that opens the same sheet elsewhere."""
    language, index, known = page_language(), parts().index(), _known(keys.split("."))
    cards = [index.card(service_id, language) for service_id in known.values()]
    if not any(cards):
        raise Refusal("not_found")
    return show(
        "sheet.html", language,
        cards=[card.as_json() for card in cards if card],
        code=qr_code(public_address(_address(known, language)), texts(language)["sheet_code"]),
        today=spoken_date(now().date().isoformat(), language),
    )  # fmt: skip


@door.get("/like/<key>")
def like(key: str) -> Response:
    """Lead to the page of the need that the service answers best, in the place of the service."""
    directory = parts().directory()
    record = directory.record(next(iter(_known([key]).values())))
    if record is None or not record.needs:
        raise Refusal("not_found")
    number = read_taxonomy().needs[record.needs[0]].number
    owner = directory.organizations[record.organization_id] if isinstance(record, Service) else None
    place = directory.municipality(owner.municipality) if owner else None
    return _see(url_for("needs.show", number=number, place=place.id if place else None, lang=page_language()))


@door.post("/told")
def tell() -> Response:
    """Count that a card helped, did not, or is wrong."""
    # What is counted here nobody else's page may send. The other two forms change nothing.
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("forbidden")
    count_told(request.form.get("service", ""), request.form.get("kind", ""))
    return _see(url_for("sheets.thank", lang=page_language()))


@door.get("/told")
def thank() -> str:
    """Thanks, and the way back."""
    return show("told.html", page_language())


def _known(keys: Iterable[str]) -> dict[str, str]:
    """The ids behind those keys that are known, each once. Raises Refusal when there are none."""
    ids = ids_by_key(parts().directory())
    known = [key for key in dict.fromkeys(keys) if key in ids]
    if not known:
        raise Refusal("not_found")
    return {key: ids[key] for key in known[:_MOST_CARDS]}


def _address(keys: Iterable[str], language: Language) -> str:
    return url_for("sheets.read", keys=".".join(keys), lang=language)


def _see(address: str) -> Response:
    return redirect(address, _SEE_OTHER)

"""`search`: ask the index from the terminal."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add_to(commands: Any) -> None:
    search = commands.add_parser("search", help="ask the index")
    search.add_argument("text")
    search.add_argument("--language", choices=["lt", "pl", "en"], default="lt")
    search.add_argument("--municipality")
    search.add_argument("--limit", type=int, default=5)
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from index.query import Query, SearchResult
    from index.search import ServiceIndex
    from nlu.places import Gazetteer

    place = None
    if args.municipality:
        place = Gazetteer.load().resolve(args.municipality)
        if place is None:
            print(f"{args.municipality} is no municipality", file=sys.stderr)
            return 1
    result: SearchResult = ServiceIndex.open().search(Query(args.text, args.language, place, limit=args.limit))
    if args.json:
        shown = {
            "match": result.match,
            "municipality": result.municipality,
            "needs": result.needs,
            "total": result.total,
        }
        print(json.dumps({**shown, "results": [card.as_json() for card in result.cards]}, ensure_ascii=False, indent=1))
        return 0
    print(f"match: {result.match}  place: {result.municipality}  needs: {', '.join(result.needs)}  {result.took_ms} ms")
    for card in result.cards:
        numbers = ", ".join(f"{phone.number} ({phone.via})" for phone in card.phones) or card.email or card.website
        print(f"{card.score:6.3f}  {card.service_id}\n        {card.organization} · {card.service}\n        {numbers}")
    return 0

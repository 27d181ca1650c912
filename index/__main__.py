"""`python -m index build | search "…" | check | learn | words`: the directory and its index by hand."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime

from index.errors import DirectoryFault, FinderFault
from index.hours import VILNIUS
from nlu.errors import NluError

_OK, _FAULT = 0, 1


def main(arguments: list[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except DirectoryFault as fault:
        print(f"The directory's files have {len(fault.faults)} faults:", file=sys.stderr)
        print("\n".join(f"  {line}" for line in fault.faults), file=sys.stderr)
    except (FinderFault, NluError) as fault:
        print(str(fault), file=sys.stderr)
    return _FAULT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description=__doc__)
    commands = parser.add_subparsers(required=True)
    build = commands.add_parser("build", help="import the starter directory and build the index")
    build.set_defaults(run=_build)
    search = commands.add_parser("search", help="ask the index")
    search.add_argument("text")
    search.add_argument("--language", choices=["lt", "pl", "en"], default="lt")
    search.add_argument("--municipality")
    search.add_argument("--limit", type=int, default=5)
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=_search)
    learn = commands.add_parser("learn", help="learn the weights of ranking from the golden questions")
    learn.set_defaults(run=_learn)
    words = commands.add_parser("words", help="write the words by which short messages show their language")
    words.set_defaults(run=_words)
    check = commands.add_parser("check", help="look for records that must not be shown as they are")
    check.set_defaults(run=_check)
    return parser


def _build(_: argparse.Namespace) -> int:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from index.building import build_index, index_folder
    from index.directory.database import open_database
    from index.directory.importing import import_directory
    from index.directory.starter import ALL, read_starter
    from index.directory.storing import read_directory
    from index.everyday import learn_danger
    from index.needs.taxonomy import read_taxonomy
    from nlu.encoder import open_encoder

    engine = open_database()
    report = import_directory(engine, read_starter(scope=os.environ.get("KELRODIS_STARTER", ALL)))
    print(
        f"    directory: {report.written} written, {report.unchanged} unchanged, "
        f"{report.kept} kept as staff edited them, {report.removed} removed"
    )
    columns = (TextColumn("    index"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("index", total=None)
        folder = build_index(
            read_directory(engine), open_encoder(), lambda done, of: bar.update(task, completed=done, total=of)
        )
    learn_danger(read_taxonomy(), open_encoder(), index_folder())
    print(f"    index {folder.name} is in use")
    return _OK


def _search(args: argparse.Namespace) -> int:
    from index.query import Query
    from index.search import ServiceIndex
    from nlu.places import Gazetteer

    place = None
    if args.municipality:
        place = Gazetteer.load().resolve(args.municipality)
        if place is None:
            print(f"{args.municipality} is no municipality", file=sys.stderr)
            return _FAULT
    result = ServiceIndex.open().search(Query(args.text, args.language, place, limit=args.limit))
    if args.json:
        shown = {
            "match": result.match,
            "municipality": result.municipality,
            "needs": result.needs,
            "total": result.total,
        }
        print(json.dumps({**shown, "results": [card.as_json() for card in result.cards]}, ensure_ascii=False, indent=1))
        return _OK
    print(f"match: {result.match}  place: {result.municipality}  needs: {', '.join(result.needs)}  {result.took_ms} ms")
    for card in result.cards:
        numbers = ", ".join(f"{phone.number} ({phone.via})" for phone in card.phones) or card.email or card.website
        print(f"{card.score:6.3f}  {card.service_id}\n        {card.organization} · {card.service}\n        {numbers}")
    return _OK


def _learn(_: argparse.Namespace) -> int:
    from index.evaluation.golden import golden_questions
    from index.learning import learn, lessons, write_weights
    from index.search import ServiceIndex

    learned = learn(lessons(ServiceIndex.open(), list(golden_questions())))
    write_weights(learned.weights)
    for name, value in learned.weights.items():
        print(f"{name:16} {value:7.3f}")
    print(
        f"on questions that were left out: first {learned.first:.3f}, in three {learned.three:.3f}, "
        f"refused {learned.refused:.3f}, others answered {learned.answered_others:.3f}"
    )
    return _OK


def _words(_: argparse.Namespace) -> int:
    from index.needs.taxonomy import read_taxonomy
    from index.vocabulary import write_common_words

    for language, count in write_common_words(read_taxonomy()).items():
        print(f"{language}: {count} words")
    return _OK


def _check(_: argparse.Namespace) -> int:
    from index.checking import faults
    from index.directory.database import open_database
    from index.directory.storing import read_directory
    from index.needs.taxonomy import read_taxonomy

    directory = read_directory(open_database())
    found = list(faults(directory, read_taxonomy()))
    for fault in found:
        print(fault, file=sys.stderr)
    shown = sum(1 for _ in directory.shown_services())
    print(f"{shown} services are shown; {len(found)} faults; checked {datetime.now(VILNIUS):%Y-%m-%d %H:%M}")
    return _FAULT if found else _OK


if __name__ == "__main__":
    sys.exit(main())

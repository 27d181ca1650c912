"""`python -m bot train | parse | chat`: the dialogue by hand."""

from __future__ import annotations

import argparse
import json
import secrets
import sys

from bot.errors import BotError
from index.errors import FinderFault
from nlu.errors import NluError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("train", help="train the dialogue model when something has changed").set_defaults(run=_train)
    for name, run, text in (
        ("parse", _parse, "read one message a line, print one JSON object a line"),
        ("chat", _chat, "hold a conversation in the terminal"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--language", choices=["lt", "pl", "en"], help="the conversation's language")
        command.set_defaults(run=run)
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except (BotError, FinderFault, NluError) as fault:
        print(str(fault), file=sys.stderr)
        return 1


def _train(_: argparse.Namespace) -> int:
    from bot.dialogue.quiet import silence_rasa, silence_structlog

    silence_rasa()
    silence_structlog()
    from bot.dialogue.model import train

    print("    dialogue: trained" if train() else "    dialogue: unchanged")
    return 0


def _parse(args: argparse.Namespace) -> int:
    from bot.dialogue.model import ACTS, current_model
    from index.search import ServiceIndex
    from nlu.acts import ActClassifier, contract_name
    from nlu.encoder import open_encoder
    from nlu.understanding import Understanding

    acts, index = ActClassifier.load(current_model() / ACTS), ServiceIndex.open()
    understanding = Understanding(open_encoder(), acts, index.is_everyday)
    for line in sys.stdin:
        reading = understanding.read(line.rstrip("\n"))
        unsure = reading.heard.language == "unknown" and args.language
        found = {
            "text": line.rstrip("\n"),
            "language": args.language if unsure else reading.heard.language,
            "act": contract_name(reading.act.name),
            "act_confidence": round(reading.act.confidence, 4),
            "place": reading.place,
            "crisis": {"level": reading.crisis.level, "topic": reading.crisis.topic},
        }
        print(json.dumps(found, ensure_ascii=False), flush=True)
    return 0


def _chat(args: argparse.Namespace) -> int:
    from bot.assistant import Assistant
    from bot.message import Message
    from index.search import ServiceIndex

    assistant = Assistant.start(ServiceIndex.open())
    sender = secrets.token_hex(16)
    print("Rašykite · proszę pisać · write; Ctrl-D ends.", flush=True)
    for line in sys.stdin:
        reply = assistant.reply(Message(sender, line.rstrip("\n"), "terminal", args.language))
        for helpline in reply.crisis.helplines:
            print(f"  !! {helpline.number}  {helpline.name}")
        for part in reply.parts:
            print(f"[{part.language}] {part.text}")
            for card in part.services:
                numbers = ", ".join(f"{phone.number} ({phone.label})" for phone in card.phones)
                print(
                    f"  * {card.service} — {card.organization}\n    {card.why}\n    {card.who}\n"
                    f"    {numbers or card.email or card.website}"
                )
            if part.buttons:
                print("    " + " ".join(f"[{button.title}]" for button in part.buttons))
    assistant.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Where the trained dialogue model lies, and how it is trained and switched in."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from pathlib import Path

from bot.errors import ModelMissing
from nlu.settings import DATA, PROJECT, var_folder

LANGUAGES = ("lt", "pl", "en")
MODEL, ACTS = "model.tar.gz", "acts.npz"
_BOT = PROJECT / "bot"


def training_files() -> list[str]:
    """What Rasa learns from: acts in three languages, rules."""
    acts = [str(DATA / language / "acts.yml") for language in LANGUAGES]
    return [*acts, str(_BOT / "rules")]


def dialogue_folder() -> Path:
    return var_folder() / "dialogue"


def current_model() -> Path:
    """The folder of the model in use. Raises ModelMissing."""
    try:
        name = (dialogue_folder() / "current").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ModelMissing("The dialogue model is not trained yet: run `make setup`.") from None
    return dialogue_folder() / name


def fingerprint() -> str:
    """Changes with the encoder, any training data, or any code that the pipeline runs."""
    from nlu.encoder import open_encoder

    digest = hashlib.sha256(open_encoder().fingerprint.encode())
    watched = [PROJECT / "config.yml", *DATA.rglob("*.yml"), *(PROJECT / "nlu").rglob("*.py")]
    watched += [*(_BOT / "domain").rglob("*.yml"), *(_BOT / "rules").rglob("*.yml")]
    for path in sorted(watched):
        digest.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def train() -> bool:
    """Trains when anything has changed since; True when it did."""
    name = fingerprint()
    target = dialogue_folder() / name
    if not (target / ACTS).exists():
        _train_into(target)
    elif (dialogue_folder() / "current").exists() and current_model() == target:
        return False
    pointer = dialogue_folder() / f"current.{os.getpid()}"
    pointer.write_text(name, encoding="utf-8")
    pointer.replace(dialogue_folder() / "current")
    for folder in dialogue_folder().iterdir():
        if folder.is_dir() and folder.name not in (name, "cache"):
            shutil.rmtree(folder, ignore_errors=True)
    return True


def _train_into(target: Path) -> None:
    # Rasa reads this when it is imported; its cache must lie with everything else that is built.
    os.environ["RASA_CACHE_DIRECTORY"] = str(dialogue_folder() / "cache")
    from rasa.model_training import train as rasa_train

    beside = target.with_name(target.name + ".building")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    result = rasa_train(
        domain=str(_BOT / "domain"), config=str(PROJECT / "config.yml"), training_files=training_files(),
        output=str(beside), fixed_model_name="model",
    )  # fmt: skip
    if result.code != 0 or not result.model:
        raise ModelMissing("Rasa could not train the dialogue model; its own output says why.")
    _take_acts_out(Path(result.model), beside)
    shutil.rmtree(target, ignore_errors=True)
    beside.rename(target)


def _take_acts_out(model: Path, folder: Path) -> None:
    """The act classifier also serves while Rasa does not, so it is kept beside the model."""
    with tarfile.open(model) as archive:
        member = next(m for m in archive.getmembers() if m.name.endswith(f"/{ACTS}"))
        file = archive.extractfile(member)
        assert file is not None  # a regular file, written by the act reader
        (folder / ACTS).write_bytes(file.read())

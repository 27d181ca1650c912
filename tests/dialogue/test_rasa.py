"""Rasa's own commands on the trained model: stories, and training again when the encoder changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.dialogue import model
from nlu.settings import PROJECT

pytestmark = pytest.mark.dialogue


def rasa(*arguments: str, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    setting = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-W", "ignore", "-m", "rasa", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=setting, timeout=280, check=False)


def test_every_story_is_predicted_by_rasa_itself(tmp_path: Path) -> None:
    done = rasa(
        "test", "core", "--stories", str(PROJECT / "tests" / "dialogue"), "--model", str(model.current_model() / model.MODEL),
        "--fail-on-prediction-errors", "--out", str(tmp_path), "--no-plot",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_rasas_own_validation_finds_nothing_wrong() -> None:
    done = rasa(
        "data", "validate", "--fail-on-warnings", "--domain", str(PROJECT / "bot" / "domain"), "--config", str(PROJECT / "config.yml"),
        "--data", *model.training_files(),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_a_changed_encoder_or_changed_data_trains_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from nlu.components.act_reader import ActReader

    class Another:
        fingerprint = "another-encoder"

    before, component = model.fingerprint(), ActReader.fingerprint_addon({})
    monkeypatch.setattr("nlu.encoder.open_encoder", lambda *_: Another())
    monkeypatch.setattr("nlu.components.act_reader.open_encoder", lambda *_: Another())
    assert model.fingerprint() != before
    assert ActReader.fingerprint_addon({}) != component


def test_training_is_skipped_when_nothing_has_changed() -> None:
    assert model.current_model().name == model.fingerprint(), "the model in use is not the one of this code and data"
    assert model.train() is False

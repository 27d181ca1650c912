"""Exports a sentence-transformers folder to ONNX, checks it against torch, and makes it small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoder import Vectors
from nlu.encoder.smoothing import smooth
from nlu.errors import EncoderUnavailable

CALIBRATION = Path(__file__).with_name("calibration.txt")
FULL, SMALL = "onnx/model.onnx", "onnx/model_small.onnx"
# A faithful export agrees to rounding; a wrong mask or pooling shows as 0.98.
EXPORT_AGREEMENT = 0.9995
# Eight-bit weights cost a little; below this the small model is not used.
SMALL_AGREEMENT = 0.98
SAMPLES = (
    "kur gauti krizių prieglobstį Vilniuje?",
    "gdzie znajdę pomoc dla rodziny",
    "my husband drinks and I am afraid to go home",
    "мама не может сама одеться",
    "pašalpa",
    "I have three small children, no job, and my landlord wants us to leave by the end of the month.",
)


def export(folder: Path, quantise: bool = True) -> dict[str, float]:
    """Writes the ONNX files into `folder`; gives the cosine to torch of each.

    Raises EncoderUnavailable when the export does not agree with torch.
    """
    from sentence_transformers import SentenceTransformer

    (folder / "onnx").mkdir(exist_ok=True)
    model = SentenceTransformer(str(folder), device="cpu")
    network, tokenizer = model[0].auto_model.eval(), model[0].tokenizer
    network.config._attn_implementation = "eager"
    truth = model.encode(list(SAMPLES), normalize_embeddings=True)
    _write(network, tokenizer, folder / FULL)
    agreement = {"full": _agreement(folder, FULL, tokenizer, truth)}
    if agreement["full"] < EXPORT_AGREEMENT:
        raise EncoderUnavailable(f"the ONNX export agrees with torch to {agreement['full']:.4f} only")
    if quantise:
        smooth(network, tokenizer, [f"query: {text}" for text in (*SAMPLES, *_things_people_say())])
        _make_small(network, tokenizer, folder)
        agreement["small"] = _agreement(folder, SMALL, tokenizer, truth)
        # The loser is several hundred megabytes that nobody would read again.
        (folder / (FULL if agreement["small"] >= SMALL_AGREEMENT else SMALL)).unlink()
    return agreement


def _write(network: Any, tokenizer: Any, target: Path) -> None:
    import torch

    batch = tokenizer(list(SAMPLES[:2]), padding=True, return_tensors="pt")
    torch.onnx.export(
        _pooled(network), (batch["input_ids"], batch["attention_mask"]), str(target),
        input_names=["input_ids", "attention_mask"], output_names=["sentence_embedding"], opset_version=17,
        dynamic_axes={"input_ids": {0: "b", 1: "t"}, "attention_mask": {0: "b", 1: "t"}}, dynamo=False,
    )  # fmt: skip


def _things_people_say() -> list[str]:
    lines = CALIBRATION.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _pooled(network: Any) -> Any:
    import torch

    class Pooled(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states = self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    return Pooled().eval()


def _make_small(network: Any, tokenizer: Any, folder: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    smoothed = folder / "onnx" / "smoothed.onnx"
    _write(network, tokenizer, smoothed)
    quantize_dynamic(
        smoothed, folder / SMALL, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
    )  # fmt: skip
    smoothed.unlink()


def _agreement(folder: Path, name: str, tokenizer: Any, truth: Vectors) -> float:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])
    batch = tokenizer(list(SAMPLES), padding=True, return_tensors="np")
    feeds = {key: batch[key].astype(np.int64) for key in ("input_ids", "attention_mask")}
    vectors = session.run(None, feeds)[0]
    return float((vectors * truth).sum(1).min())

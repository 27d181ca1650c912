"""Writes the weights out as a standard sentence-transformers folder and checks known vectors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from nlu.encoder.weights import Tensor, Weights
from nlu.errors import EncoderSourceDamaged

PROMPTS = {"query": "query: ", "passage": "passage: "}
# Questions longer than this take many times longer and say no more.
MAX_TOKENS = 128
_KNOWN = Path(__file__).with_name("known_vectors.json")
_AGREEMENT = 0.999

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "aln": "attention.output.LayerNorm",
    "oln": "output.LayerNorm",
}


def write_folder(weights: Weights, tokenizer: Path, target: Path) -> None:
    """Makes `target`, which any sentence-transformers of this major version opens."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging

    # Its bars and reports would bury the five steps of set-up.
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    scratch = target.with_name(target.name + ".bert")
    shutil.rmtree(scratch, ignore_errors=True)
    _bert(weights).save_pretrained(scratch)
    words = PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizer), bos_token="<s>", eos_token="</s>", cls_token="<s>",
        sep_token="</s>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>", model_max_length=512,
    )  # fmt: skip
    words.save_pretrained(scratch)
    transformer = Transformer(str(scratch), max_seq_length=MAX_TOKENS)
    pooling = Pooling(weights.architecture.hidden, pooling_mode="mean")
    model = SentenceTransformer(modules=[transformer, pooling, Normalize()], prompts=PROMPTS)
    model.save(str(target))
    shutil.rmtree(scratch)


def _bert(weights: Weights):  # type: ignore[no-untyped-def]  # a torch module, kept out of the signature
    import torch
    from transformers import BertConfig, BertModel

    a = weights.architecture
    config = BertConfig(
        vocab_size=a.vocabulary, hidden_size=a.hidden, num_hidden_layers=a.layers,
        num_attention_heads=a.heads, intermediate_size=a.feed_forward, hidden_act="gelu",
        max_position_embeddings=a.positions, type_vocab_size=a.types, layer_norm_eps=a.epsilon, pad_token_id=1,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(t) for name, t in _named(weights).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or [name for name in missing if "position_ids" not in name and "token_type_ids" not in name]:
        raise EncoderSourceDamaged("the weights do not fit the model that they are said to be")
    return model.eval()


def _named(weights: Weights) -> dict[str, Tensor]:
    a, t = weights.architecture, weights.tensors
    named = {
        "embeddings.word_embeddings.weight": t["emb.word"].reshape(a.vocabulary, a.hidden),
        "embeddings.position_embeddings.weight": t["emb.pos"].reshape(a.positions, a.hidden),
        "embeddings.token_type_embeddings.weight": t["emb.type"].reshape(a.types, a.hidden),
        "embeddings.LayerNorm.weight": t["emb.ln.w"],
        "embeddings.LayerNorm.bias": t["emb.ln.b"],
    }
    for layer in range(a.layers):
        for short, long in _LAYER_PARTS.items():
            bias = t[f"l{layer}.{short}.b"]
            weight = t[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                weight = weight.reshape(bias.size, -1)
            named[f"encoder.layer.{layer}.{long}.weight"] = weight
            named[f"encoder.layer.{layer}.{long}.bias"] = bias
    return named


def check_known_vectors(folder: Path) -> float:
    """The smallest cosine between this folder's vectors and the known ones of the same sentences.

    The known ones came from the publisher's own engine, run once outside this project.
    Raises EncoderSourceDamaged below 0.999.
    """
    from sentence_transformers import SentenceTransformer

    known = json.loads(_KNOWN.read_text(encoding="utf-8"))
    model = SentenceTransformer(str(folder), device="cpu")
    vectors = model.encode([item["text"] for item in known], prompt_name="query", normalize_embeddings=True)
    first = np.array([item["vector"] for item in known], dtype=np.float32)
    # Only the first components are kept in the file, so both sides are cut and made unit vectors again.
    own = vectors[:, : first.shape[1]]
    cosines = (own * first).sum(1) / (np.linalg.norm(own, axis=1) * np.linalg.norm(first, axis=1))
    if cosines.min() < _AGREEMENT:
        raise EncoderSourceDamaged(f"the encoder agrees with its known vectors to {cosines.min():.4f} only")
    return float(cosines.min())

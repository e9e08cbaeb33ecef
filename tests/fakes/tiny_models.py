"""Speech models of a few kilobytes that the real libraries load, as the files a client would bring.

Written as ONNX by hand (its protobuf fields are few): a voice hums whatever the words are, the
recogniser says "hello" while it is loud. What they do not show is a real model's quality or speed.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HUM_S = 0.5
_FLOAT, _INT64 = 1, 7
_LOUD_ABOVE = -6.0  # of a feature, the logarithm of an energy


def piper(folder: Path, *, rate: int = 16_000) -> Path:
    """Write a voice of Piper's; gives its .onnx."""
    path = folder / "hum.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        _model(
            nodes=[_node("Identity", ["hum"], ["output"])],
            tensors=[_hum(rate, (1, 1))],
            takes=[("input", _INT64, 2), ("input_lengths", _INT64, 1), ("scales", _FLOAT, 1)],
            gives=[("output", 3)],
        )
    )
    letters = {sign: [place] for place, sign in enumerate("_^$ abcdefghijklmnopqrstuvwxyz")}
    settings = {
        "audio": {"sample_rate": rate},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.6, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "text",
        "phoneme_id_map": letters,
        "num_symbols": len(letters),
        "num_speakers": 1,
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(settings))
    return path


def kokoro(folder: Path, *, words: Sequence[str] = (), rate: int = 24_000) -> Path:
    """Write a Kokoro of one speaker, with a lexicon of these words."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "model_type": "kokoro",
        "sample_rate": rate,
        "version": 1,
        "voice": "en-us",
        "language": "English",
        "has_espeak": 1,
        "n_speakers": 1,
        "style_dim": "510,1,2",
    }
    (folder / "model.onnx").write_bytes(
        _model(
            nodes=[_node("Identity", ["hum"], ["audio"])],
            tensors=[_hum(rate, ())],
            takes=[("tokens", _INT64, 2), ("style", _FLOAT, 2), ("speed", _FLOAT, 1)],
            gives=[("audio", 1)],
            told=told,
        )
    )
    (folder / "voices.bin").write_bytes(bytes(510 * 2 * 4))
    signs = '$;:,.!?—…"() abcdefghijklmnopqrstuvwxyzæðŋɐɑɔəɚɛɜɡɪɫɹɾʃʊʌʒʔˈˌː̩θᵻ'
    (folder / "tokens.txt").write_text("".join(f"{s} {n}\n" for n, s in enumerate(signs)))
    if words:
        spelled = (f"{word} {' '.join(word)}\n" for word in words)
        (folder / "lexicon-us-en.txt").write_text("".join(spelled))
    return folder


def sherpa(folder: Path) -> Path:
    """Write a streaming transducer that says "hello" while it is loud."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"num_encoder_layers": 1, "rnn_hidden_size": 1, "d_model": 1}
    (folder / "encoder.onnx").write_bytes(
        _model(
            nodes=[
                _node("ReduceMean", ["x"], ["mean"], axes=[2], keepdims=[1]),
                _node("Sub", ["mean", "loud"], ["over"]),
                _node("Slice", ["over", "from", "to", "axis", "step"], ["encoder_out"]),
                _node("Identity", ["h"], ["next_h"]),
                _node("Identity", ["c"], ["next_c"]),
            ],
            tensors=[
                _tensor("loud", _FLOAT, (1,), struct.pack("<f", _LOUD_ABOVE)),
                *(
                    _tensor(name, _INT64, (1,), struct.pack("<q", value))
                    for name, value in (("from", 0), ("to", 4), ("axis", 1), ("step", 4))
                ),
            ],
            takes=[("x", _FLOAT, 3), ("h", _FLOAT, 3), ("c", _FLOAT, 3)],
            gives=[("encoder_out", 3), ("next_h", 3), ("next_c", 3)],
            told={"model_type": "lstm", "T": 9, "decode_chunk_len": 4, **about},
        )
    )
    (folder / "decoder.onnx").write_bytes(
        _model(
            nodes=[_node("Identity", ["zero"], ["decoder_out"])],
            tensors=[_tensor("zero", _FLOAT, (1, 1), struct.pack("<f", 0.0))],
            takes=[("y", _INT64, 2)],
            gives=[("decoder_out", 2)],
            told={"context_size": 2, "vocab_size": 3},
        )
    )
    (folder / "joiner.onnx").write_bytes(
        _model(
            nodes=[_node("MatMul", ["encoder_out", "weigh"], ["logit"])],
            tensors=[_tensor("weigh", _FLOAT, (1, 3), struct.pack("<3f", 0.0, 0.0, 1.0))],
            takes=[("encoder_out", _FLOAT, 2), ("decoder_out", _FLOAT, 2)],
            gives=[("logit", 2)],
            told={"joiner_dim": 1},
        )
    )
    (folder / "tokens.txt").write_text("<blk> 0\n<unk> 1\n▁HELLO 2\n")
    return folder


@dataclass(frozen=True, slots=True)
class _Field:
    """A protobuf message, or a part of one."""

    bytes: bytes


def _hum(rate: int, shape: tuple[int, ...]) -> _Field:
    count = int(rate * HUM_S)
    wave = (0.3 * math.sin(place * 2 * math.pi * 220 / rate) for place in range(count))
    return _tensor("hum", _FLOAT, (*shape, count), struct.pack(f"<{count}f", *wave))


def _model(
    *,
    nodes: Sequence[_Field],
    tensors: Sequence[_Field],
    takes: Iterable[tuple[str, int, int]],
    gives: Iterable[tuple[str, int]],
    told: dict[str, object] | None = None,
) -> bytes:
    """Write a model; inputs are (name, kind, dimensions), outputs floats."""
    graph = _message(
        *((1, node) for node in nodes),
        (2, "graph"),
        *((5, tensor) for tensor in tensors),
        *((11, _value(name, kind, rank)) for name, kind, rank in takes),
        *((12, _value(name, _FLOAT, rank)) for name, rank in gives),
    )
    about = ((14, _message((1, key), (2, str(value)))) for key, value in (told or {}).items())
    return _message((1, 8), (7, graph), (8, _message((1, ""), (2, 13))), *about).bytes


def _node(kind: str, takes: Sequence[str], gives: Sequence[str], **ints: list[int]) -> _Field:
    attributes = (_message((1, name), *_ints_of(name, value)) for name, value in ints.items())
    return _message(
        *((1, name) for name in takes),
        *((2, name) for name in gives),
        (4, kind),
        *((5, attribute) for attribute in attributes),
    )


def _ints_of(name: str, value: list[int]) -> list[tuple[int, int]]:
    """Give an attribute's value: `keepdims` is a number, the others lists."""
    return [(3, value[0]), (20, 2)] if name == "keepdims" else [*((8, v) for v in value), (20, 7)]


def _tensor(name: str, kind: int, shape: Sequence[int], raw: bytes) -> _Field:
    return _message(*((1, size) for size in shape), (2, kind), (8, name), (9, raw))


def _value(name: str, kind: int, rank: int) -> _Field:
    """Describe an input or output; every dimension may be of any size."""
    shape = _message(*((1, _message((2, f"{name}_{place}"))) for place in range(rank)))
    return _message((1, name), (2, _message((1, _message((1, kind), (2, shape))))))


def _message(*fields: tuple[int, int | str | bytes | _Field]) -> _Field:
    """Write a protobuf message: numbers as varints, everything else with its length."""
    made = b""
    for number, value in fields:
        if isinstance(value, int):
            made += _varint(number << 3) + _varint(value)
        else:
            content = value.bytes if isinstance(value, _Field) else value
            content = content.encode() if isinstance(content, str) else content
            made += _varint(number << 3 | 2) + _varint(len(content)) + content
    return _Field(made)


def _varint(value: int) -> bytes:
    made = b""
    while value > 127:
        made, value = made + bytes([value & 127 | 128]), value >> 7
    return made + bytes([value])


def whisper(folder: Path) -> Path:
    """Write a Whisper of one layer with weights by chance: it makes words, but no sense."""
    import numpy as np
    from ctranslate2.specs import whisper_spec
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    folder.mkdir(parents=True, exist_ok=True)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    marks = [f"<|{mark}|>" for mark in _MARKS.split()]
    marks += [f"<|{place * 0.02:.2f}|>" for place in range(1501)]
    vocabulary = [*letters, *marks]
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    _weigh(spec, len(vocabulary), np.random.default_rng(0))
    spec.register_vocabulary(vocabulary)
    spec.config.suppress_ids = spec.config.suppress_ids_begin = []
    spec.config.alignment_heads = [(0, 0)]
    spec.config.lang_ids = [vocabulary.index("<|en|>")]
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    tokenizer = Tokenizer(models.BPE({sign: n for n, sign in enumerate(vocabulary)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(marks)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


_WIDE = 64
_MARKS = (
    "endoftext startoftranscript en translate transcribe startoflm startofprev nospeech "
    "notimestamps"
)


def _weigh(spec: Any, words: int, chance: Any) -> None:
    def some(*shape: int) -> Any:
        return (chance.standard_normal(shape) * 0.02).astype("float32")

    def layer(at: Any, gives: int, takes: int) -> None:
        at.weight, at.bias = some(gives, takes), some(gives) * 0

    def norm(at: Any) -> None:
        at.gamma, at.beta = some(_WIDE) * 0 + 1, some(_WIDE) * 0

    hears, says = spec.encoder, spec.decoder
    hears.conv1.weight, hears.conv1.bias = some(_WIDE, 80, 3), some(_WIDE) * 0
    hears.conv2.weight, hears.conv2.bias = some(_WIDE, _WIDE, 3), some(_WIDE) * 0
    hears.position_encodings.encodings = some(1500, _WIDE)
    says.position_encodings.encodings = some(448, _WIDE)
    says.embeddings.weight = says.projection.weight = some(words, _WIDE)
    norm(hears.layer_norm)
    norm(says.layer_norm)
    for each in (hears.layer[0], says.layer[0]):
        norm(each.self_attention.layer_norm)
        layer(each.self_attention.linear[0], 3 * _WIDE, _WIDE)
        layer(each.self_attention.linear[1], _WIDE, _WIDE)
        norm(each.ffn.layer_norm)
        layer(each.ffn.linear_0, 4 * _WIDE, _WIDE)
        layer(each.ffn.linear_1, _WIDE, 4 * _WIDE)
    looks = says.layer[0].attention
    norm(looks.layer_norm)
    layer(looks.linear[0], _WIDE, _WIDE)
    layer(looks.linear[1], 2 * _WIDE, _WIDE)
    layer(looks.linear[2], _WIDE, _WIDE)

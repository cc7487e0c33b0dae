"""Recurrent layers, attention and transformers: modules whose results keep their own conventions."""

from __future__ import annotations

from typing import Final

from gradsight.static.shapes.arguments import Answer, Sizes, tensor_sizes
from gradsight.static.shapes.arithmetic import known_rank, product
from gradsight.static.shapes.construction import Construction, ModuleRule

_RECURRENT: Final = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")


def _recurrent(built: Construction, gates: bool) -> tuple[Sizes, Sizes, Sizes]:
    """The shapes of the output, the hidden state and the cell state."""
    shape = known_rank(tensor_sizes(built.input(0)), 2, 3)
    hidden = built.integer("hidden_size")
    projected = built.get("proj_size") if gates else 0
    width = hidden if projected is None or projected == 0 else built.integer("proj_size")
    directions = 2 if built.truth("bidirectional") else 1
    layers = product((built.integer("num_layers", default=1), directions))
    batch: Sizes = ()
    if len(shape) == 3:
        batch = (shape[0 if built.truth("batch_first") else 1],)
    return (*shape[:-1], product((width, directions))), (layers, *batch, width), (layers, *batch, hidden)


def _lstm(built: Construction) -> Answer:
    return _recurrent(built, True)


def _rnn(built: Construction) -> Answer:
    return _recurrent(built, False)[:2]


def _cell(built: Construction) -> Sizes:
    return (*known_rank(tensor_sizes(built.input(0)), 1, 2)[:-1], built.integer("hidden_size"))


def _lstm_cell(built: Construction) -> Answer:
    shape = _cell(built)
    return shape, shape


def _attention(built: Construction) -> Answer:
    """The weights may come for each head, or not at all."""
    query = known_rank(tensor_sizes(built.input(0, "query")), 2, 3)
    return (*query[:-1], built.integer("embed_dim")), None


def _like_source(built: Construction) -> Answer:
    return tensor_sizes(built.input(0, "src"))


def _like_target(built: Construction) -> Answer:
    return tensor_sizes(built.input(0, "tgt"))


def _like_target_after_source(built: Construction) -> Answer:
    return tensor_sizes(built.input(1, "tgt"))


def _encoder(built: Construction) -> Answer:
    """Its fast path cuts off what is padding in every row of a batch."""
    shape = tensor_sizes(built.input(0, "src"))
    return (shape[0], None, shape[2]) if len(shape) == 3 else shape


MODULES: Final[dict[str, tuple[tuple[str, ...], ModuleRule]]] = {
    "LSTM": ((*_RECURRENT, "proj_size"), _lstm),
    "GRU": (_RECURRENT, _rnn),
    "RNN": ((*_RECURRENT[:3], "nonlinearity", *_RECURRENT[3:]), _rnn),
    "LSTMCell": (_RECURRENT[:2], _lstm_cell),
    "GRUCell": (_RECURRENT[:2], _cell),
    "RNNCell": (_RECURRENT[:2], _cell),
    "MultiheadAttention": (("embed_dim",), _attention),
    "TransformerEncoderLayer": ((), _like_source),
    "TransformerDecoderLayer": ((), _like_target),
    "TransformerDecoder": ((), _like_target),
    "TransformerEncoder": ((), _encoder),
    "Transformer": ((), _like_target_after_source),
}

"""Calls on which the op facts are compared with PyTorch: methods, functions and modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


def words(text: str) -> list[str]:
    return text.split()


def t(*sizes: int) -> Any:
    """Values at which every op here is defined; float32 as in most programs."""
    generator = torch.Generator().manual_seed(sum(sizes))
    return torch.rand(sizes or (2, 3), generator=generator) * 0.5 + 0.4


Call = tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]
"""Public name, what to call, and on what."""


def of(name: str, *args: Any, **kwargs: Any) -> Call:
    """A method of a tensor."""

    def call(self: Any, *others: Any, **options: Any) -> Any:
        return getattr(torch.Tensor, name)(self, *others, **options)

    return f"torch.Tensor.{name}", call, args, kwargs


def function(name: str, called: Callable[..., Any], *args: Any, **kwargs: Any) -> Call:
    return name, called, args, kwargs


def attribute(name: str) -> Callable[[Any], Any]:
    return lambda self: getattr(self, name)


MASK = torch.tensor([[True, False, True], [False, True, False]])

INDICES = torch.tensor([1, 0])

METHODS: list[Call] = [
    *(
        of(name, t())
        for name in words(
            "exp log sqrt sin cos tanh sigmoid relu abs neg reciprocal square round floor sign trunc erf log1p "
            "expm1 exp_ log_ sqrt_ sigmoid_ tanh_ relu_ abs_ neg_ round_ zero_ detach detach_ clone contiguous t "
            "sum mean std var prod norm max min median argmax argmin sort any all flatten ravel squeeze"
        )
    ),
    *(
        of(f"__{name}__", t(), other)
        for name in words("add sub mul truediv pow radd rsub rmul rtruediv rpow iadd isub imul itruediv")
        for other in (t(), 2.0, 3)
        if name[0] != "r" or isinstance(other, int)
    ),
    *(of(f"__{name}__", t(), t()) for name in words("lt le gt ge eq ne")),
    of("pow", t(), 2),
    of("pow", t(), t()),
    of("pow_", t(), 2),
    of("__matmul__", t(2, 3), t(3, 2)),
    of("matmul", t(2, 3), t(3)),
    of("mm", t(2, 3), t(3, 2)),
    of("add_", t(), t(), alpha=2),
    of("sub_", t(), 1.0),
    of("mul_", t(), t()),
    of("mul_", t(), 2.0),
    of("div_", t(), t()),
    of("div", t(), t(), rounding_mode="floor"),
    of("addcmul_", t(), t(), t()),
    of("clamp", t(), 0, 1),
    of("clamp", t(), min=0.5),
    of("clamp_", t(), 0.5),
    of("clamp", t(), t(), t()),
    of("max", t(), 1),
    of("max", t(), dim=0, keepdim=True),
    of("max", t(), t()),
    of("sort", t(), 1),
    of("topk", t(), 2),
    of("sum", t(), 1),
    of("sum", t(), dim=0),
    of("mean", t(), dim=(0, 1)),
    of("softmax", t(), 1),
    of("log_softmax", t(), dim=-1),
    of("logsumexp", t(), 1),
    of("cumsum", t(), 0),
    of("cumprod", t(), 0),
    of("norm", t(), 2, 1),
    of("norm", t(), dim=1),
    of("argmax", t(), 1),
    of("__getitem__", t(), 0),
    of("__getitem__", t(), slice(0, 1)),
    of("__getitem__", t(), INDICES),
    of("__getitem__", t(), MASK),
    of("__getitem__", t(), ...),
    of("__getitem__", t(), None),
    of("__getitem__", t(), [0, 1]),
    of("__getitem__", t(), (0, 1)),
    of("__getitem__", t(), (slice(None), 0)),
    of("__setitem__", t(), 0, t(3)),
    of("__setitem__", t(), slice(0, 1), 2.0),
    of("__setitem__", t(), MASK, 0.0),
    of("__setitem__", t(), INDICES, t()),
    of("view", t(), 6),
    of("view", t(), 3, 2),
    of("reshape", t(), 6),
    of("reshape", t(), (3, 2)),
    of("reshape", t(3, 2).t(), 6),
    of("contiguous", t(3, 2).t()),
    of("flatten", t(3, 2).t()),
    of("permute", t(), 1, 0),
    of("transpose", t(), 0, 1),
    of("unsqueeze", t(), 0),
    of("expand", t(1, 3), 2, 3),
    of("expand", t(1, 3), (2, -1)),
    of("repeat", t(), 2, 2),
    of("narrow", t(), 0, 0, 1),
    of("select", t(), 0, 1),
    of("split", t(), 1),
    of("chunk", t(), 2),
    of("unbind", t()),
    of("unbind", t(), 1),
    of("__iter__", t()),
    of("gather", t(), 0, INDICES[None]),
    of("index_select", t(), 0, INDICES),
    of("masked_fill", t(), MASK, 0.0),
    of("masked_fill_", t(), MASK, 0.0),
    of("masked_select", t(), MASK),
    of("scatter_add", t(), 0, INDICES[None], t(1, 2)),
    of("copy_", t(), t()),
    of("fill_", t(), 1.0),
    of("lerp", t(), t(), 0.5),
    of("where", t(), MASK, t()),
    of("to", t(), torch.float32),
    of("to", t(), torch.float64),
    of("to", t(), torch.int64),
    of("to", t(), "cpu"),
    of("to", t(), dtype=torch.float64),
    of("to", t(), t().double()),
    of("to", t(), INDICES),
    of("to", t(), "cpu", torch.float64),
    of("to", t(), torch.device("cpu")),
    of("to", t(), device="cpu"),
    of("type", t(), torch.float64),
    of("type", t(), torch.int64),
    of("type", t()),
    of("type_as", t(), INDICES),
    of("type_as", t(), t()),
    of("bernoulli", t()),
    of("requires_grad_", t()),
    *(
        of(name, t())
        for name in words(
            "float double half bfloat16 cfloat cdouble long int short char byte bool cpu share_memory_ tolist numpy "
            "__array__ __len__ __hash__ __repr__ __str__ numel nelement dim ndimension element_size storage_offset "
            "data_ptr is_floating_point is_complex is_signed is_pinned is_shared is_inference size "
            "stride is_contiguous untyped_storage"
        )
    ),
    *(of(name, t(1)) for name in words("item __float__ __int__ __bool__ __complex__ is_nonzero")),
    of("__index__", INDICES[0]),
    of("numpy", t(), force=True),
    of("__contains__", t(), 0.5),
    of("is_same_size", t(), t()),
    of("__format__", t(1)[0], ".2f"),
    of("apply_", t(), lambda value: value),
]

FUNCTIONS: list[Call] = [
    function("torch.exp", torch.exp, t()),
    function("torch.add", torch.add, t(), t(), out=t()),
    function("torch.kron", torch.kron, t(), t()),
    function("torch.where", torch.where, MASK, t(), t()),
    function("torch.where", torch.where, MASK, t(), 0.0),
    function("torch.cat", torch.cat, [t(), t()], dim=1),
    function("torch.stack", torch.stack, (t(), t())),
    function("torch.einsum", torch.einsum, "ij,kj->ik", t(), t()),
    function("torch.bmm", torch.bmm, t(2, 2, 3), t(2, 3, 2)),
    function("torch.addmm", torch.addmm, t(2, 2), t(2, 3), t(3, 2)),
    function("torch.maximum", torch.maximum, t(), t()),
    function("torch.heaviside", torch.heaviside, t(), t()),
    function("torch.bucketize", torch.bucketize, t(), t(4)),
    function("torch.histc", torch.histc, t()),
    function("torch.normal", torch.normal, t(), t()),
    function("torch.bernoulli", torch.bernoulli, t()),
    function("torch.zeros_like", torch.zeros_like, t()),
    function("torch.tensor", torch.tensor, t()),
    function("torch.numel", torch.numel, t()),
    function("torch.is_tensor", torch.is_tensor, t()),
    function("torch.is_floating_point", torch.is_floating_point, t()),
    function("torch.is_complex", torch.is_complex, t()),
    function("torch.is_nonzero", torch.is_nonzero, t(1)),
    function("torch.autograd.Variable", torch.autograd.Variable, t()),
    function("torch.linalg.norm", torch.linalg.norm, t()),
    function("torch.linalg.inv", torch.linalg.inv, t(3, 3) + torch.eye(3)),
    function("torch.special.expit", torch.special.expit, t()),
    function("torch.fft.rfft", torch.fft.rfft, t()),
    function("torch.nn.utils.rnn.pad_sequence", nn.utils.rnn.pad_sequence, [t(3, 2), t(2, 2)]),
    function("torch.nn.init.ones_", nn.init.ones_, t()),
    function("torch.nn.functional.linear", F.linear, t(2, 3), t(4, 3), t(4)),
    function("torch.nn.functional.linear", F.linear, t(2, 3), t(4, 3), bias=t(4)),
    function("torch.nn.functional.conv2d", F.conv2d, t(1, 2, 4, 4), t(3, 2, 3, 3), t(3), padding=1),
    function("torch.nn.functional.relu", F.relu, t(), inplace=True),
    function("torch.nn.functional.gelu", F.gelu, t()),
    function("torch.nn.functional.silu", F.silu, t()),
    function("torch.nn.functional.leaky_relu", F.leaky_relu, t(), 0.2),
    function("torch.nn.functional.softmax", F.softmax, t(), dim=1),
    function("torch.nn.functional.dropout", F.dropout, t()),
    function("torch.nn.functional.dropout", F.dropout, t(), 0.5, False),
    function("torch.nn.functional.dropout", F.dropout, t(), p=0.5, inplace=True),
    function("torch.nn.functional.gumbel_softmax", F.gumbel_softmax, t(), hard=True),
    function("torch.nn.functional.normalize", F.normalize, t(), dim=1),
    function("torch.nn.functional.max_pool2d", F.max_pool2d, t(1, 1, 4, 4), 2),
    function("torch.nn.functional.max_pool2d", F.max_pool2d, t(1, 1, 4, 4), 2, return_indices=True),
    function("torch.nn.functional.avg_pool2d", F.avg_pool2d, t(1, 1, 4, 4), 2),
    function("torch.nn.functional.interpolate", F.interpolate, t(1, 1, 4, 4), scale_factor=2),
    function("torch.nn.functional.pad", F.pad, t(), (1, 1)),
    function("torch.nn.functional.fold", F.fold, t(1, 4, 9), (4, 4), (2, 2)),
    function("torch.nn.functional.one_hot", F.one_hot, INDICES, 3),
    function("torch.nn.functional.embedding", F.embedding, INDICES, t(5, 3)),
    function("torch.nn.functional.layer_norm", F.layer_norm, t(), (3,), t(3), t(3)),
    function("torch.nn.functional.batch_norm", F.batch_norm, t(), t(3), t(3), t(3), t(3), training=True),
    function("torch.nn.functional.batch_norm", F.batch_norm, t(), t(3), t(3)),
    function("torch.nn.functional.mse_loss", F.mse_loss, t(), t(), reduction="none"),
    function("torch.nn.functional.l1_loss", F.l1_loss, t(), t()),
    function("torch.nn.functional.cross_entropy", F.cross_entropy, t(2, 3), INDICES),
    function("torch.nn.functional.cross_entropy", F.cross_entropy, t(2, 3), INDICES, weight=t(3)),
    function("torch.nn.functional.nll_loss", F.nll_loss, t(2, 3), INDICES),
    function("torch.nn.functional.binary_cross_entropy", F.binary_cross_entropy, t(), t()),
    function("torch.nn.functional.binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, t(), t()),
    function("torch.nn.functional.kl_div", F.kl_div, t(), t(), reduction="batchmean"),
    function("torch.nn.utils.clip_grad_norm_", nn.utils.clip_grad_norm_, [t()], 1.0),
    function("torch.Tensor.T", attribute("T"), t()),
    function("torch.Tensor.mT", attribute("mT"), t()),
    function("torch.Tensor.data", attribute("data"), t()),
]

CALLS = [*METHODS, *FUNCTIONS]

MODULES: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[Any, ...]]] = [
    ("Linear", (3, 4), {}, (t(),)),
    ("Linear", (3, 4), {"bias": False}, (t(),)),
    ("ReLU", (), {}, (t(),)),
    ("ReLU", (True,), {}, (t(),)),
    ("ReLU", (), {"inplace": True}, (t(),)),
    ("Sigmoid", (), {}, (t(),)),
    ("GELU", (), {}, (t(),)),
    ("Softmax", (1,), {}, (t(),)),
    ("Dropout", (), {}, (t(),)),
    ("Dropout", (0.5,), {"inplace": True}, (t(),)),
    ("Identity", (), {}, (t(),)),
    ("Flatten", (), {}, (t(2, 3, 4),)),
    ("Conv2d", (2, 3, 3), {"padding": 1}, (t(1, 2, 4, 4),)),
    ("Conv1d", (2, 3, 3), {"bias": False}, (t(1, 2, 4),)),
    ("BatchNorm2d", (3,), {}, (t(4, 3, 2, 2),)),
    ("BatchNorm1d", (3,), {"affine": False}, (t(4, 3),)),
    ("LayerNorm", (3,), {}, (t(),)),
    ("GroupNorm", (1, 3), {}, (t(),)),
    ("Embedding", (5, 3), {}, (INDICES,)),
    ("LSTM", (3, 4), {}, (t(2, 2, 3),)),
    ("GRU", (3, 4), {"num_layers": 2}, (t(2, 2, 3),)),
    ("LSTMCell", (3, 4), {}, (t(),)),
    ("MultiheadAttention", (4, 2), {}, (t(3, 2, 4), t(3, 2, 4), t(3, 2, 4))),
    ("MaxPool2d", (2,), {}, (t(1, 1, 4, 4),)),
    ("MSELoss", (), {}, (t(), t())),
    ("L1Loss", (), {"reduction": "none"}, (t(), t())),
    ("CrossEntropyLoss", (), {}, (t(2, 3), INDICES)),
    ("BCEWithLogitsLoss", (), {}, (t(), t())),
    ("PixelShuffle", (2,), {}, (t(1, 4, 2, 2),)),
]

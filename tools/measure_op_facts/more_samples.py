"""Calls that the operator database lacks, by public name or by the name under which samples are kept.

An entry is a function, so that the tensors of each are made anew from the same seed. Where an entry has
a full public name its calls are for that callable alone (its arguments come in another order, say).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .public import words

Call = tuple[tuple[Any, ...], dict[str, Any]]
Calls = Callable[[], list[Call]]


def t(*sizes: int) -> torch.Tensor:
    """Positive values, so that powers and logarithms are defined."""
    return torch.rand(sizes or (2, 3)) + 0.5


def call(*args: Any, **kwargs: Any) -> Call:
    return args, kwargs


def indices(*sizes: int, below: int = 2) -> torch.Tensor:
    return torch.randint(below, sizes)


def unary() -> list[Call]:
    return [call(t())]


def binary() -> list[Call]:
    return [call(t(), t()), call(t(), 2.5), call(t(), 2)]


def matrix_vector() -> list[Call]:
    return [
        call(t(2, 3), t(3, 2)),
        call(t(2, 3), t(3)),
        call(t(3), t(3, 2)),
        call(t(3), t(3)),
        call(t(4, 2, 3), t(3, 2)),
    ]


def basic_indexing() -> list[Call]:
    mask = torch.tensor([True, False, True, False])
    subscripts = [
        0, -1, slice(0, 2), slice(None), slice(None, None, 2), Ellipsis, None, (slice(None), 0), (Ellipsis, 0),
        (None, slice(1)), (0, slice(2)), (1, 2), [0, 2], mask, indices(3), (slice(None), indices(2)), (mask, 0),
        (indices(2), indices(2)), ([0, 1], [1, 0]), (slice(None), [0, 1]), True,
    ]  # fmt: skip
    return [call(t(4, 5, 3), subscript) for subscript in subscripts]


def writing_to_slots() -> list[Call]:
    calls = [call(*entry[0], 2.5) for entry in basic_indexing() if entry[0][1] is not True]
    return calls + [call(a, key, torch.rand_like(a[key])) for (a, key, _), _ in calls]


def losses() -> list[Call]:
    return [call(t(), t()), call(t(), t(), reduction="none"), call(t(), t(), reduction="sum")]


def pooling(dimensions: int) -> Calls:
    return lambda: [
        call(t(1, 2, *[6] * dimensions), size, **options)
        for size in (2, (2,) * dimensions)
        for options in ({}, {"return_indices": True})
    ]


def adaptive(dimensions: int) -> Calls:
    return lambda: [
        call(t(1, 2, *[6] * dimensions), size, **options)
        for size in (2, 1)
        for options in ({}, {"return_indices": True})
    ]


def fractional(dimensions: int) -> Calls:
    return lambda: [
        call(t(1, 2, *[8] * dimensions), 2, output_size=3, **options) for options in ({}, {"return_indices": True})
    ]


def norms() -> list[Call]:
    return [call(t(4, 3), t(3), t(3), t(3), t(3), mode, 0.1, 1e-5, False) for mode in (True, False)]


def sequences() -> list[Call]:
    return [call([t(3, 2), t(2, 2)]), call([t(3, 2), t(2, 2)], batch_first=True)]


def lengths() -> torch.Tensor:
    return torch.tensor([3, 2])


MORE: dict[str, Calls] = {
    **dict.fromkeys(("pow", "mul", "add", "sub", "div", "rsub", "maximum", "fmod", "remainder", "atan2"), binary),
    **dict.fromkeys(
        sorted(words(
            "T H mT mH data real detach contiguous clone t squeeze flatten ravel neg pos abs "
            "reversed relu sigmoid tanh gelu silu selu celu elu mish softplus hardtanh hardswish hardsigmoid "
            "relu6 leaky_relu logsigmoid softsign tanhshrink softshrink hardshrink zero normal uniform random "
            "exponential geometric cauchy"
        )),
        unary,
    ),
    "matmul": matrix_vector,
    "mm": lambda: [call(t(2, 3), t(3, 2))],
    "getitem": basic_indexing,
    "setitem": writing_to_slots,
    "copy": lambda: [call(t(), t()), call(t(), indices(2, 3)), call(t(), t().double()), call(t(), t(3))],
    "view": lambda: [call(t(), 6), call(t(), -1), call(t(), (6,)), call(t(), 3, 2), call(t(), torch.int64)],
    "reshape": lambda: [call(t(), 6), call(t(), -1), call(t(), (6,)), call(t(), 3, 2)],
    "view_as": lambda: [call(t(), t(6))],
    "permute": lambda: [call(t(), 1, 0), call(t(), (1, 0))],
    "expand": lambda: [call(t(1, 3), 2, 3), call(t(1, 3), (2, 3)), call(t(1, 3), -1, 3)],
    "repeat": lambda: [call(t(), 2, 2), call(t(), (2, 2))],
    "tile": lambda: [call(t(), 2, 2), call(t(), (2, 2))],
    "flip": lambda: [call(t(), 0), call(t(), (0, 1))],
    "clamp": lambda: [
        call(t(), 0.6, 1.0), call(t(), 0, 1), call(t(), min=0), call(t(), min=0.6), call(t(), max=0.8), call(t(), 0.6),
        call(t(), min=0, max=1), call(t(), t(), t()), call(t(), min=t()),
    ],
    "norm": lambda: [
        call(t(), 2, 1), call(t(), dim=1), call(t(), p=2, dim=1, keepdim=True), call(t(), 2), call(t(), p=1),
    ],
    "where": lambda: [call(t() > 1, t(), t()), call(t() > 1, t(), 0.0), call(t() > 1, 1, t()), call(t() > 1)],
    "torch.Tensor.where": lambda: [call(t(), t() > 1, t()), call(t(), t() > 1, 0.0)],
    "masked_fill": lambda: [call(t(), t() > 1, 0.0), call(t(), t() > 1, 0), call(t(), t() > 1, t(1)[0])],
    "torch.Tensor.polygamma": lambda: [call(t(), 1)],
    "torch.Tensor.polygamma_": lambda: [call(t(), 1)],
    "fill_diagonal": lambda: [call(t(3, 3), 1.0)],
    "tensordot": lambda: [call(t(2, 3), t(3, 2), 1), call(t(2, 3), t(3, 2), ([1], [0]))],
    "chain_matmul": lambda: [call(t(2, 3), t(3, 2), t(2, 4))],
    "multi_dot": lambda: [call([t(2, 3), t(3, 2), t(2, 4)])],
    "einsum": lambda: [
        call("ij,jk->ik", t(2, 3), t(3, 4)), call("ij,kj->ik", t(2, 3), t(4, 3)), call("ij,ij->", t(), t()),
        call("ij->j", t()), call("bij,bjk->bik", t(2, 2, 3), t(2, 3, 2)), call("i,j->ij", t(2), t(3)),
        call("ibh,jbh->ijb", t(2, 3, 4), t(2, 3, 4)), call("bhid,bhjd->bhij", t(1, 2, 3, 4), t(1, 2, 3, 4)),
        call("bij,bj->bi", t(2, 3, 4), t(2, 4)), call("ij,j->i", t(), t(3)),
        call("ij,jk,kl->il", t(2, 3), t(3, 2), t(2, 2)),
        call("bhij,bhjd->bihd", t(1, 2, 3, 3), t(1, 2, 3, 4)),
    ],
    "tensor": lambda: [call(t()), call([t(1)[0], t(1)[0]])],
    "torch.as_tensor": lambda: [call(t()), call(t(), dtype=torch.float64), call(t(), dtype=torch.float32)],
    "torch.asarray": lambda: [call(t()), call(t(), dtype=torch.float64), call(t(), dtype=torch.float32)],
    "torch.scalar_tensor": lambda: [call(2.0)],
    "torch.Tensor.new_tensor": lambda: [call(t(), t())],
    "torch.poisson": unary,
    "torch.binomial": lambda: [call(t() * 4 // 1, t() / 2)],
    "broadcast_to": lambda: [call(t(1, 3), (2, 3))],
    "index_copy": lambda: [call(t(3, 3), 0, torch.tensor([0, 2]), t(2, 3))],
    "lerp": lambda: [call(t(), t(), 0.5), call(t(), t(), t())],
    # losses, by the public signature
    **dict.fromkeys(("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "soft_margin_loss"), losses),
    "binary_cross_entropy": lambda: [call(torch.sigmoid(a), torch.sigmoid(b), **k) for (a, b), k in losses()],
    "torch.nn.functional.binary_cross_entropy_with_logits": lambda: [
        *losses(), call(t(), t(), weight=t()), call(t(), t(), pos_weight=t(3)),
    ],
    "torch.nn.functional.kl_div": lambda: [*losses(), call(t(), t(), log_target=True, reduction="batchmean")],
    "torch.nn.functional.cross_entropy": lambda: [
        call(t(2, 3), indices(2)), call(t(2, 3), indices(2), weight=t(3)), call(t(2, 3), t(2, 3)),
        call(t(2, 3), indices(2), reduction="none"), call(t(2, 3), indices(2), label_smoothing=0.1),
    ],
    "nll_loss": lambda: [call(t(2, 3), indices(2)), call(t(2, 3), indices(2), t(3))],
    "torch.nn.functional.ctc_loss": lambda: [
        call(t(6, 2, 4).log_softmax(2), torch.ones(2, 3, dtype=torch.long), torch.tensor([6, 6]), torch.tensor([3, 2]))
    ],
    "torch.nn.functional.cosine_embedding_loss": lambda: [call(t(), t(), torch.tensor([1, -1]))],
    "torch.nn.functional.margin_ranking_loss": lambda: [call(t(3), t(3), torch.tensor([1, -1, 1]))],
    "torch.nn.functional.triplet_margin_loss": lambda: [call(t(), t(), t())],
    # layers
    "torch.nn.functional.linear": lambda: [
        call(t(2, 3), t(4, 3)), call(t(2, 3), t(4, 3), t(4)), call(t(5, 2, 3), t(4, 3), t(4)),
    ],
    "conv2d": lambda: [
        call(t(1, 2, 5, 5), t(3, 2, 3, 3), t(3)), call(t(1, 2, 5, 5), t(3, 2, 3, 3), padding="same"),
        call(t(1, 2, 5, 5), t(3, 2, 3, 3), padding=1), call(t(1, 2, 5, 5), t(3, 2, 3, 3), t(3), 2, 1),
    ],
    "conv1d": lambda: [call(t(1, 2, 5), t(3, 2, 3), t(3)), call(t(1, 2, 5), t(3, 2, 3), padding="same")],
    "scaled_dot_product_attention": lambda: [
        call(t(2, 2, 4, 8), t(2, 2, 4, 8), t(2, 2, 4, 8), **options)
        for options in ({}, {"is_causal": True}, {"attn_mask": torch.ones(4, 4, dtype=torch.bool)}, {"dropout_p": 0.5})
    ],
    "torch.nn.functional.embedding": lambda: [call(indices(4), t(5, 3)), call(indices(4), t(5, 3), padding_idx=0)],
    "torch.embedding": lambda: [call(t(5, 3), indices(4))],
    "torch.nn.functional.one_hot": lambda: [call(indices(4)), call(indices(4), 3), call(indices(4), num_classes=3)],
    "torch.batch_norm": lambda: [call(*args, **kwargs) for args, kwargs in norms()],
    "torch.nn.functional.dropout": lambda: [
        call(t(), p, training, inplace) for p in (0.5, 0.0) for training in (True, False) for inplace in (True, False)
    ],
    "torch.dropout": lambda: [call(t(), 0.5, True), call(t(), 0.5, False)],
    "torch.nn.functional.dropout1d": lambda: [call(t(2, 3, 4)), call(t(2, 3, 4), training=False)],
    "torch.nn.functional.dropout3d": lambda: [call(t(1, 2, 2, 2, 2)), call(t(1, 2, 2, 2, 2), training=False)],
    "torch.nn.functional.gumbel_softmax": lambda: [
        call(t()), call(t(), hard=True), call(t(), 0.5), call(t(), tau=1.0, dim=1),
    ],
    "torch.nn.functional.fold": lambda: [call(t(1, 4, 9), (4, 4), (2, 2))],
    "torch.nn.functional.affine_grid": lambda: [call(t(1, 2, 3), [1, 1, 2, 2])],
    "torch.nn.functional.conv_tbc": lambda: [call(t(4, 2, 3), t(2, 3, 5), t(5))],
    "torch.nn.functional.celu_": unary,
    "interpolate": lambda: [
        call(t(1, 2, 4, 4), scale_factor=2, mode=mode)
        for mode in ("nearest", "bilinear", "bicubic", "area", "nearest-exact")
    ],
    "torch.nn.functional.upsample": lambda: [call(t(1, 2, 4, 4), scale_factor=2)],
    "torch.nn.functional.threshold": lambda: [call(t(), 0.7, 0.0)],
    "torch.nn.functional.threshold_": lambda: [call(t(), 0.7, 0.0)],
    **{f"torch.nn.functional.max_pool{n}d": pooling(n) for n in (1, 2, 3)},
    **{f"torch.max_pool{n}d": lambda n=n: [call(t(1, 2, *[6] * n), 2)] for n in (1, 2, 3)},
    **{f"torch.nn.functional.lp_pool{n}d": lambda n=n: [call(t(1, 2, *[6] * n), 2.0, 2)] for n in (1, 2, 3)},
    **{f"torch.nn.functional.adaptive_max_pool{n}d": adaptive(n) for n in (1, 2, 3)},
    **{
        f"torch.nn.functional.adaptive_avg_pool{n}d": lambda n=n: [call(t(1, 2, *[6] * n), size) for size in (2, 1)]
        for n in (1, 2, 3)
    },
    **{f"torch.nn.functional.fractional_max_pool{n}d": fractional(n) for n in (2, 3)},
    # helpers of torch.nn
    "torch.nn.utils.rnn.pad_sequence": sequences,
    "torch.nn.utils.rnn.pack_padded_sequence": lambda: [
        call(t(3, 2, 4), lengths()), call(t(2, 3, 4), lengths(), batch_first=True),
    ],
    "torch.nn.utils.parameters_to_vector": lambda: [call([t(2), t(3)])],
    **{
        f"torch.nn.init.{name}_": lambda values=values: [call(t(3, 3), *values)]
        for name, values in {
            "uniform": (), "normal": (), "trunc_normal": (), "constant": (0.5,), "ones": (), "zeros": (), "eye": (),
            "xavier_uniform": (), "xavier_normal": (), "kaiming_uniform": (), "kaiming_normal": (), "orthogonal": (),
            "sparse": (0.5,),
        }.items()
    },
    "torch.nn.Parameter": lambda: [call(t()), call(t(), False)],
    "torch.nn.parameter.Parameter": lambda: [call(t()), call(t(), False)],
}  # fmt: skip

"""Configurations of modules that the module database lacks: constructor arguments and inputs, by class.

Those of the dropout family, reshaping layers and containers are missing there altogether; of others it
lacks the switch that decides what autograd does (``inplace``, ``affine``, ``reduction``...).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from .more_samples import indices, t

Arguments = tuple[tuple[Any, ...], dict[str, Any]]
Entry = tuple[Arguments, Arguments]


def build(*args: Any, **kwargs: Any) -> Arguments:
    return args, kwargs


def on(*inputs: Any) -> Arguments:
    return inputs, {}


def switched(*inputs: Any) -> Callable[[], list[Entry]]:
    """An activation with and without ``inplace``."""
    return lambda: [(build(), on(t())), (build(inplace=True), on(t())), (build(inplace=False), on(t()))]


def dropout(*sizes: int) -> Callable[[], list[Entry]]:
    return lambda: [
        (build(*args, **kwargs), on(t(*sizes)))
        for args, kwargs in (((), {}), ((0.5,), {}), ((), {"p": 0.0}), ((), {"inplace": True}), ((0.2, True), {}))
    ]


def normalisation(*sizes: int) -> Callable[[], list[Entry]]:
    return lambda: [
        (build(3, **options), on(t(4, 3, *sizes)))
        for options in ({}, {"affine": False}, {"affine": True}, {"track_running_stats": False}, {"momentum": None})
    ]


def convolution(dimensions: int) -> Callable[[], list[Entry]]:
    return lambda: [
        (build(2, 3, 3, **options), on(t(1, 2, *[5] * dimensions)))
        for options in ({}, {"bias": False}, {"padding": 1}, {"padding": 1, "padding_mode": "circular"}, {"stride": 2})
    ]


def pooling(dimensions: int) -> Callable[[], list[Entry]]:
    return lambda: [
        (build(2, **options), on(t(1, 2, *[6] * dimensions)))
        for options in ({}, {"return_indices": True}, {"stride": 1})
    ]


def recurrent(lstm: bool = False) -> Callable[[], list[Entry]]:
    def entries() -> list[Entry]:
        state = (t(1, 2, 3), t(1, 2, 3)) if lstm else t(1, 2, 3)
        found = [
            (build(4, 3, **options), on(t(5, 2, 4)))
            for options in (
                {}, {"num_layers": 2}, {"batch_first": True}, {"bidirectional": True}, {"bias": False},
                {"num_layers": 2, "dropout": 0.5},
            )
        ]  # fmt: skip
        return [*found, (build(4, 3), on(t(5, 2, 4), state))]

    return entries


def cell(lstm: bool = False) -> Callable[[], list[Entry]]:
    def entries() -> list[Entry]:
        state = (t(2, 3), t(2, 3)) if lstm else t(2, 3)
        return [(build(4, 3), on(t(2, 4))), (build(4, 3), on(t(2, 4), state)), (build(4, 3, bias=False), on(t(2, 4)))]

    return entries


def loss(*inputs: Callable[[], Any]) -> Callable[[], list[Entry]]:
    return lambda: [
        (build(**options), on(*(make() for make in inputs)))
        for options in ({}, {"reduction": "none"}, {"reduction": "sum"}, {"reduction": "mean"})
    ]


def probabilities() -> torch.Tensor:
    return torch.rand(2, 3) * 0.8 + 0.1


def signs(*sizes: int) -> Callable[[], torch.Tensor]:
    return lambda: torch.randint(0, 2, sizes).float() * 2 - 1


MORE_MODULES: dict[str, Callable[[], list[Entry]]] = {
    **{
        name: switched()
        for name in ("ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "SiLU", "Mish", "Hardtanh", "Hardswish",
                     "Hardsigmoid", "RReLU")
    },
    "Threshold": lambda: [(build(0.7, 0.0), on(t())), (build(0.7, 0.0, True), on(t()))],
    "Dropout": dropout(2, 3),
    "Dropout1d": dropout(1, 2, 3),
    "Dropout2d": dropout(1, 2, 3, 3),
    "Dropout3d": dropout(1, 2, 2, 2, 2),
    "AlphaDropout": dropout(2, 3),
    "FeatureAlphaDropout": dropout(1, 2, 3),
    "Identity": lambda: [(build(), on(t())), (build(3, unused=True), on(t()))],
    "Flatten": lambda: [
        (build(), on(t(2, 3, 4))), (build(), on(t(4, 3, 2).mT)), (build(0), on(t(2, 3))), (build(), on(t(3))),
    ],
    "Unflatten": lambda: [(build(1, (2, 3)), on(t(2, 6))), (build(1, (2, 3)), on(t(6, 2).T))],
    "Linear": lambda: [
        (build(3, 4), on(t(2, 3))), (build(3, 4, bias=False), on(t(2, 3))), (build(3, 4), on(t(5, 2, 3))),
        (build(3, 4, True), on(t(3))),
    ],
    "Bilinear": lambda: [(build(3, 4, 2), on(t(2, 3), t(2, 4))), (build(3, 4, 2, bias=False), on(t(2, 3), t(2, 4)))],
    "Embedding": lambda: [
        (build(5, 3), on(indices(4))), (build(5, 3, padding_idx=0), on(indices(4))), (build(5, 3), on(indices(2, 2))),
    ],
    "EmbeddingBag": lambda: [
        (build(5, 3, mode=mode), on(indices(2, 2))) for mode in ("mean", "sum", "max")
    ] + [(build(5, 3), on(indices(2, 2)))],
    **{f"BatchNorm{n}d": normalisation(*[3] * (n if n > 1 else 0)) for n in (1, 2, 3)},
    **{f"InstanceNorm{n}d": normalisation(*[3] * n) for n in (1, 2, 3)},
    "LayerNorm": lambda: [
        (build(3), on(t())), (build([3]), on(t())), (build(3, elementwise_affine=False), on(t())),
        (build(3, bias=False), on(t())),
    ],
    "GroupNorm": lambda: [(build(2, 4), on(t(2, 4, 3))), (build(2, 4, affine=False), on(t(2, 4, 3)))],
    "RMSNorm": lambda: [(build(3), on(t())), (build(3, elementwise_affine=False), on(t()))],
    "LocalResponseNorm": lambda: [(build(2), on(t(1, 3, 4)))],
    "CrossMapLRN2d": lambda: [(build(2), on(t(1, 3, 4, 4)))],
    **{f"Conv{n}d": convolution(n) for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": lambda n=n: [
        (build(2, 3, 3, **options), on(t(1, 2, *[4] * n))) for options in ({}, {"bias": False}, {"stride": 2})
    ] for n in (1, 2, 3)},
    **{f"MaxPool{n}d": pooling(n) for n in (1, 2, 3)},
    **{f"AdaptiveMaxPool{n}d": lambda n=n: [
        (build(2, **options), on(t(1, 2, *[6] * n))) for options in ({}, {"return_indices": True})
    ] for n in (1, 2, 3)},
    **{f"MaxUnpool{n}d": lambda n=n: [
        (build(2), on(t(1, 1, *[2] * n), torch.arange(2**n).reshape(1, 1, *[2] * n)))
    ] for n in (1, 2, 3)},
    "PixelShuffle": lambda: [(build(2), on(t(1, 4, 3, 3)))],
    "PixelUnshuffle": lambda: [(build(2), on(t(1, 1, 4, 4)))],
    "ChannelShuffle": lambda: [(build(2), on(t(1, 4, 3, 3)))],
    "Upsample": lambda: [
        (build(scale_factor=2), on(t(1, 2, 4, 4))), (build(scale_factor=2, mode="bilinear"), on(t(1, 2, 4, 4))),
        (build(8), on(t(1, 2, 4, 4))),
    ],
    "UpsamplingNearest2d": lambda: [(build(scale_factor=2), on(t(1, 2, 4, 4)))],
    "UpsamplingBilinear2d": lambda: [(build(scale_factor=2), on(t(1, 2, 4, 4)))],
    "Fold": lambda: [(build((4, 4), (2, 2)), on(t(1, 4, 9)))],
    "Unfold": lambda: [(build((2, 2)), on(t(1, 1, 4, 4)))],
    "CosineSimilarity": lambda: [(build(), on(t(), t())), (build(dim=0), on(t(), t()))],
    "PairwiseDistance": lambda: [(build(), on(t(), t())), (build(p=1), on(t(), t()))],
    "Softmax2d": lambda: [(build(), on(t(1, 2, 3, 3)))],
    "RNN": recurrent(),
    "GRU": recurrent(),
    "LSTM": recurrent(lstm=True),
    "RNNCell": cell(),
    "GRUCell": cell(),
    "LSTMCell": cell(lstm=True),
    "MultiheadAttention": lambda: [
        (build(4, 2, **options), on(t(3, 2, 4), t(3, 2, 4), t(3, 2, 4)))
        for options in ({}, {"batch_first": True}, {"bias": False}, {"dropout": 0.1}, {"kdim": 4, "vdim": 4})
    ],
    "TransformerEncoderLayer": lambda: [
        (build(4, 2, 8, **options), on(t(3, 2, 4))) for options in ({}, {"batch_first": True}, {"norm_first": True})
    ],
    "TransformerDecoderLayer": lambda: [
        (build(4, 2, 8, **options), on(t(3, 2, 4), t(3, 2, 4))) for options in ({}, {"norm_first": True})
    ],
    "TransformerEncoder": lambda: [(build(nn.TransformerEncoderLayer(4, 2, 8), 1), on(t(3, 2, 4)))],
    "TransformerDecoder": lambda: [(build(nn.TransformerDecoderLayer(4, 2, 8), 1), on(t(3, 2, 4), t(3, 2, 4)))],
    "Transformer": lambda: [(build(4, 2, 1, 1, 8), on(t(3, 2, 4), t(3, 2, 4)))],
    "CrossEntropyLoss": lambda: [
        (build(**options), on(t(2, 3), target))
        for options in ({}, {"reduction": "none"}, {"reduction": "sum"}, {"label_smoothing": 0.1}, {"weight": t(3)})
        for target in (indices(2), t(2, 3))
    ],
    "NLLLoss": lambda: [
        (build(**options), on(t(2, 3), indices(2))) for options in ({}, {"reduction": "none"}, {"weight": t(3)})
    ],
    **{name: loss(t, t) for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "PoissonNLLLoss", "KLDivLoss")},
    "BCELoss": loss(probabilities, probabilities),
    "BCEWithLogitsLoss": lambda: [
        *loss(t, t)(), (build(pos_weight=t(3)), on(t(), t())), (build(weight=t(3)), on(t(), t())),
    ],
    "GaussianNLLLoss": loss(t, t, t),
    "SoftMarginLoss": loss(t, signs(2, 3)),
    "HingeEmbeddingLoss": loss(t, signs(2, 3)),
    "MultiLabelSoftMarginLoss": loss(t, probabilities),
    "CosineEmbeddingLoss": loss(t, t, lambda: torch.tensor([1, -1])),
    "MarginRankingLoss": loss(t, t, signs(2, 3)),
    "TripletMarginLoss": loss(t, t, t),
    "TripletMarginWithDistanceLoss": loss(t, t, t),
    "MultiMarginLoss": loss(t, lambda: indices(2)),
    "MultiLabelMarginLoss": loss(t, lambda: torch.tensor([[0, -1, -1], [1, 2, -1]])),
    "CTCLoss": lambda: [
        (build(), on(t(6, 2, 4).log_softmax(2), indices(2, 3) + 1, torch.tensor([6, 6]), torch.tensor([3, 2])))
    ],
    "PReLU": lambda: [(build(), on(t())), (build(3), on(t()))],
}  # fmt: skip

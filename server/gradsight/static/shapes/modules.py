"""What shape a module of `torch.nn` gives: mostly that of the function behind it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from gradsight.static.shapes import losses, recurrent, reductions, windows
from gradsight.static.shapes.arguments import (
    Answer,
    Argument,
    Call,
    Rule,
    Sized,
    Sizes,
    Unknowable,
    integer,
    integers,
    operand_sizes,
    repeated,
    size_list,
    tensor_sizes,
    wrapped,
)
from gradsight.static.shapes.arithmetic import agreed
from gradsight.static.shapes.construction import Construction, ModuleRule
from gradsight.static.shapes.views import flattened, unflattened

_FUNCTIONS: Final[Mapping[str, Rule]] = {**windows.RULES, **losses.RULES, **reductions.RULES}


def _same(built: Construction) -> Answer:
    return tensor_sizes(built.input(0))


def _delegated(built: Construction, function: str) -> Answer:
    """The function takes what the constructor was given under the same names."""
    return _FUNCTIONS[f"nn.functional.{function}"](Call(built.inputs, {**built.options, **built.named_inputs}))


def _linear(built: Construction) -> Answer:
    shape = tensor_sizes(built.input(0))
    if not shape:
        raise Unknowable
    return (*shape[:-1], built.integer("out_features"))


def _bilinear(built: Construction) -> Answer:
    one, other = tensor_sizes(built.input(0, "input1")), tensor_sizes(built.input(1, "input2"))
    if not one or not other:
        raise Unknowable
    return (*agreed([one[:-1], other[:-1]]), built.integer("out_features"))


def _conv(built: Construction, spatial: int, function: str, transposed: bool) -> Answer:
    channels = built.integer("out_channels")
    kernel = repeated(built.get("kernel_size"), spatial)
    weight = Sized((None, channels, *kernel) if transposed else (channels, None, *kernel))
    options = {name: value for name, value in built.options.items() if name not in ("groups", "bias")}
    shape = _FUNCTIONS[f"nn.functional.{function}"](Call((built.input(0), weight), options))
    if transposed and len(built.inputs) + len(built.named_inputs) > 1 and shape is not None:
        # `output_size` decides which of several possible sizes it is.
        return (*shape[:-spatial], *(None for _ in range(spatial)))
    return shape


def _flatten(built: Construction) -> Answer:
    start, end = built.integer("start_dim", default=1), built.integer("end_dim", default=-1)
    if start is None or end is None:
        raise Unknowable
    return flattened(tensor_sizes(built.input(0)), start, end)


def _unflatten(built: Construction) -> Answer:
    shape, dim = tensor_sizes(built.input(0)), built.integer("dim")
    if dim is None or not shape:
        raise Unknowable
    return unflattened(shape, wrapped(dim, len(shape)), size_list(built.get("unflattened_size")))


def _embedding(built: Construction) -> Answer:
    return (*operand_sizes(built.input(0)), built.integer("embedding_dim"))


def _embedding_bag(built: Construction) -> Answer:
    shape = tensor_sizes(built.input(0))
    return (shape[0] if len(shape) == 2 else None, built.integer("embedding_dim"))


def _padded(built: Construction, spatial: int) -> Answer:
    given = built.get("padding")
    pad: Sizes
    if isinstance(given, tuple):
        pad = integers(given)
    else:
        pad = (integer(given),) * (2 * spatial)
    return windows.padded(tensor_sizes(built.input(0)), pad)


def _adaptive_log_softmax(built: Construction) -> Answer:
    return tensor_sizes(built.input(0))[:-1], ()


_SAME: Final = """
    AlphaDropout BatchNorm1d BatchNorm2d BatchNorm3d CELU ChannelShuffle CrossMapLRN2d Dropout Dropout1d Dropout2d
    Dropout3d ELU FeatureAlphaDropout GELU GroupNorm Hardshrink Hardsigmoid Hardswish Hardtanh Identity InstanceNorm1d
    InstanceNorm2d InstanceNorm3d LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyInstanceNorm1d
    LazyInstanceNorm2d LazyInstanceNorm3d LeakyReLU LocalResponseNorm LogSigmoid LogSoftmax Mish PReLU RMSNorm RReLU
    ReLU ReLU6 SELU SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink Softsign SyncBatchNorm Tanh Tanhshrink
    Threshold
"""

_LOSS: Final = ("size_average", "reduce", "reduction")
_WEIGHTED_LOSS: Final = ("weight", *_LOSS)
_POOL: Final = ("kernel_size", "stride", "padding")
_MAX_POOL: Final = (*_POOL, "dilation", "return_indices", "ceil_mode")

_DELEGATED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "MSELoss": ("mse_loss", _LOSS),
    "L1Loss": ("l1_loss", _LOSS),
    "SmoothL1Loss": ("smooth_l1_loss", _LOSS),
    "HuberLoss": ("huber_loss", ("reduction",)),
    "SoftMarginLoss": ("soft_margin_loss", _LOSS),
    "KLDivLoss": ("kl_div", _LOSS),
    "BCELoss": ("binary_cross_entropy", _WEIGHTED_LOSS),
    "BCEWithLogitsLoss": ("binary_cross_entropy_with_logits", (*_WEIGHTED_LOSS, "pos_weight")),
    "CrossEntropyLoss": ("cross_entropy", ("weight", "size_average", "ignore_index", "reduce", "reduction")),
    "NLLLoss": ("nll_loss", ("weight", "size_average", "ignore_index", "reduce", "reduction")),
    "PoissonNLLLoss": ("poisson_nll_loss", ("log_input", "full", "size_average", "eps", "reduce", "reduction")),
    "GaussianNLLLoss": ("gaussian_nll_loss", ()),
    "HingeEmbeddingLoss": ("hinge_embedding_loss", ("margin", *_LOSS)),
    "MarginRankingLoss": ("margin_ranking_loss", ("margin", *_LOSS)),
    "CosineEmbeddingLoss": ("cosine_embedding_loss", ("margin", *_LOSS)),
    "MultiMarginLoss": ("multi_margin_loss", ("p", "margin", *_WEIGHTED_LOSS)),
    "MultiLabelMarginLoss": ("multilabel_margin_loss", _LOSS),
    "MultiLabelSoftMarginLoss": ("multilabel_soft_margin_loss", _WEIGHTED_LOSS),
    "TripletMarginLoss": ("triplet_margin_loss", ("margin", "p", "eps", "swap", *_LOSS)),
    "TripletMarginWithDistanceLoss": ("triplet_margin_with_distance_loss", ()),
    "CTCLoss": ("ctc_loss", ("blank", "reduction")),
    "CosineSimilarity": ("cosine_similarity", ("dim",)),
    "PairwiseDistance": ("pairwise_distance", ("p", "eps", "keepdim")),
    **{f"MaxPool{rank}d": (f"max_pool{rank}d", _MAX_POOL) for rank in (1, 2, 3)},
    **{f"AvgPool{rank}d": (f"avg_pool{rank}d", (*_POOL, "ceil_mode")) for rank in (1, 2, 3)},
    **{f"LPPool{rank}d": (f"lp_pool{rank}d", ("norm_type", *_POOL[:2], "ceil_mode")) for rank in (1, 2, 3)},
    **{f"AdaptiveAvgPool{rank}d": (f"adaptive_avg_pool{rank}d", ("output_size",)) for rank in (1, 2, 3)},
    **{
        f"AdaptiveMaxPool{rank}d": (f"adaptive_max_pool{rank}d", ("output_size", "return_indices"))
        for rank in (1, 2, 3)
    },
    **{f"MaxUnpool{rank}d": (f"max_unpool{rank}d", _POOL) for rank in (1, 2, 3)},
    "Upsample": ("interpolate", ("size", "scale_factor")),
    "UpsamplingNearest2d": ("interpolate", ("size", "scale_factor")),
    "UpsamplingBilinear2d": ("interpolate", ("size", "scale_factor")),
    "PixelShuffle": ("pixel_shuffle", ("upscale_factor",)),
    "PixelUnshuffle": ("pixel_unshuffle", ("downscale_factor",)),
    "Unfold": ("unfold", ("kernel_size", "dilation", "padding", "stride")),
    "Fold": ("fold", ("output_size", "kernel_size", "dilation", "padding", "stride")),
    "GLU": ("glu", ("dim",)),
}

_CONV: Final = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
_TRANSPOSED: Final = (*_CONV[:4], "output_padding", "groups", "bias", "dilation")


def _convolutions() -> dict[str, tuple[tuple[str, ...], ModuleRule]]:
    found: dict[str, tuple[tuple[str, ...], ModuleRule]] = {}
    for rank in (1, 2, 3):
        plain = partial(_conv, spatial=rank, function=f"conv{rank}d", transposed=False)
        back = partial(_conv, spatial=rank, function=f"conv_transpose{rank}d", transposed=True)
        found[f"Conv{rank}d"] = (("in_channels", *_CONV), plain)
        found[f"LazyConv{rank}d"] = (_CONV, plain)
        found[f"ConvTranspose{rank}d"] = (("in_channels", *_TRANSPOSED), back)
        found[f"LazyConvTranspose{rank}d"] = (_TRANSPOSED, back)
    return found


MODULES: Final[dict[str, tuple[tuple[str, ...], ModuleRule]]] = {
    **dict.fromkeys(_SAME.split(), ((), _same)),
    **{name: (options, partial(_delegated, function=to)) for name, (to, options) in _DELEGATED.items()},
    **_convolutions(),
    **{
        f"{kind}Pad{rank}d": (("padding",), partial(_padded, spatial=rank))
        for kind in ("Zero", "Constant", "Reflection", "Replication", "Circular")
        for rank in (1, 2, 3)
    },
    **recurrent.MODULES,
    "Linear": (("in_features", "out_features"), _linear),
    "LazyLinear": (("out_features",), _linear),
    "Bilinear": (("in1_features", "in2_features", "out_features"), _bilinear),
    "Flatten": (("start_dim", "end_dim"), _flatten),
    "Unflatten": (("dim", "unflattened_size"), _unflatten),
    "Embedding": (("num_embeddings", "embedding_dim"), _embedding),
    "EmbeddingBag": (("num_embeddings", "embedding_dim"), _embedding_bag),
    "AdaptiveLogSoftmaxWithLoss": ((), _adaptive_log_softmax),
}
"""By class: the names of the constructor's parameters as far as they matter, and the rule."""


def shape_of_module(
    name: str,
    arguments: tuple[Argument, ...],
    keywords: Mapping[str, Argument],
    inputs: tuple[Argument, ...],
    named_inputs: Mapping[str, Argument],
) -> Answer:
    """The shape of what a module of this class gives for `inputs`."""
    found = MODULES.get(name)
    if found is None:
        return None
    names, rule = found
    return rule(Construction({**dict(zip(names, arguments, strict=False)), **keywords}, inputs, named_inputs))

"""Ops on images, signals and volumes: convolution, pooling, padding, resampling."""

from __future__ import annotations

from functools import partial
from math import floor
from typing import Final

from gradsight.static.shapes.arguments import (
    MOST,
    Answer,
    Argument,
    Call,
    Number,
    Rule,
    Sized,
    Sizes,
    Unknowable,
    Unknown,
    integers,
    repeated,
)
from gradsight.static.shapes.arithmetic import agreed_size, known_rank, product


def _or(argument: Argument, default: Argument) -> Argument:
    return default if argument is None else argument


def _window_count(
    size: int | None, window: int | None, stride: int | None, padding: int | None, dilation: int | None, up: bool
) -> int | None:
    """How many windows fit; `up` where a last one may stand out."""
    if size is None or window is None or stride is None or padding is None or dilation is None:
        return None
    if stride < 1 or dilation < 1:
        raise Unknowable
    room = size + 2 * padding - dilation * (window - 1) - 1
    if not up:
        return room // stride + 1 if room >= 0 else None
    count = -(-room // stride) + 1
    if (count - 1) * stride >= size + padding:
        count -= 1
    return count if count > 0 else None


def _features(shape: Sizes, spatial: int) -> tuple[Sizes, Sizes]:
    """What stands before the spatial dimensions, and those."""
    known_rank(shape, spatial + 1, spatial + 2)
    return shape[:-spatial], shape[-spatial:]


def _conv(call: Call, spatial: int) -> Answer:
    shape, weight = call.shape(), known_rank(call.shape(1, "weight"), spatial + 2)
    lead, sizes = _features(shape, spatial)
    strides = repeated(_or(call.get(3, "stride"), 1), spatial)
    dilations = repeated(_or(call.get(5, "dilation"), 1), spatial)
    padding = _or(call.get(4, "padding"), 0)
    if padding == "same":
        return (*lead[:-1], weight[0], *sizes)
    paddings = repeated(0 if padding == "valid" else padding, spatial)
    out = [
        _window_count(size, window, stride, pad, dilation, False)
        for size, window, stride, pad, dilation in zip(sizes, weight[2:], strides, paddings, dilations, strict=True)
    ]
    return (*lead[:-1], weight[0], *out)


def _conv_transposed(call: Call, spatial: int) -> Answer:
    shape, weight = call.shape(), known_rank(call.shape(1, "weight"), spatial + 2)
    lead, sizes = _features(shape, spatial)
    strides = repeated(_or(call.get(3, "stride"), 1), spatial)
    paddings = repeated(_or(call.get(4, "padding"), 0), spatial)
    extras = repeated(_or(call.get(5, "output_padding"), 0), spatial)
    groups = call.integer(6, "groups", default=1)
    dilations = repeated(_or(call.get(7, "dilation"), 1), spatial)
    out: list[int | None] = []
    for size, window, stride, pad, extra, dilation in zip(
        sizes, weight[2:], strides, paddings, extras, dilations, strict=True
    ):
        if size is None or window is None or stride is None or pad is None or extra is None or dilation is None:
            out.append(None)
        else:
            out.append((size - 1) * stride - 2 * pad + dilation * (window - 1) + extra + 1)
    return (*lead[:-1], product((weight[1], groups)), *out)


def _pool(call: Call, spatial: int, padding: Argument, dilation: Argument, up: Argument, first: int = 1) -> Sizes:
    lead, sizes = _features(call.shape(), spatial)
    kernel = repeated(call.get(first, "kernel_size"), spatial)
    stride = call.get(first + 1, "stride")
    strides = kernel if stride is None or stride == () else repeated(stride, spatial)
    paddings, dilations = repeated(_or(padding, 0), spatial), repeated(_or(dilation, 1), spatial)
    if up is not None and not isinstance(up, bool):
        return (*lead, *(None for _ in sizes))
    out = [
        _window_count(size, window, step, pad, hole, bool(up))
        for size, window, step, pad, hole in zip(sizes, kernel, strides, paddings, dilations, strict=True)
    ]
    return (*lead, *out)


def _max_pool(call: Call, spatial: int) -> Answer:
    shape = _pool(call, spatial, call.get(3, "padding"), call.get(4, "dilation"), call.get(5, "ceil_mode"))
    return (shape, shape) if call.truth(6, "return_indices") else shape


def _max_pool_with_indices(call: Call, spatial: int) -> Answer:
    shape = _pool(call, spatial, call.get(3, "padding"), call.get(4, "dilation"), call.get(5, "ceil_mode"))
    return shape, shape


def _avg_pool(call: Call, spatial: int) -> Answer:
    return _pool(call, spatial, call.get(3, "padding"), 1, call.get(4, "ceil_mode"))


def _lp_pool(call: Call, spatial: int) -> Answer:
    return _pool(call, spatial, 0, 1, call.get(4, "ceil_mode"), first=2)


def _adaptive(call: Call, spatial: int) -> Sizes:
    lead, sizes = _features(call.shape(), spatial)
    given = call.get(1, "output_size")
    targets = given if isinstance(given, tuple) else (given,) * spatial
    if len(targets) == 1:
        targets = targets * spatial
    if len(targets) != spatial:
        raise Unknowable
    out = [size if target is None else _plain(target) for size, target in zip(sizes, targets, strict=True)]
    return (*lead, *out)


def _plain(argument: Argument) -> int | None:
    (value,) = repeated(argument, 1)
    return value


def _adaptive_avg(call: Call, spatial: int) -> Answer:
    return _adaptive(call, spatial)


def _adaptive_max(call: Call, spatial: int) -> Answer:
    shape = _adaptive(call, spatial)
    return (shape, shape) if call.truth(2, "return_indices") else shape


def _adaptive_max_with_indices(call: Call, spatial: int) -> Answer:
    shape = _adaptive(call, spatial)
    return shape, shape


def _unpooled(call: Call, spatial: int) -> Answer:
    lead, sizes = _features(call.shape(), spatial)
    return (*lead, *(None for _ in sizes))


def padded(shape: Sizes, pad: Sizes) -> Sizes:
    """The shape with `pad` added at both ends, beginning with the last dimension."""
    if len(pad) % 2 or len(pad) > 2 * len(shape):
        raise Unknowable
    sizes = list(shape)
    for number in range(len(pad) // 2):
        size, before, after = sizes[-1 - number], pad[2 * number], pad[2 * number + 1]
        sizes[-1 - number] = None if size is None or before is None or after is None else size + before + after
    if any(size is not None and size < 0 for size in sizes):
        raise Unknowable
    return tuple(sizes)


def _pad(call: Call) -> Answer:
    pad = call.get(1, "pad")
    if isinstance(pad, Unknown):
        return (None,) * len(call.shape())
    return padded(call.shape(), integers(pad))


def _resampled(call: Call) -> Answer:
    shape = known_rank(call.shape(), 3, 4, 5)
    size, factor = call.get(1, "size"), call.get(2, "scale_factor")
    spatial = shape[2:]
    if size is not None:
        return (*shape[:2], *repeated(size, len(spatial)))
    factors = factor if isinstance(factor, tuple) else (factor,) * len(spatial)
    if len(factors) != len(spatial):
        raise Unknowable
    return (*shape[:2], *map(_scaled, spatial, factors))


def _scaled(size: int | None, factor: Argument) -> int | None:
    if isinstance(factor, Unknown | Number | Sized):
        return None
    if not isinstance(factor, int | float) or not abs(factor) < MOST:
        raise Unknowable
    return None if size is None or size >= MOST else floor(float(size) * factor)


def _shuffled(call: Call) -> Answer:
    shape, factor = call.shape(), call.integer(1, "upscale_factor")
    *lead, channels, height, width = _image(shape)
    if factor is None:
        return (*lead, None, None, None)
    if factor < 1 or (channels is not None and channels % factor**2):
        raise Unknowable
    return (
        *lead,
        None if channels is None else channels // factor**2,
        product((height, factor)),
        product((width, factor)),
    )


def _unshuffled(call: Call) -> Answer:
    shape, factor = call.shape(), call.integer(1, "downscale_factor")
    *lead, channels, height, width = _image(shape)
    if factor is None:
        return (*lead, None, None, None)
    if factor < 1:
        raise Unknowable
    return (
        *lead,
        product((channels, factor**2)),
        None if height is None else height // factor,
        None if width is None else width // factor,
    )


def _image(shape: Sizes) -> Sizes:
    if len(shape) < 3:
        raise Unknowable
    return shape


def _sampled(call: Call) -> Answer:
    shape, grid = known_rank(call.shape(), 4, 5), call.shape(1, "grid")
    known_rank(grid, len(shape))
    return (agreed_size(shape[0], grid[0]), shape[1], *grid[1:-1])


def _blocks(sizes: Sizes, call: Call, kernel: Sizes) -> int | None:
    """How many blocks `unfold` cuts."""
    dilations = repeated(_or(call.get(2, "dilation"), 1), 2)
    paddings = repeated(_or(call.get(3, "padding"), 0), 2)
    strides = repeated(_or(call.get(4, "stride"), 1), 2)
    return product(
        _window_count(size, window, stride, pad, dilation, False)
        for size, window, stride, pad, dilation in zip(sizes, kernel, strides, paddings, dilations, strict=True)
    )


def _unfolded(call: Call) -> Answer:
    lead, sizes = _features(call.shape(), 2)
    kernel = repeated(call.get(1, "kernel_size"), 2)
    return (*lead[:-1], product((lead[-1], *kernel)), _blocks(sizes, call, kernel))


def _refolded(call: Call) -> Answer:
    shape = known_rank(call.shape(), 2, 3)
    window = product(repeated(call.get(2, "kernel_size"), 2))
    rows = shape[-2]
    channels = None if rows is None or not window else rows // window
    return (*shape[:-2], channels, *repeated(call.get(1, "output_size"), 2))


def _gated(call: Call) -> Answer:
    """`glu` halves a dimension."""
    shape = call.shape()
    if not shape:
        raise Unknowable
    dim = call.dimension(len(shape), 1, default=-1)
    size = shape[dim]
    if size is not None and size % 2:
        raise Unknowable
    return (*shape[:dim], None if size is None else size // 2, *shape[dim + 1 :])


_FUNCTIONAL: Final[dict[str, Rule]] = {
    **{f"conv{rank}d": partial(_conv, spatial=rank) for rank in (1, 2, 3)},
    **{f"conv_transpose{rank}d": partial(_conv_transposed, spatial=rank) for rank in (1, 2, 3)},
    **{f"max_pool{rank}d": partial(_max_pool, spatial=rank) for rank in (1, 2, 3)},
    **{f"max_pool{rank}d_with_indices": partial(_max_pool_with_indices, spatial=rank) for rank in (1, 2, 3)},
    **{f"avg_pool{rank}d": partial(_avg_pool, spatial=rank) for rank in (1, 2, 3)},
    **{f"lp_pool{rank}d": partial(_lp_pool, spatial=rank) for rank in (1, 2, 3)},
    **{f"adaptive_avg_pool{rank}d": partial(_adaptive_avg, spatial=rank) for rank in (1, 2, 3)},
    **{f"adaptive_max_pool{rank}d": partial(_adaptive_max, spatial=rank) for rank in (1, 2, 3)},
    **{
        f"adaptive_max_pool{rank}d_with_indices": partial(_adaptive_max_with_indices, spatial=rank)
        for rank in (1, 2, 3)
    },
    **{f"max_unpool{rank}d": partial(_unpooled, spatial=rank) for rank in (1, 2, 3)},
    "pad": _pad,
    "interpolate": _resampled,
    "upsample": _resampled,
    "upsample_bilinear": _resampled,
    "upsample_nearest": _resampled,
    "pixel_shuffle": _shuffled,
    "pixel_unshuffle": _unshuffled,
    "grid_sample": _sampled,
    "unfold": _unfolded,
    "fold": _refolded,
    "glu": _gated,
}

_ALSO_IN_TORCH: Final = """
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d avg_pool1d adaptive_avg_pool1d
    max_pool1d max_pool2d max_pool3d pixel_shuffle pixel_unshuffle
"""

RULES: Final[dict[str, Rule]] = {
    **{f"nn.functional.{name}": rule for name, rule in _FUNCTIONAL.items()},
    **{name: _FUNCTIONAL[name] for name in _ALSO_IN_TORCH.split()},
}

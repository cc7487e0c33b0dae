"""Ops that work element by element: one operand, or several that are broadcast together."""

from __future__ import annotations

from typing import Final

from gradsight.static.shapes.arguments import Answer, Call, Rule, Sized, operand_sizes
from gradsight.static.shapes.arithmetic import broadcast


def same(call: Call) -> Answer:
    """The result has the shape of the first argument."""
    return call.shape()


def _pair(call: Call) -> Answer:
    return broadcast(
        call.operand(0, *_LEFT), call.operand(1, "other", "exponent", "mask", "values", "imag", "angle", "min", "max")
    )


def _polygamma(call: Call) -> Answer:
    """The order comes first in the function and second in the method."""
    return next((argument.shape for argument in call.arguments if isinstance(argument, Sized)), None)


def _two(call: Call) -> Answer:
    shape = call.shape()
    return shape, shape


def _all(call: Call) -> Answer:
    given = (*call.arguments, *(value for name, value in call.keywords.items() if name not in _OPTIONS))
    return broadcast(*(operand_sizes(item) for item in given if item is not None))


_LEFT: Final = ("input", "self", "real", "abs")
_RIGHT: Final = ("other", "exponent", "mask", "values", "imag", "angle", "min", "max")
_OPTIONS: Final = frozenset({"out", "value", "alpha", "rounding_mode", "dtype", "generator"})

_UNARY: Final = """
    abs absolute acos acosh alpha_dropout angle arccos arccosh arcsin arcsinh arctan arctanh argsort asin asinh atan
    atanh bitwise_not ceil celu conj conj_physical cos cosh cumprod cumsum deg2rad detach digamma dropout
    erf erfc erfinv exp exp2 expm1 feature_alpha_dropout feature_dropout fill fix flip fliplr flipud floor frac
    hardshrink i0 isfinite isinf isnan isneginf isposinf isreal lgamma log log10 log1p log2 log_softmax
    logcumsumexp logical_not logit mvlgamma nan_to_num neg negative positive prelu rad2deg reciprocal
    relu renorm resolve_conj resolve_neg roll round rrelu rsqrt selu sgn sigmoid sign signbit sin sinc sinh softmax
    softmin sqrt square tan tanh threshold tril triu trunc
    clone contiguous cpu cuda to type type_as float double half bfloat16 int long short char byte bool cfloat
    cdouble pin_memory alias data grad real imag numpy requires_grad_ coalesce to_dense dequantize
    batch_norm layer_norm group_norm instance_norm rms_norm channel_shuffle bernoulli poisson
    index_add index_copy index_fill index_put index_reduce put scatter scatter_add scatter_reduce select_scatter
    slice_scatter diagonal_scatter as_strided_scatter matrix_exp matrix_power inverse cholesky
    cholesky_inverse isin msort sparse_mask to_sparse logsigmoid quantize_per_tensor fake_quantize_per_tensor_affine
    __abs__ __invert__ __neg__ __pos__ __deepcopy__ __copy__
"""

_UNARY_OF_FUNCTIONAL: Final = """
    alpha_dropout celu channel_shuffle dropout dropout1d dropout2d dropout3d elu feature_alpha_dropout gelu
    gumbel_softmax hardshrink hardsigmoid hardswish hardtanh leaky_relu log_softmax logsigmoid mish normalize prelu
    relu relu6 rrelu selu sigmoid silu softmax softmin softplus softshrink softsign tanh tanhshrink threshold
    batch_norm group_norm instance_norm layer_norm local_response_norm rms_norm
"""

_UNARY_OF_SPECIAL: Final = """
    airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 digamma entr erf erfc erfcx erfinv exp2 expit expm1 gammaln i0
    i0e i1 i1e log1p log_ndtr log_softmax logit modified_bessel_i0 modified_bessel_i1 modified_bessel_k0
    modified_bessel_k1 multigammaln ndtr ndtri psi round scaled_modified_bessel_k0 scaled_modified_bessel_k1 sinc
    softmax spherical_bessel_j0
"""

_PAIRS: Final = """
    add arctan2 atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor complex copysign div
    divide eq floor_divide float_power fmax fmin fmod gcd ge greater greater_equal gt heaviside hypot igamma igammac
    isclose lcm ldexp le less less_equal logaddexp logaddexp2 logical_and logical_or logical_xor lt masked_fill
    masked_scatter maximum minimum mul multiply ne nextafter not_equal polar pow remainder rsub sub subtract
    true_divide xlogy
    __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __div__ __rdiv__ __floordiv__
    __rfloordiv__ __mod__ __rmod__ __pow__ __rpow__ __and__ __rand__ __or__ __ror__ __xor__ __rxor__ __lshift__
    __rlshift__ __rshift__ __rrshift__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__
    special.xlogy special.xlog1py special.zeta special.gammainc special.gammaincc clamp_max clamp_min
"""

_BROADCAST_ALL: Final = "addcdiv addcmul clamp clip lerp"

RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(_UNARY.split(), same),
    **{f"nn.functional.{name}": same for name in _UNARY_OF_FUNCTIONAL.split()},
    **{f"special.{name}": same for name in _UNARY_OF_SPECIAL.split()},
    **dict.fromkeys(_PAIRS.split(), _pair),
    **dict.fromkeys(_BROADCAST_ALL.split(), _all),
    **dict.fromkeys(("polygamma", "special.polygamma"), _polygamma),
    "frexp": _two,
    "where": lambda call: broadcast(
        call.operand(0, "condition", "input", "self"), call.operand(1, "input", "condition"), call.operand(2, "other")
    ),
}

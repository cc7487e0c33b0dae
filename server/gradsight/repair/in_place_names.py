"""Which functions of PyTorch have a form in place, by name; a test compares it with the real thing."""

from __future__ import annotations

METHODS = frozenset(
    {
        "abs", "absolute", "acos", "acosh", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr",
        "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan", "atan2",
        "atanh", "baddbmm", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift",
        "bitwise_xor", "ceil", "clamp", "clamp_max", "clamp_min", "clip", "conj_physical", "copysign", "cos", "cosh",
        "cumprod", "cumsum", "deg2rad", "detach", "digamma", "div", "divide", "erf", "erfc", "erfinv", "exp", "exp2",
        "expm1", "fix", "floor", "floor_divide", "fmod", "frac", "gcd", "heaviside", "hypot", "i0", "igamma",
        "igammac", "index_add", "index_copy", "index_fill", "index_put", "index_reduce", "lcm", "ldexp", "lerp",
        "lgamma", "log", "log10", "log1p", "log2", "logit", "masked_fill", "masked_scatter", "mul", "multiply",
        "mvlgamma", "nan_to_num", "neg", "negative", "nextafter", "polygamma", "pow", "put", "rad2deg", "reciprocal",
        "relu", "remainder", "renorm", "round", "rsqrt", "scatter", "scatter_add", "scatter_reduce", "sgn",
        "sigmoid", "sign", "sin", "sinc", "sinh", "sqrt", "square", "squeeze", "sub", "subtract", "swapaxes",
        "swapdims", "t", "tan", "tanh", "transpose", "tril", "triu", "true_divide", "trunc", "unsqueeze", "xlogy",
    }
)  # fmt: skip
"""Methods of a tensor whose name with `_` behind does the same in place, with a result of the same dtype."""

FUNCTIONS = frozenset(
    {
        "abs", "acos", "acosh", "addmv", "alpha_dropout", "arccos", "arccosh", "arcsin", "arcsinh", "arctan",
        "arctanh", "asin", "asinh", "atan", "atanh", "ceil", "celu", "clamp", "clamp_max", "clamp_min", "clip",
        "conj_physical", "cos", "cosh", "deg2rad", "detach", "dropout", "elu", "erf", "erfc", "exp", "exp2", "expm1",
        "feature_alpha_dropout", "feature_dropout", "fix", "floor", "frac", "gcd", "hardtanh", "i0", "index_put",
        "lcm", "ldexp", "leaky_relu", "log", "log10", "log1p", "log2", "logit", "nan_to_num", "neg", "negative",
        "rad2deg", "reciprocal", "relu", "round", "rrelu", "rsqrt", "selu", "sigmoid", "sin", "sinc", "sinh", "sqrt",
        "square", "tan", "tanh", "threshold", "trunc", "xlogy",
    }
)  # fmt: skip
"""Functions of `torch` and `torch.nn.functional` for which the same holds."""

INPLACE_ARGUMENT = {
    "AlphaDropout": 1, "CELU": 1, "Dropout": 1, "Dropout1d": 1, "Dropout2d": 1, "Dropout3d": 1, "ELU": 1,
    "FeatureAlphaDropout": 1, "Hardsigmoid": 0, "Hardswish": 0, "Hardtanh": 2, "LeakyReLU": 1, "Mish": 0, "RReLU": 2,
    "ReLU": 0, "ReLU6": 0, "SELU": 0, "SiLU": 0, "Threshold": 2,
    "alpha_dropout": 3, "celu": 2, "dropout": 3, "dropout1d": 3, "dropout2d": 3, "dropout3d": 3, "elu": 2,
    "feature_alpha_dropout": 3, "hardsigmoid": 1, "hardswish": 1, "hardtanh": 3, "leaky_relu": 2, "mish": 1, "relu": 1,
    "relu6": 1, "rrelu": 4, "selu": 1, "silu": 1, "threshold": 3,
}  # fmt: skip
"""Where `inplace` stands among the positional arguments of the layers and functions that have it."""

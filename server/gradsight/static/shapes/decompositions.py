"""Decompositions of matrices and Fourier transforms."""

from __future__ import annotations

from typing import Final

from gradsight.static.shapes.arguments import Answer, Call, Rule, Sizes, Unknowable
from gradsight.static.shapes.arithmetic import with_size


def _matrix(call: Call) -> tuple[Sizes, int | None, int | None, int | None]:
    """The batch, the rows, the columns, and the lesser of the two."""
    *batch, rows, columns = _ranked(call.shape())
    return tuple(batch), rows, columns, None if rows is None or columns is None else min(rows, columns)


def _ranked(shape: Sizes) -> Sizes:
    if len(shape) < 2:
        raise Unknowable
    return shape


def _svd(call: Call) -> Answer:
    batch, rows, columns, least = _matrix(call)
    full = call.truth(1, "full_matrices", default=True)
    return (
        (*batch, rows, rows if full else least),
        (*batch, least),
        (*batch, columns if full else least, columns),
    )


def _older_svd(call: Call) -> Answer:
    batch, rows, columns, least = _matrix(call)
    if not call.truth(2, "compute_uv", default=True):
        raise Unknowable
    thin = call.truth(1, "some", default=True)
    return (
        (*batch, rows, least if thin else rows),
        (*batch, least),
        (*batch, columns, least if thin else columns),
    )


def _qr(call: Call) -> Answer:
    mode = call.get(1, "mode")
    if mode not in (None, "reduced", "complete"):
        raise Unknowable
    return _orthogonal(call, mode != "complete")


def _older_qr(call: Call) -> Answer:
    return _orthogonal(call, call.truth(1, "some", default=True))


def _orthogonal(call: Call, thin: bool) -> Answer:
    batch, rows, columns, least = _matrix(call)
    inner = least if thin else rows
    return (*batch, rows, inner), (*batch, inner, columns)


def _lu(call: Call) -> Answer:
    batch, rows, columns, least = _matrix(call)
    return (*batch, rows, rows), (*batch, rows, least), (*batch, least, columns)


def _lu_factor(call: Call) -> Answer:
    batch, rows, columns, least = _matrix(call)
    return (*batch, rows, columns), (*batch, least)


def _with_status(call: Call) -> Answer:
    batch, rows, columns, _ = _matrix(call)
    return (*batch, rows, columns), batch


def _fourier(call: Call, halved: bool = False, doubled: bool = False) -> Answer:
    """Along one dimension; a transform of real numbers leaves the half, and back it doubles."""
    shape = call.shape()
    if not shape:
        raise Unknowable
    dim = call.dimension(len(shape), 2, default=-1)
    given = call.get(1, "n")
    size = shape[dim] if given is None else call.integer(1, "n")
    if doubled and given is None:
        size = None if size is None else 2 * (size - 1)
    if halved:
        size = None if size is None else size // 2 + 1
    return with_size(shape, dim, size)


def _fourier_over_many(call: Call) -> Answer:
    shape = call.shape()
    return shape if call.get(1, "s") is None else (None,) * len(shape)


def _fourier_unsure(call: Call) -> Answer:
    return (None,) * len(call.shape())


def _shifted(call: Call) -> Answer:
    return call.shape()


def _frequencies(call: Call) -> Answer:
    return (call.integer(0, "n"),)


RULES: Final[dict[str, Rule]] = {
    "linalg.svd": _svd,
    "svd": _older_svd,
    "linalg.qr": _qr,
    "qr": _older_qr,
    "linalg.lu": _lu,
    "linalg.lu_factor": _lu_factor,
    **dict.fromkeys(("linalg.cholesky_ex", "linalg.inv_ex"), _with_status),
    **dict.fromkeys(("fft.fft", "fft.ifft"), _fourier),
    **dict.fromkeys(("fft.rfft", "fft.ihfft"), lambda call: _fourier(call, halved=True)),
    **dict.fromkeys(("fft.irfft", "fft.hfft"), lambda call: _fourier(call, doubled=True)),
    **dict.fromkeys(("fft.fft2", "fft.ifft2", "fft.fftn", "fft.ifftn"), _fourier_over_many),
    **dict.fromkeys(["fft.rfft2", "fft.rfftn", "fft.irfft2", "fft.irfftn"], _fourier_unsure),
    **dict.fromkeys(("fft.fftshift", "fft.ifftshift"), _shifted),
    "fft.fftfreq": _frequencies,
}

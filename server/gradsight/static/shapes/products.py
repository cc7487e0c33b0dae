"""Products of vectors, matrices and tensors, and linear algebra."""

from __future__ import annotations

from typing import Final

from gradsight.static.shapes.arguments import (
    Answer,
    Argument,
    Call,
    Rule,
    Sized,
    Sizes,
    Unknowable,
    integers,
    tensor_sizes,
    wrapped,
)
from gradsight.static.shapes.arithmetic import agreed, agreed_size, broadcast, known_rank, without


def matrix_product(one: Sizes, other: Sizes) -> Sizes:
    """What `matmul` gives."""
    if not one or not other:
        raise Unknowable
    agreed_size(one[-1], other[-2] if len(other) > 1 else other[0])
    batch = broadcast(one[:-2], other[:-2])
    rows = (one[-2],) if len(one) > 1 else ()
    columns = (other[-1],) if len(other) > 1 else ()
    return batch + rows + columns


def _matmul(call: Call) -> Answer:
    return matrix_product(call.shape(), call.shape(1, "other"))


def _reversed_matmul(call: Call) -> Answer:
    return matrix_product(call.shape(1), call.shape(0))


def _mm(call: Call) -> Answer:
    return matrix_product(known_rank(call.shape(), 2), known_rank(call.shape(1, "mat2"), 2))


def _bmm(call: Call) -> Answer:
    one, other = known_rank(call.shape(), 3), known_rank(call.shape(1, "mat2"), 3)
    return agreed_size(one[0], other[0]), one[1], other[2]


def _mv(call: Call) -> Answer:
    return (known_rank(call.shape(), 2)[0],)


def _scalar(call: Call) -> Answer:
    return ()


def _inner(call: Call) -> Answer:
    one, other = call.shape(), call.shape(1, "other")
    if not one or not other:
        return one + other
    return one[:-1] + other[:-1]


def _outer(call: Call) -> Answer:
    return known_rank(call.shape(), 1) + known_rank(call.shape(1, "vec2"), 1)


def _added_mm(call: Call) -> Answer:
    return matrix_product(known_rank(call.shape(1, "mat1"), 2), known_rank(call.shape(2, "mat2"), 2))


def _added_mv(call: Call) -> Answer:
    return (known_rank(call.shape(1, "mat"), 2)[0],)


def _added_outer(call: Call) -> Answer:
    return known_rank(call.shape(1, "vec1"), 1) + known_rank(call.shape(2, "vec2"), 1)


def _added_bmm(call: Call) -> Answer:
    one, other = known_rank(call.shape(1, "batch1"), 3), known_rank(call.shape(2, "batch2"), 3)
    return agreed_size(one[0], other[0]), one[1], other[2]


def _summed_bmm(call: Call) -> Answer:
    return known_rank(call.shape(1, "batch1"), 3)[1], known_rank(call.shape(2, "batch2"), 3)[2]


def _linear(call: Call) -> Answer:
    shape, weight = call.shape(), known_rank(call.shape(1, "weight"), 1, 2)
    if not shape:
        raise Unknowable
    agreed_size(shape[-1], weight[-1])
    return shape[:-1] + weight[:-1]


def _bilinear(call: Call) -> Answer:
    one, other = call.shape(0, "input1"), call.shape(1, "input2")
    return (*agreed([one[:-1], other[:-1]]), known_rank(call.shape(2, "weight"), 3)[0])


def _cross(call: Call) -> Answer:
    return broadcast(call.shape(), call.shape(1, "other"))


def _vector_dot(call: Call) -> Answer:
    pair = broadcast(call.shape(0, "x"), call.shape(1, "y"))
    dim = call.dimension(len(pair), None, default=-1)
    return without(pair, {dim})


def _kronecker(call: Call) -> Answer:
    one, other = call.shape(), call.shape(1, "other")
    rank = max(len(one), len(other))
    one, other = ((1,) * (rank - len(shape)) + shape for shape in (one, other))
    return tuple(None if a is None or b is None else a * b for a, b in zip(one, other, strict=True))


def _tensordot(call: Call) -> Answer:
    one, other = call.shape(0, "a"), call.shape(1, "b")
    dims: Argument = call.get(2, "dims")
    if dims is None:
        dims = 2
    if isinstance(dims, int) and not isinstance(dims, bool):
        if not 0 <= dims <= min(len(one), len(other)):
            raise Unknowable
        return one[: len(one) - dims] + other[dims:]
    if not isinstance(dims, tuple) or len(dims) != 2:
        raise Unknowable
    first, second = (integers(part) for part in dims)
    if None in first or None in second or len(first) != len(second):
        raise Unknowable
    gone = {wrapped(number, len(one)) for number in first if number is not None}
    spent = {wrapped(number, len(other)) for number in second if number is not None}
    return without(one, gone) + without(other, spent)


def _chained(call: Call) -> Answer:
    given: Argument = call.arguments
    if len(call.arguments) == 1 and not isinstance(call.arguments[0], Sized):
        given = call.arguments[0]
    if not isinstance(given, tuple) or not given:
        raise Unknowable
    result = tensor_sizes(given[0])
    for factor in given[1:]:
        result = matrix_product(result, known_rank(tensor_sizes(factor), 1, 2))
    return result


def _einsum(call: Call) -> Answer:
    equation, operands = call.get(0, "equation"), call.arguments[1:]
    if len(operands) == 1 and isinstance(operands[0], tuple):
        operands = operands[0]
    if not isinstance(equation, str):
        raise Unknowable
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise Unknowable
    sizes: dict[str, int | None] = {}
    around: Sizes = ()
    for term, operand in zip(terms, operands, strict=True):
        # Sizes of one label are broadcast, and so are the dimensions that the dots stand for.
        named, extra = _term_sizes(term, operand)
        around = broadcast(around, extra)
        for label, size in named:
            (sizes[label],) = broadcast((sizes.get(label, 1),), (size,))
    if not arrow:
        once = sorted(label for label in sizes if left.count(label) == 1)
        right = "".join(["..." if "..." in left else "", *once])
    before, dots, after = right.partition("...")
    if not sizes.keys() >= {*before, *after} or len({*before, *after}) != len(before + after):
        raise Unknowable
    lead, tail = (tuple(sizes[label] for label in labels) for labels in (before, after))
    return lead + (around if dots else ()) + tail


def _term_sizes(term: str, operand: Argument) -> tuple[list[tuple[str, int | None]], Sizes]:
    """The sizes by label in one operand of an einsum, and those that its dots stand for."""
    before, dots, after = term.partition("...")
    labels = before + after
    if not all(label.isascii() and label.isalpha() for label in labels):
        raise Unknowable
    if not dots and not (isinstance(operand, Sized) and operand.shape is not None):
        return [(label, None) for label in labels], ()
    shape = tensor_sizes(operand)
    end = len(shape) - len(after)
    if end < len(before) or (end > len(before) and not dots):
        raise Unknowable
    return list(zip(labels, shape[: len(before)] + shape[end:], strict=True)), shape[len(before) : end]


def _attention(call: Call) -> Answer:
    query, key, value = call.shape(0, "query"), call.shape(1, "key"), call.shape(2, "value")
    if min(map(len, (query, key, value))) < 2:
        raise Unknowable
    grouped = call.truth(None, "enable_gqa")
    batch = query[:-2] if grouped else broadcast(query[:-2], key[:-2], value[:-2])
    return (*batch, query[-2], value[-1])


def _swapped(call: Call) -> Answer:
    shape = _matrix(call)
    return (*shape[:-2], shape[-1], shape[-2])


def _matrix(call: Call) -> Sizes:
    shape = call.shape(0, "input", "A")
    if len(shape) < 2:
        raise Unknowable
    return shape


def _as_matrix(call: Call) -> Answer:
    return _matrix(call)


def _smaller(rows: int | None, columns: int | None) -> int | None:
    return None if rows is None or columns is None else min(rows, columns)


def _singular_values(call: Call) -> Answer:
    *batch, rows, columns = _matrix(call)
    return (*batch, _smaller(rows, columns))


def _eigenvalues(call: Call) -> Answer:
    return _matrix(call)[:-1]


def _eigen(call: Call) -> Answer:
    shape = _matrix(call)
    return shape[:-1], shape


def _solve(call: Call) -> Answer:
    matrix, right = _matrix(call), call.shape(1, "B")
    if call.get(None, "left") is not None:
        raise Unknowable
    if len(right) == 1:
        return broadcast(matrix[:-2], ()) + right
    if len(right) == len(matrix):
        return (*broadcast(matrix[:-2], right[:-2]), *right[-2:])
    raise Unknowable


def _triangular_solve(call: Call) -> Answer:
    matrix, right = _matrix(call), call.shape(1, "B")
    if len(right) < 2:
        raise Unknowable
    return (*broadcast(matrix[:-2], right[:-2]), *right[-2:])


RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(("matmul", "linalg.matmul", "__matmul__"), _matmul),
    "__rmatmul__": _reversed_matmul,
    **dict.fromkeys(("mm", "spmm"), _mm),
    "bmm": _bmm,
    "mv": _mv,
    **dict.fromkeys(("dot", "vdot"), _scalar),
    "inner": _inner,
    **dict.fromkeys(("outer", "ger"), _outer),
    "addmm": _added_mm,
    "addmv": _added_mv,
    "addr": _added_outer,
    "baddbmm": _added_bmm,
    "addbmm": _summed_bmm,
    "nn.functional.linear": _linear,
    **dict.fromkeys(("bilinear", "nn.functional.bilinear"), _bilinear),
    **dict.fromkeys(("cross", "linalg.cross"), _cross),
    "linalg.vecdot": _vector_dot,
    "kron": _kronecker,
    "tensordot": _tensordot,
    **dict.fromkeys(("chain_matmul", "linalg.multi_dot"), _chained),
    "einsum": _einsum,
    "nn.functional.scaled_dot_product_attention": _attention,
    **dict.fromkeys(("pinverse", "linalg.pinv"), _swapped),
    **dict.fromkeys(("linalg.inv", "linalg.cholesky", "linalg.matrix_power", "linalg.matrix_exp"), _as_matrix),
    "linalg.svdvals": _singular_values,
    **dict.fromkeys(("linalg.eigvals", "linalg.eigvalsh"), _eigenvalues),
    **dict.fromkeys(("linalg.eig", "linalg.eigh"), _eigen),
    "linalg.solve": _solve,
    "linalg.solve_triangular": _triangular_solve,
}

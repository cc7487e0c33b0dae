"""`torch.distributions`: what is drawn from a distribution, and what of it knows of the distribution's parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from gradsight.autograd.events import Applied, Cut
from gradsight.autograd.values import Kind, Known, Value
from gradsight.static.objects import UNKNOWN, Arguments, Dotted, Instance, Method, Object, Ref
from gradsight.static.ops import any_requires_grad
from gradsight.static.translate import sequence_items, values_in
from gradsight.static.walker import Walker

_MODULE = "torch.distributions."
_REPARAMETRISED = frozenset(
    ["Beta", "Cauchy", "Chi2", "ContinuousBernoulli", "Dirichlet", "Exponential", "FisherSnedecor", "Gamma",
     "GeneralizedPareto", "Gumbel", "HalfCauchy", "HalfNormal", "InverseGamma", "Kumaraswamy", "LKJCholesky", "Laplace",
     "LogNormal", "LogisticNormal", "LowRankMultivariateNormal", "MultivariateNormal", "Normal",
     "OneHotCategoricalStraightThrough", "Pareto", "RelaxedBernoulli", "RelaxedOneHotCategorical",
     "StudentT", "Uniform", "VonMises", "Weibull", "Wishart"]
)  # fmt: skip
_DISCRETE = frozenset(
    ["Bernoulli", "Binomial", "Categorical", "Geometric", "Multinomial", "NegativeBinomial", "OneHotCategorical",
     "Poisson"]
)  # fmt: skip
_COMPOUND = frozenset(["Independent", "MixtureSameFamily", "TransformedDistribution"])
_OF_PARAMETERS = frozenset(
    ["covariance_matrix", "df", "entropy", "loc", "logits", "mean", "mode", "perplexity", "precision_matrix", "probs",
     "rate", "scale", "scale_tril", "stddev", "variance", "concentration", "temperature", "base_dist"]
)  # fmt: skip
_OF_A_VALUE = frozenset(["cdf", "icdf", "log_prob"])
_DRAWN = frozenset(["sample", "sample_n"])
_PARAMETERS = "<parameters>"


def family_of(name: str) -> str | None:
    """`Normal` for `torch.distributions.normal.Normal`; None where it is no distribution that is modelled."""
    last = name.rpartition(".")[2]
    known = name.startswith(_MODULE) and last in _REPARAMETRISED | _DISCRETE | _COMPOUND
    return last if known else None


def construct(w: Walker, family: str, arguments: Arguments) -> Object:
    """A distribution with what it was given."""
    given: dict[str, Object] = {f"{_PARAMETERS}{index}": item for index, item in enumerate(arguments.positional)}
    given |= {name: item for name, item in arguments.keywords.items() if name != "validate_args"}
    return w.allocate(Instance(Dotted(_MODULE + family), given, complete=not arguments.unpacked))


def is_distribution(item: Instance) -> bool:
    """Whether this instance was made here."""
    return isinstance(item.type, Dotted) and item.type.name.startswith(_MODULE)


def read(w: Walker, node: ast.AST, receiver: Ref, found: Instance, name: str) -> Object:
    """`distribution.name`: a parameter or what is computed of them, else a method."""
    if name in _OF_PARAMETERS and name != "entropy" and name != "base_dist":
        return _computed(w, node, found, name, parameters(w, found))
    return Method(receiver, name) if name in _OF_A_VALUE | _DRAWN | {"rsample", "entropy", "expand"} else UNKNOWN


def call(w: Walker, node: ast.AST, receiver: Ref, found: Instance, name: str, arguments: Arguments) -> Object:
    """`distribution.name(...)`."""
    if name == "expand":
        return receiver
    inputs = parameters(w, found)
    if name == "entropy":
        return _computed(w, node, found, name, inputs)
    if name in _OF_A_VALUE:
        return _computed(w, node, found, name, (*inputs, *(v for item in arguments.each() for v in values_in(w, item))))
    if name in _DRAWN:
        return _drawn(w, node, found, name, inputs)
    if name == "rsample":
        return _computed(w, node, found, name, inputs, surely=_is_reparametrised(w, found))
    return UNKNOWN


def divergence(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    """`kl_divergence(p, q)`."""
    inputs: list[Value] = []
    for item in arguments.each():
        found = w.deref(item, Instance)
        inputs += parameters(w, found) if found is not None else [w.new_value()]
    return _result(w, node, f"{_MODULE}kl_divergence", tuple(inputs), any_requires_grad(inputs))


def parameters(w: Walker, found: Instance) -> tuple[Value, ...]:
    """The tensors that a distribution was made of; an unknown one stands for what cannot be told."""
    if not is_distribution(found):
        return (w.new_value(),)
    values = [value for item in found.attributes.values() for value in _values(w, item)]
    return (*values,) if found.complete else (*values, w.new_value())


def _values(w: Walker, item: Object) -> Iterator[Value]:
    inner = w.deref(item, Instance)
    if inner is not None:
        yield from parameters(w, inner)
        return
    for part in sequence_items(w, item) or (item,):
        if isinstance(part, Ref) and (nested := w.deref(part, Instance)) is not None:
            yield from parameters(w, nested)
        else:
            yield from values_in(w, part)


def _is_reparametrised(w: Walker, found: Instance) -> bool:
    assert isinstance(found.type, Dotted)
    family = family_of(found.type.name)
    if family in _COMPOUND:
        inner = [w.deref(item, Instance) for item in found.attributes.values()]
        bases = [each for each in inner if each is not None and is_distribution(each)]
        return family == "Independent" and bool(bases) and all(_is_reparametrised(w, base) for base in bases)
    return family in _REPARAMETRISED


def _computed(
    w: Walker, node: ast.AST, found: Instance, name: str, inputs: tuple[Value, ...], surely: bool = True
) -> Object:
    assert isinstance(found.type, Dotted)
    known = any_requires_grad(inputs)
    return _result(w, node, f"{found.type.name}.{name}", inputs, known if surely or known is False else None)


def _result(w: Walker, node: ast.AST, op: str, inputs: tuple[Value, ...], requires_grad: Known) -> Object:
    off, scope = w.state.off_scope
    cut = Cut.GRAD_MODE if off and requires_grad is True else None
    if off:
        requires_grad = False
    leaf = None if requires_grad is None else not requires_grad
    value = w.new_value(requires_grad=requires_grad, is_leaf=leaf, kind=Kind.FLOAT)
    event = w.record(Applied, node, op=op, inputs=inputs, outputs=(value,), scope=scope if off else None, cut=cut)
    return w.keep(replace(value, made_by=event.id))


def _drawn(w: Walker, node: ast.AST, found: Instance, name: str, inputs: tuple[Value, ...]) -> Object:
    """A sample knows nothing of the parameters, whatever the grad mode."""
    assert isinstance(found.type, Dotted)
    cut = Cut.NOT_DIFFERENTIABLE if any_requires_grad(inputs) is True else None
    kind = Kind.FLOAT if found.type.name.rpartition(".")[2] != "Categorical" else Kind.INTEGER
    value = w.new_value(requires_grad=False, is_leaf=True, kind=kind)
    op = f"{found.type.name}.{name}"
    event = w.record(Applied, node, op=op, inputs=inputs, outputs=(value,), keeps=False, cut=cut)
    return w.keep(replace(value, made_by=event.id))

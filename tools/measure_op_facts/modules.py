"""Modules: what a call of each class of ``torch.nn`` does, by constructor arguments and mode.

The module database gives constructor arguments and inputs for most classes; `more_modules` adds the rest.
A module goes through the same oracle as an op. Its parameters and buffers are slots beside its inputs, its
constructor arguments and its mode are what the decision tree may ask for.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from gradsight.autograd.op_facts_rows import Signature
from gradsight.autograd.op_facts_types import ArgKind

from .more_modules import MORE_MODULES
from .oracle import NotMeasurable, observe
from .signatures import of_class
from .subject import ModuleCall, kind_of, part_pattern, walk
from .tree import Sample, grow, sample

PER_CLASS = 14
# The database's configurations of these are large, and many; ours show the same.
LARGE = (
    "Transformer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "LSTM",
    "GRU",
    "RNN",
    "MultiheadAttention",
)


@dataclass
class Configuration:
    """How to build a module, and what to call it on."""

    constructor: tuple[tuple[Any, ...], dict[str, Any]]
    inputs: tuple[tuple[Any, ...], dict[str, Any]]


def configurations() -> dict[type[nn.Module], list[Configuration]]:
    """All configurations by class, those of the database first."""
    from torch.testing._internal.common_modules import module_db

    found: dict[type[nn.Module], list[Configuration]] = {}
    for info in module_db:
        cls = info.module_cls
        if getattr(nn, cls.__name__, None) is not cls or issubclass(cls, nn.modules.lazy.LazyModuleMixin):
            continue
        if cls.__name__ in LARGE:
            continue
        torch.default_generator.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                given = info.module_inputs_func(
                    info, device="cpu", dtype=torch.float32, requires_grad=False, training=True
                )
            except Exception:
                continue
        for entry in given:
            build, call = entry.constructor_input, entry.forward_input
            # Nothing flows through an empty tensor: it would show as an exception to every rule.
            if call is not None and all(tensor.numel() for _, tensor in walk("", [*call.args])):
                found.setdefault(cls, []).append(
                    Configuration((tuple(build.args), build.kwargs), (tuple(call.args), call.kwargs))
                )
    for name, entries in MORE_MODULES.items():
        torch.default_generator.manual_seed(0)
        found.setdefault(getattr(nn, name), [])[:0] = [Configuration(*entry) for entry in entries()]
    return found


def measure_modules(only: Collection[str] | None) -> dict[str, tuple[str, str, Any, Any]]:
    """Signatures of the call and the constructor, trees of the call and of the contents, by public name."""
    found = {}
    for cls, entries in configurations().items():
        name = f"torch.nn.{cls.__name__}"
        if only and name not in only:
            continue
        constructor, call = of_class(cls, "__init__"), of_class(cls, "forward")
        samples: list[Sample] = []
        contents: list[tuple[dict[str, str], list[str]]] = []
        for entry in entries[:PER_CLASS]:
            for one, inside in measured(cls, entry, Signature.parse(constructor), Signature.parse(call)):
                samples.append(one)
                contents.append((one.categories, inside))
        if samples:
            found[name] = (call, constructor, grow(samples), sorted_out(contents))
    return found


def measured(
    cls: type[nn.Module], entry: Configuration, constructor: Signature, call: Signature
) -> Iterator[tuple[Sample, list[str]]]:
    """One configuration in both modes, with the names of its parameters and buffers."""
    args, kwargs = entry.constructor
    known = {f"ctor.{name}": value for name, value in zip(constructor.positional, args, strict=False)}
    known.update({f"ctor.{name}": value for name, value in kwargs.items() if name not in ("device", "dtype")})
    inputs, by_name = entry.inputs
    if len(inputs) > len(call.positional) and call.star is None:
        return
    parameters = tuple((*call.positional, *[call.star or ""] * len(inputs))[: len(inputs)])
    known.update(dict(zip(parameters, inputs, strict=False)) | by_name)
    kinds = {name: kind_of(value) for name, value in known.items()}
    for training in (True, False):
        torch.default_generator.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                module = cls(*args, **kwargs).train(training)
            except Exception:
                return
        categories: dict[str, ArgKind] = {**kinds, "training": kind_of(training)}
        try:
            seen = observe(ModuleCall(module, inputs, by_name, parameters, categories))
        except NotMeasurable:
            continue
        defaults = {f"ctor.{name}": kind for name, kind in constructor.defaults.items()} | dict(call.defaults)
        yield sample(seen, defaults), names_inside(module)


def names_inside(module: nn.Module) -> list[str]:
    """The parameters and the buffers, each as names with spaces between."""
    parameters = dict.fromkeys(part_pattern(name) for name, _ in module.named_parameters())
    buffers = dict.fromkeys(part_pattern(name) for name, _ in module.named_buffers())
    return [" ".join(parameters), " ".join(buffers)]


def sorted_out(contents: list[tuple[dict[str, str], list[str]]]) -> Any:
    """A decision tree over the constructor's arguments for what a module contains."""
    if all(inside == contents[0][1] for _, inside in contents):
        return contents[0][1]
    best: tuple[int, str, dict[str, list[tuple[dict[str, str], list[str]]]]] | None = None
    for parameter in dict.fromkeys(name for known, _ in contents for name in known if name.startswith("ctor.")):
        groups: dict[str, list[tuple[dict[str, str], list[str]]]] = {}
        for known, inside in contents:
            groups.setdefault(known.get(parameter, "-"), []).append((known, inside))
        left = sum(_minority(group) for group in groups.values())
        if len(groups) > 1 and (best is None or left < best[0]):
            best = (left, parameter, groups)
    if best is None or best[0] >= _minority(contents):
        return Counter(map(_joined, contents)).most_common(1)[0][0].split("|")
    return [best[1], {name: sorted_out(group) for name, group in sorted(best[2].items())}]


def _joined(entry: tuple[dict[str, str], list[str]]) -> str:
    return "|".join(entry[1])


def _minority(contents: list[tuple[dict[str, str], list[str]]]) -> int:
    counted = Counter(map(_joined, contents))
    return len(contents) - max(counted.values())

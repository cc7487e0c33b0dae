"""Calls of what lies outside the program, by public name: torch first, then the few others that matter."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd import op_facts
from gradsight.autograd.events import Cut
from gradsight.autograd.values import Form
from gradsight.static import (
    backward,
    batches,
    builtins,
    checkpoints,
    copies,
    distributions,
    factories,
    filling,
    grad_mode,
    iteration,
    loop_tools,
    managers,
    modules,
    ops,
    optimizers,
    records,
    registration,
    stateless,
    translate,
)
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Const,
    Dict,
    Left,
    Method,
    Object,
    Partial,
    Scalar,
    Tensor,
)
from gradsight.static.walker import Walker

# Libraries that read what they are given and neither keep nor change it.
_HARMLESS = frozenset(
    [
        "os",
        "sys",
        "time",
        "math",
        "random",
        "json",
        "logging",
        "pathlib",
        "re",
        "tqdm",
        "matplotlib",
        "pandas",
        "sklearn",
        "scipy",
        "seaborn",
        "PIL",
        "cv2",
        "argparse",
        "itertools",
        "collections",
        "functools",
        "typing",
        "datetime",
        "shutil",
        "pickle",
        "csv",
        "warnings",
        "gc",
        "glob",
        "string",
        "statistics",
        "operator",
        "numpy",
        "plotly",
        "tensorboard",
        "wandb",
        "skimage",
        "einops",
        "torchvision",
        "torchaudio",
        "torchmetrics",
        "uuid",
        "hashlib",
        "platform",
    ]
)
_HARMLESS_TORCH = (
    "torch.manual_seed",
    "torch.seed",
    "torch.save",
    "torch.load",
    "torch.device",
    "torch.cuda.",
    "torch.backends.",
    "torch.set_",
    "torch.get_",
    "torch.is_",
    "torch.Generator",
    "torch.Size",
    "torch.random.",
    "torch.distributed.",
    "torch.nn.init.",
    "torch.utils.",
    "torch.optim.lr_scheduler.",
    "torch.mps.",
    "torch.profiler.",
    "torch.initial_seed",
    "torch.amp.",
    "torch.version",
    "torch.finfo",
    "torch.iinfo",
    "torch.numel",
    "torch.autograd.set_detect_anomaly",
    "torch.autograd.detect_anomaly",
    "torch.nn.utils.parameters_to_vector",
    "torch.use_deterministic_algorithms",
)
_DECORATOR_FACTORIES = (
    "functools.wraps",
    "functools.lru_cache",
    "functools.cache",
    "dataclasses.dataclass",
    "torch.amp.custom_fwd",
    "torch.amp.custom_bwd",
    "torch.cuda.amp.custom_fwd",
    "torch.cuda.amp.custom_bwd",
)
_REPARAMETRISING = ("weight_norm", "spectral_norm", "remove_weight_norm", "remove_spectral_norm", "orthogonal")
_DATA = ("DataLoader", "TensorDataset", "Dataset", "Subset", "random_split", "ConcatDataset", "load_data")


def call(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`name(...)` for a public name."""
    root = name.partition(".")[0]
    if root == "torch":
        return _torch(w, node, name, arguments)
    if root == "math" or root == "cmath":
        return _number_function(w, node, name, arguments)
    if root == "numpy":
        return _numpy(w, node, name, arguments)
    if name in ("copy.deepcopy", "copy.copy"):
        return copies.duplicate(w, node, arguments.get(0, "x") or UNKNOWN, deep=name == "copy.deepcopy")
    if name == "functools.partial" and arguments.positional:
        first, *others = arguments.positional
        return Partial(first, tuple(others), tuple(arguments.keywords.items()))
    if name in _DECORATOR_FACTORIES:
        return Const(name)  # a decorator factory after which the function does what it did before
    if name == "collections.deque":
        most = arguments.get(1, "maxlen")
        short = isinstance(most, Const) and isinstance(most.value, int) and most.value <= loop_tools.MOST_SHORT
        return builtins.as_list(w, node, arguments, loop_tools.SHORT if short else "deque")
    if name in ("collections.OrderedDict", "collections.defaultdict"):
        if name.endswith("OrderedDict"):
            return builtins.call(w, node, "dict", arguments)
        factory = arguments.get(0, "default_factory")
        return w.allocate(Dict({}, None if factory is not None else UNKNOWN, factory))
    if name in ("tqdm.tqdm", "tqdm.trange", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.auto.trange"):
        if name.endswith("trange"):
            return builtins.call(w, node, "range", arguments)
        return arguments.get(0, "iterable") or UNKNOWN
    if name == "importlib.import_module" and w.imports is not None:
        return w.imports.by_name(w, arguments)
    record = records.construct(w, node, name, arguments)
    if record is not None:
        return record
    if root == "contextlib":
        manager = managers.construct(w, name, arguments)
        if manager is not None:
            return manager
    if root in ("itertools", "functools"):
        found = iteration.call(w, node, name, arguments)
        if found is not None:
            return found
    if "." not in name:
        return builtins.call(w, node, name, arguments)
    if root not in _HARMLESS:
        w.opaque(node, arguments.each())
    return UNKNOWN


def _torch(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    if isinstance(node, ast.Call):
        mode = grad_mode.construct(w, node, name, arguments)
        if mode is not None:
            return mode
    if factories.is_factory(name):
        return factories.create(w, node, name, arguments)
    if optimizers.is_optimizer(name):
        return optimizers.construct(w, node, name, arguments)
    tool = loop_tools.construct(w, name, arguments)
    if tool is not None:
        return tool
    if loop_tools.clips(name):
        return loop_tools.clip(w, node, name, arguments)
    if name == "torch.autograd.backward":
        roots = arguments.get(0, "tensors")
        tensors = (
            tuple(part for part in (translate.sequence_items(w, roots) or (roots,)) if isinstance(part, Tensor))
            if roots
            else ()
        )
        backward.call_backward(w, node, tensors, arguments, first=1)
        return NONE
    if name == "torch.autograd.grad":
        return backward.call_grad(w, node, arguments)
    if name in (
        "torch.nn.DataParallel",
        "torch.nn.parallel.DistributedDataParallel",
        "torch.compile",
        "torch.jit.script",
    ):
        return arguments.get(0, "module") or UNKNOWN
    family = distributions.family_of(name)
    if family is not None:
        return distributions.construct(w, family, arguments)
    if name in ("torch.distributions.kl_divergence", "torch.distributions.kl.kl_divergence"):
        return distributions.divergence(w, node, arguments)
    if name.startswith("torch.nn.") and name.endswith(".__init__"):
        registration.initialised(w, arguments.get(0, "self") or UNKNOWN)
        return NONE
    if modules.is_library_module(name):
        return modules.construct(w, node, name, arguments)
    if name.startswith("torch.nn.init."):
        return filling.initialise(w, node, name, arguments)
    if name.rpartition(".")[2] in _DATA:
        return batches.DATA
    if name in (checkpoints.NAME, checkpoints.SEQUENTIAL):
        return checkpoints.call(w, node, name, arguments)
    if name.startswith("torch.nn.utils.") and name.rpartition(".")[2] in _REPARAMETRISING:
        return arguments.get(0, "module") or UNKNOWN
    if name in ("torch.func.functional_call", "torch.nn.utils.stateless.functional_call"):
        return stateless.call(w, node, arguments)
    if name.startswith(("torch.utils.checkpoint.", "torch.func.", "torch.vmap", "torch.jit.trace")):
        w.opaque(node, arguments.each())
        return UNKNOWN
    if name.startswith(_HARMLESS_TORCH):
        return UNKNOWN
    method = name.removeprefix("torch.Tensor.")
    if method != name and arguments.positional and isinstance(arguments.positional[0], Tensor):
        from_tensor, *others = arguments.positional
        return w.call(
            w, node, Method(from_tensor, method), Arguments(tuple(others), arguments.keywords, arguments.unpacked)
        )
    if name == "torch.numel":
        return Scalar()
    if name.count(".") <= 3 and (_has_tensor(w, arguments) or op_facts.answer(name, [], {}) is not None):
        return ops.apply(w, node, ops.Call(name, arguments))
    if (
        name.startswith(("torch.nn.functional.", "torch.linalg.", "torch.fft.", "torch.special."))
        or name.count(".") == 1
    ):
        # A function of unknown arguments: what comes out may be a tensor of any kind.
        return UNKNOWN
    w.opaque(node, arguments.each())
    return UNKNOWN


def _has_tensor(w: Walker, arguments: Arguments) -> bool:
    return any(
        isinstance(item, Tensor) or any(isinstance(part, Tensor) for part in translate.sequence_items(w, item) or ())
        for item in arguments.each()
    )


def _number_function(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`math.exp(t)`: a tensor argument becomes a Python number here."""
    return _leaves(w, node, name, arguments, Cut.NUMBER) or Scalar()


def _numpy(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    return _leaves(w, node, name, arguments, Cut.NUMPY) or UNKNOWN


def _leaves(w: Walker, node: ast.AST, name: str, arguments: Arguments, cut: Cut) -> Object | None:
    for item in arguments.each():
        if isinstance(item, Tensor):
            return Left(w.leave(node, w.state.value(item), cut, name))
        if isinstance(item, Left):
            form = Form.ARRAY if cut is Cut.NUMPY else item.value.form
            return Left(replace(item.value, form=form))
        for part in translate.sequence_items(w, item) or ():
            if isinstance(part, Left):
                return part
            if isinstance(part, Tensor):
                return Left(w.leave(node, w.state.value(part), cut, name))
    return None

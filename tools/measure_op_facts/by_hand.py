"""Rows for what no sample can measure, in the format of the data file (see `gradsight.autograd.op_facts_rows`).

They are ops whose effect depends on the device or the exact dtype of a tensor, which the facts do not
distinguish (``x.float()`` is ``x`` itself or a copy), and methods that only leave the tensor world. A test
runs each of them on the installed PyTorch.
"""

from __future__ import annotations

from typing import Any

from .public import words

Row = dict[str, Any]
Entry = tuple[str, Any]

NO_TENSOR: Row = {"r": "-"}


def result(depends: str, alias: str, dtype: str, **more: Any) -> Row:
    return {"r": "0", "o": [[depends, alias, dtype]], **more}


# A cast to a floating dtype keeps the graph and gives the tensor itself where nothing changes.
TO_FLOAT = result("self", "m:self", "f:self")
TO_INTEGER = result("", "m:self", "I")
TO_BOOL = result("", "m:self", "B")
MOVED = result("self", "m:self", "p:self")
BY_DTYPE = {
    "d:float": TO_FLOAT,
    "d:complex": result("self", "m:self", "C"),
    "d:integer": TO_INTEGER,
    "d:boolean": TO_BOOL,
}
# Another tensor as the target: its dtype and device count.
AS_OTHER = {"T": result("self", "m:self", "p:device"), "I": result("", "m:self", "p:device")}
NUMPY_REFUSES = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
LEAVES = {"r": "-"}

HAND_ROWS: dict[str, Entry] = {
    "torch.Tensor.to": (
        "self,device|other,dtype,non_blocking=b0,copy=b0,/,memory_format=N",
        ["device", {**BY_DTYPE, **AS_OTHER, "*": ["dtype", {**BY_DTYPE, "N": MOVED, "-": MOVED}]}],
    ),
    "torch.Tensor.type": (
        "self,dtype=N,non_blocking=b0",
        ["dtype", {**BY_DTYPE, "N": NO_TENSOR, "s:": result("?self", "m:self", "")}],
    ),
    "torch.Tensor.type_as": (
        "self,other",
        ["other", {"T": result("self", "m:self", "p:other"), "I": result("", "m:self", "p:other")}],
    ),
    **{f"torch.Tensor.{name}": ("self,memory_format=N", TO_FLOAT) for name in ("float", "double", "half", "bfloat16")},
    **{
        f"torch.Tensor.{name}": ("self,memory_format=N", result("self", "m:self", "C"))
        for name in ("cfloat", "cdouble")
    },
    **{
        f"torch.Tensor.{name}": ("self,memory_format=N", TO_INTEGER)
        for name in ("long", "int", "short", "char", "byte")
    },
    "torch.Tensor.bool": ("self,memory_format=N", TO_BOOL),
    "torch.Tensor.cpu": ("self,memory_format=N", MOVED),
    "torch.Tensor.cuda": ("self,device=N,non_blocking=b0,memory_format=N", MOVED),
    "torch.Tensor.pin_memory": ("self,device=N", MOVED),
    "torch.Tensor.share_memory_": ("self", result("self", "s:self", "p:self")),
    # Makes a leaf require grad or leaves it alone; a result of other tensors stays what it is.
    "torch.Tensor.requires_grad_": ("self,requires_grad=b1", result("self", "s:self", "p:self")),
    # A tensor without history over the same memory.
    "torch.autograd.Variable": ("data,requires_grad=b0,volatile=N", result("", "v:data", "p:data")),
    # Out of the tensor world.
    **{
        f"torch.Tensor.{name}": ("self", LEAVES)
        for name in sorted(
            words(
                "item tolist __float__ __int__ __bool__ __index__ __complex__ __len__ __hash__ __repr__ __str__ "
                "numel nelement dim ndimension element_size storage_offset data_ptr get_device is_floating_point "
                "is_complex is_signed is_nonzero is_pinned is_shared is_inference retain_grad untyped_storage"
            )
        )
    },
    "torch.Tensor.size": ("self,dim=N", LEAVES),
    "torch.Tensor.stride": ("self,dim=N", LEAVES),
    "torch.Tensor.is_contiguous": ("self,memory_format=N", LEAVES),
    "torch.Tensor.is_same_size": ("self,other", LEAVES),
    "torch.Tensor.register_hook": ("self,hook", LEAVES),
    "torch.Tensor.backward": ("self,gradient=N,retain_graph=N,create_graph=b0,inputs=N", LEAVES),
    "torch.Tensor.__format__": ("self,format_spec", LEAVES),
    "torch.Tensor.numpy": (
        "self,/,force=b0",
        ["force", {"b0": {"r": "-", "e": [["self", 1, NUMPY_REFUSES]]}, "b1": LEAVES}],
    ),
    "torch.Tensor.__array__": ("self,dtype=N,/,copy=N", {"r": "-", "e": [["self", 1, NUMPY_REFUSES]]}),
    "torch.Tensor.__contains__": ("self,element", LEAVES),
    "torch.Tensor.__iter__": ("self", {"r": "*", "o": [["self", "V:self", "p:self"]]}),
    "torch.is_tensor": ("obj", LEAVES),
    "torch.is_floating_point": ("input", LEAVES),
    "torch.is_complex": ("input", LEAVES),
    "torch.is_nonzero": ("input", LEAVES),
    "torch.numel": ("input", LEAVES),
    "torch.Tensor.apply_": (
        "self,callable",
        result(
            "self", "s:self", "p:self", p="self", e=[["self", 1, "Can't call apply_() on Variable that requires grad."]]
        ),
    ),
    # Gradients are written in place, parameters are not; the norm has no history.
    "torch.nn.utils.clip_grad_norm_": (
        "parameters,max_norm,norm_type=n,error_if_nonfinite=b0,foreach=N",
        {"r": "0", "o": [["", "", "F"]]},
    ),
    "torch.nn.utils.clip_grad_value_": ("parameters,clip_value,foreach=N", LEAVES),
    "torch.nn.utils.vector_to_parameters": ("vec,parameters", LEAVES),
    "torch.nn.utils.rnn.pad_packed_sequence": (
        "sequence,batch_first=b0,padding_value=n0,total_length=N",
        {"r": "(01)", "o": [["sequence", "", "p:sequence"], ["", "", "I"]]},
    ),
}

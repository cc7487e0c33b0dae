"""Building blocks of quick fixes: each makes one minimal edit of the source, or says that it cannot.

Every function takes the document and an absolute place in it, keeps formatting, comments,
indentation and line endings, and returns a `Fix` or None where the edit cannot be made safely.
All accept the keywords `title` (else a default one) and `safety` (else the one given in brackets).
A dotted name such as `torch.stack` is written as the file at hand imports it; None if it does not.
The text of a result always parses where the text before did.

in_place: writing in place, undone
    out_of_place(document, place) [safe]
        `y += 1` -> `y = y + 1`, `y.add_(1)` -> `y = y.add(1)`, drops `inplace=True` and `out=y`
    clone_first(document, place) [safe]            the expression at `place` gets `.clone()`
    clone_before(document, place, name) [safe]     `name = name.clone()` before the statement at `place`
    in_no_grad(document, *places) [safe]           the statements there, as updates in place, in `with torch.no_grad():`
grad_mode: statements freed from a grad-mode scope
    move_out(document, scope, needed=()) [changes training]
        `scope` is the place of a Scope event (with item, decorator, call). Of a `with` block all
        statements leave it, or the run of them that holds the places in `needed`
arguments: what a call is given (`place` is the call expression)
    set_keyword(document, place, name, value) [changes training]   adds it or changes its value
    drop_keyword(document, place, name) [changes training]         with its comma
    drop_first(document, place) [changes training]                 `f(x, k=1)` -> `f(k=1)`
    rename_keyword(document, place, name, spelling) [changes training]
    float_literals(document, place) [changes training]             `tensor([1, 2])` -> `tensor([1.0, 2.0])`
calls: expressions around a value
    remove_tail(document, place) [changes training]          `x.detach()` -> `x`, `x.data` -> `x`
    insert_before_tail(document, place, text) [changes training]  `z.backward()` -> `z.sum().backward()` for `.sum()`
    append(document, place, text) [changes training]         `a + b` -> `(a + b).detach()` for `.detach()`
    append_call(document, place) [changes training]          `loss.backward` -> `loss.backward()`
    wrap_in_call(document, place, callee) [changes training] `[a]` -> `nn.ModuleList([a])`
    unwrap_call(document, place, dropping=()) [changes training]
        `torch.tensor(x)` -> `x`; the call may have keyword arguments named in `dropping`, and no others
    replace_callee(document, place, callee) [changes training]    `math.exp(t)` -> `torch.exp(t)`
    rename_attribute(document, place, spelling) [changes training]  `x.require_grad` -> `x.requires_grad`
        `place` is the attribute or the statement that assigns to it
    replace(document, place, text) [changes training]        the expression at `place` becomes `text`
statements: `place` is anywhere in the statement that is meant; `text` has its lines relative to that statement
    insert_before(document, place, text) [changes training]
    insert_after(document, place, text) [changes training]
    remove_statement(document, place) [changes training]       leaves `pass` where a block would be empty
    move_before(document, place, other) [changes training]     the statement at `place` to before the one at `other`
    move_after(document, place, other) [changes training]
    wrap_statements(document, header, *places) [changes training]  puts them below `header` (`if p.grad is not None:`)
    compare_to_assign(document, place) [changes training]      the statement `x.a == True` -> `x.a = True`
    assign_to_call(document, place, method) [changes training] `m.requires_grad = False` -> `m.requires_grad_(False)`
names and fixes
    local_name(document, dotted, place=None) -> str | None   `torch.no_grad` -> `th.no_grad` after `import torch as th`
    retitled(fix, title) -> Fix | None
    combined(document, title, *fixes, safety=...) -> Fix | None   one fix that makes all the edits; None if one is None
"""

from gradsight.repair.arguments import drop_first, drop_keyword, float_literals, rename_keyword, set_keyword
from gradsight.repair.build import combined, retitled
from gradsight.repair.calls import (
    append,
    append_call,
    insert_before_tail,
    remove_tail,
    rename_attribute,
    replace,
    replace_callee,
    unwrap_call,
    wrap_in_call,
)
from gradsight.repair.grad_mode import move_out
from gradsight.repair.in_place import clone_before, clone_first, in_no_grad, out_of_place
from gradsight.repair.names import local_name
from gradsight.repair.statements import (
    assign_to_call,
    compare_to_assign,
    insert_after,
    insert_before,
    move_after,
    move_before,
    remove_statement,
    wrap_statements,
)

__all__ = [
    "append",
    "append_call",
    "assign_to_call",
    "clone_before",
    "clone_first",
    "combined",
    "compare_to_assign",
    "drop_first",
    "drop_keyword",
    "float_literals",
    "in_no_grad",
    "insert_after",
    "insert_before",
    "insert_before_tail",
    "local_name",
    "move_after",
    "move_before",
    "move_out",
    "out_of_place",
    "remove_statement",
    "remove_tail",
    "rename_attribute",
    "rename_keyword",
    "replace",
    "replace_callee",
    "retitled",
    "set_keyword",
    "unwrap_call",
    "wrap_in_call",
    "wrap_statements",
]

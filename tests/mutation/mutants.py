"""Small wrong changes of a module's text: a comparison turned, a number off by one, a condition dropped, a member of a set left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
DROPPED = frozenset({"filter", "fill_null", "unique", "sort", "drop_nulls"})
"""Calls of a method that are left out: `frame.filter(...)` becomes `frame`."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """text: the whole module with the change. change: in words."""

    file: str
    line: int
    change: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.change}"


def mutants_of(file: str, source: str) -> Iterator[Mutant]:
    """Every place of the module that can be changed, each as the module with that one change."""
    tree = ast.parse(source)
    skipped = {id(inner) for node in ast.walk(tree) if _is_annotation_or_words(node) for inner in ast.walk(node)}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for annotation in (function.returns, *(argument.annotation for argument in function.args.args + function.args.kwonlyargs)):
                skipped |= {id(inner) for inner in ast.walk(annotation)} if annotation else set()
        elif isinstance(function, ast.AnnAssign):
            skipped |= {id(inner) for inner in ast.walk(function.annotation)}
        elif isinstance(function, ast.ClassDef):
            # frozen, slots: no behaviour of ours hangs on them.
            skipped |= {id(inner) for decorator in function.decorator_list for inner in ast.walk(decorator)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        for changed, change in _changes(node):
            # Written back over its own lines, so that the rest of the module stays as it is.
            text = _replaced(source, node, ast.unparse(changed))
            if text is not None:
                yield Mutant(file, node.lineno, f"{ast.unparse(node)[:60]!r} -> {change[:60]!r}", text)  # type: ignore[attr-defined]


def _is_annotation_or_words(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    changed: list[ast.AST] = []
    match node:
        case ast.Compare(left, [operator], right) if type(operator) in TURNED:
            changed = [ast.Compare(left, [TURNED[type(operator)]()], right)]  # type: ignore[list-item]
        case ast.BoolOp(operator, values):
            changed = [ast.BoolOp(TURNED[type(operator)](), values)]  # type: ignore[arg-type]
        case ast.BinOp(left, operator, right) if type(operator) in TURNED:
            changed = [ast.BinOp(left, TURNED[type(operator)](), right)]  # type: ignore[arg-type]
        case ast.UnaryOp(ast.Not() | ast.Invert(), operand):
            changed = [operand]
        case ast.Constant(bool() as value):
            changed = [ast.Constant(not value)]
        case ast.Constant(int() as number):
            changed = [ast.Constant(number + 1)]
        case ast.Call(ast.Attribute(value, name), _, _) if name in DROPPED:
            changed = [value]
        case ast.Tuple(elements, ast.Load()) if _plain(elements):
            changed = [ast.Tuple([element for element in elements if element is not left_out], ast.Load()) for left_out in elements]
        case ast.Set(elements) if _plain(elements):
            changed = [ast.Set([element for element in elements if element is not left_out]) for left_out in elements]
    yield from ((mutated, ast.unparse(mutated)) for mutated in map(ast.fix_missing_locations, changed))


def _plain(elements: list[ast.expr]) -> bool:
    return len(elements) > 1 and all(isinstance(element, ast.Constant | ast.Name) for element in elements)


def _replaced(source: str, node: ast.AST, text: str) -> str | None:
    """The module with that text in the node's place, in brackets; None when it does not parse (inside an f-string)."""
    lines = source.encode().splitlines(keepends=True)
    first, last = node.lineno - 1, node.end_lineno - 1  # type: ignore[attr-defined]
    before = b"".join(lines[:first]) + lines[first][: node.col_offset]  # type: ignore[attr-defined]
    after = lines[last][node.end_col_offset :] + b"".join(lines[last + 1 :])  # type: ignore[attr-defined]
    written = (before + f"({text})".encode() + after).decode()
    try:
        ast.parse(written)
    except SyntaxError:
        return None
    return written

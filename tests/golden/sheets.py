"""Golden sheets: read them, and work out their arithmetic with exact fractions and nothing of the product."""

from __future__ import annotations

import ast
import csv
import math
import operator
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).parent
_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_FUNCTIONS = {"ceil": math.ceil, "floor": math.floor, "max": max, "min": min}


def read_sheet(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def work_out(arithmetic: str, **names: Fraction) -> Fraction:
    """Value of an arithmetic text: numbers, + - * / and powers, brackets, ceil, floor, max, min."""
    return _value(ast.parse(arithmetic, mode="eval").body, arithmetic, names)


def _value(node: ast.expr, text: str, names: dict[str, Fraction]) -> Fraction:
    match node:
        case ast.Constant():
            return Fraction(ast.get_source_segment(text, node))
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, text, names)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return Fraction(float(_value(left, text, names)) ** float(_value(right, text, names)))
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATIONS[type(op)](_value(left, text, names), _value(right, text, names))
        case ast.Call(func=ast.Name(id=name), args=args):
            return Fraction(_FUNCTIONS[name](*(_value(arg, text, names) for arg in args)))
        case _:
            raise ValueError(f"not arithmetic: {text}")


def half_even(value: Fraction) -> int:
    return round(value)

#!/usr/bin/env python3
"""Checks the house rules that a compiler cannot: see tidy_text, tidy_layers, tidy_twins.

usage: tidy.py [ROOT]

Prints one line for each broken rule, `file:line: [rule] what to do`, and fails if there was one.
"""

import pathlib
import sys
from typing import List

import tidy_layers
import tidy_text
import tidy_twins
from tidy_tree import Problem, Tree


def check(root: pathlib.Path) -> List[Problem]:
    tree = Tree(root)
    problems = [p for rules in (tidy_text, tidy_layers, tidy_twins) for p in rules.check(tree)]
    return sorted(problems, key=lambda p: (p.path, p.line, p.rule))


def main(args: List[str]) -> int:
    root = pathlib.Path(args[0]) if args else pathlib.Path(__file__).resolve().parent.parent
    problems = check(root.resolve())
    for problem in problems:
        print(problem)
    errors = sum(not problem.is_warning for problem in problems)
    print(f"tidy: {errors} broken rules" if errors else "tidy: the house is in order")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Finds the headers that BUILD files publish, and the name by which each is to be included.

usage: include_tree.py [--list] ROOT FOLDER

`api/session.h` is included as "tandem/session.h": its target has include_prefix = "tandem". Bazel
makes such a tree for each target; this makes one for all of them, of symbolic links in FOLDER, for
compilers and linters that run without Bazel. --list prints the headers instead: name, then file.
"""

import os
import pathlib
import sys
from typing import Dict, List

FOLDERS = ["engine", "api", "backends", "conformance", "examples", "bench"]

STARLARK_FUNCTIONS = [dict, enumerate, len, list, range, reversed, sorted, str, tuple, zip]


class Anything:
    """Stands for whatever a BUILD file loads that matters only to Bazel."""

    def __call__(self, *args: object, **kwargs: object) -> "Anything":
        return self

    def __iter__(self):
        return iter(())

    def __add__(self, other: object) -> object:
        return other

    __radd__ = __add__
    __getattr__ = __getitem__ = __mod__ = lambda self, *args: self


class Builtins(dict):
    """What a BUILD file may name: each rule or macro notes the arguments of its calls."""

    def __init__(self, package: pathlib.Path):
        super().__init__({function.__name__: function for function in STARLARK_FUNCTIONS})
        self["glob"] = lambda include, **_: glob(package, include)
        self.calls: List[dict] = []

    def __missing__(self, name: str) -> object:
        if name.isupper():
            return Anything()

        def note(*args: object, **kwargs: object) -> Anything:
            self.calls.append(kwargs)
            return Anything()

        return note


def glob(package: pathlib.Path, patterns: List[str]) -> List[str]:
    paths = {path for pattern in patterns for path in package.glob(pattern)}
    return sorted(path.relative_to(package).as_posix() for path in paths)


def calls_of(build: pathlib.Path) -> List[dict]:
    """Runs a BUILD file, which is Python as far as we use it, and returns its calls' arguments."""
    builtins = Builtins(build.parent)
    exec(compile(build.read_text(), str(build), "exec"), {"__builtins__": builtins})
    return builtins.calls


def headers_with_prefix(root: pathlib.Path, attribute: str) -> Dict[str, str]:
    """Returns the file, relative to `root`, for each name such as "tandem/session.h"."""
    headers = {}
    for folder in FOLDERS:
        for build in sorted((root / folder).rglob("BUILD")):
            for call in calls_of(build):
                if call.get("include_prefix"):
                    for header in (h for h in call.get(attribute, []) if h.endswith(".h")):
                        name = os.path.join(call["include_prefix"], header)
                        headers[name] = (build.parent / header).relative_to(root).as_posix()
    return headers


def published_headers(root: pathlib.Path) -> Dict[str, str]:
    return headers_with_prefix(root, "hdrs")


def private_headers(root: pathlib.Path) -> Dict[str, str]:
    """Returns the headers among `srcs`: inside their own target, Bazel gives them the prefix."""
    return headers_with_prefix(root, "srcs")


def make_tree(root: pathlib.Path, tree: pathlib.Path) -> None:
    for name, header in {**private_headers(root), **published_headers(root)}.items():
        link = tree / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(root / header)


def main(args: List[str]) -> int:
    if "--list" in args:
        root = pathlib.Path(args[-1] if args[-1] != "--list" else ".").resolve()
        for name, header in sorted(published_headers(root).items()):
            print(name, header)
    elif len(args) == 2:
        make_tree(pathlib.Path(args[0]).resolve(), pathlib.Path(args[1]).resolve())
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The files that the house rules are about, and what a broken rule looks like."""

import os
import pathlib
from typing import Dict, Iterator, List, NamedTuple

import cpp_text
import include_tree

SUFFIXES = (".h", ".cc", ".py", ".bzl", "BUILD")


class Problem(NamedTuple):
    path: str
    line: int
    rule: str
    advice: str
    is_warning: bool = False

    def __str__(self) -> str:
        word = "warning: " if self.is_warning else ""
        return f"{self.path}:{self.line}: {word}[{self.rule}] {self.advice}"


class Source:
    """One text file. Paths are relative to the root and have forward slashes."""

    def __init__(self, root: pathlib.Path, path: str):
        self.path = path
        self.text = (root / path).read_text(errors="replace")
        self.lines = self.text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.is_cpp = path.endswith((".h", ".cc"))
        self.is_test = path.endswith("_test.cc") or path.startswith("conformance/")
        self.has_columns = self.is_cpp or path.endswith(".py")
        self.without_comments = cpp_text.without_comments(self.text) if self.is_cpp else ""
        self.code = cpp_text.code_only(self.text) if self.is_cpp else ""


class Tree:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.files = sorted(_files(root))
        self.folders = {folder for file in self.files for folder in _parents(file)}
        self.sources = [Source(root, file) for file in self.files if file.endswith(SUFFIXES)]
        self.published: Dict[str, str] = include_tree.published_headers(root)
        self.prefixed: Dict[str, str] = include_tree.private_headers(root)

    def cpp(self) -> List[Source]:
        return [source for source in self.sources if source.is_cpp]


def _files(root: pathlib.Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        # Not ours: version control, editors, and Bazel's links to what it built.
        names[:] = [n for n in names if not n.startswith((".", "bazel-")) and n != "__pycache__"]
        for file in files:
            yield pathlib.Path(folder, file).relative_to(root).as_posix()


def _parents(file: str) -> Iterator[str]:
    while "/" in file:
        file = file.rsplit("/", 1)[0]
        yield file


def is_native(path: str) -> bool:
    """True in folders named for a library: they compare with it, past every layer of ours."""
    return any(part.startswith(("native_", "raw_")) for part in path.split("/")[:-1])

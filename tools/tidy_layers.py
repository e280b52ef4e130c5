"""House rules about who may include whom, and about calls that may stand in one place only."""

import re
from typing import Iterator, NamedTuple, Optional

from tidy_tree import Problem, Source, Tree, is_native

# What each layer may include; nothing points the other way. A backend stands for itself alone.
MAY_INCLUDE = {
    "engine": {"engine"},
    "api": {"engine", "api"},
    "backends": {"engine", "api", "backends"},
    "backends/openssl": {"engine", "api", "backends", "backends/openssl"},
    "backends/gnutls": {"engine", "api", "backends", "backends/gnutls"},
}
# These may include every published header, and the private ones of the layers named here.
ON_TOP = {
    "conformance": {"conformance"},
    "examples": {"conformance", "examples"},
    "bench": {"bench", "conformance"},
}
LIBRARIES = {"openssl": "openssl", "gnutls": "gnutls"}  # of #include <X/...>: backends/Y
CHOKE_POINTS = {"SSL_get_error": "openssl", "gnutls_error_is_fatal": "gnutls"}


class Include(NamedTuple):
    line: int
    name: str  # with its quotes or angle brackets


def layer(path: str) -> str:
    parts = path.split("/")
    if parts[0] == "backends" and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0]


def includes(source: Source) -> Iterator[Include]:
    pattern = r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]*>|"[^"\n]*")'
    for match in re.finditer(pattern, source.without_comments, re.MULTILINE):
        line = source.without_comments.count("\n", 0, match.start(1)) + 1
        yield Include(line, match.group(1))


def check(tree: Tree) -> Iterator[Problem]:
    for source in tree.cpp():
        if layer(source.path) not in {**MAY_INCLUDE, **ON_TOP}:
            continue
        yield from check_own_header_first(tree, source)
        for include in includes(source):
            if include.name.startswith('"'):
                yield from check_include(tree, source, include)
            else:
                yield from check_library(source, include)
        yield from check_pointers(tree, source)
        yield from check_versions(source)
    for call, backend in CHOKE_POINTS.items():
        yield from check_choke_point(tree, call, backend)


def check_own_header_first(tree: Tree, source: Source) -> Iterator[Problem]:
    header = re.sub(r"\.cc$", ".h", source.path)
    if header == source.path or header not in tree.files:
        return
    first = next(includes(source), None)
    if not first or resolve(tree, first.name.strip('"')) != header:
        yield Problem(source.path, first.line if first else 1, "own header",
                      f"include {header} first: that proves that it needs nothing before it")


def resolve(tree: Tree, name: str) -> Optional[str]:
    """Returns the file that #include "name" means, or None."""
    if name in tree.published:
        return tree.published[name]
    if name in tree.prefixed:
        return tree.prefixed[name]
    return name if name in tree.files else None


def check_include(tree: Tree, source: Source, include: Include) -> Iterator[Problem]:
    def problem(advice: str) -> Problem:
        return Problem(source.path, include.line, "include", advice)

    name = include.name.strip('"')
    here = layer(source.path)
    file = resolve(tree, name)
    if file is None:
        if "/" not in name:
            yield problem(f'write the path from the root: "{source.path.rsplit("/", 1)[0]}/{name}"')
        elif name.startswith("tandem/"):
            yield problem(f"no target publishes {name}: see include_prefix in the BUILD files")
        return  # else it is made by a rule, and the compiler says whether it is there
    there = layer(file)
    is_published = file in tree.published.values()
    if is_published and name not in tree.published:
        published = [n for n, f in tree.published.items() if f == file]
        yield problem(f'a published header goes by its name: "{published[0]}"')
    elif here in MAY_INCLUDE and there not in MAY_INCLUDE[here]:
        yield problem(f"{here} must not know {there}: the arrows point from it, not to it")
    elif here in ON_TOP and not is_published and there not in ON_TOP[here]:
        yield problem(f"{file} is private to {there}: use what it publishes")
    elif here in MAY_INCLUDE and not is_published and there != here:
        yield problem(f"{file} is private to {there}: use what it publishes")


def check_library(source: Source, include: Include) -> Iterator[Problem]:
    library = include.name[1:].split("/")[0]
    if library in LIBRARIES and "/" in include.name and not is_native(source.path):
        home = f"backends/{LIBRARIES[library]}"
        if layer(source.path) != home:
            yield Problem(source.path, include.line, "library",
                          f"only {home} and folders named native_* or raw_* know this library")


def check_pointers(tree: Tree, source: Source) -> Iterator[Problem]:
    if source.path not in tree.published.values() or layer(source.path) not in ("api", "engine"):
        return
    for match in re.finditer(r"\bvoid\s*(?:const\s*)?\*", source.code):
        line = source.code.count("\n", 0, match.start()) + 1
        yield Problem(source.path, line, "void pointer",
                      "a published header is typed: std::span<std::byte>, a template, an interface")


def check_versions(source: Source) -> Iterator[Problem]:
    if is_native(source.path):
        return
    pattern = r"^[ \t]*#[ \t]*(?:el)?if[^\n]*\b(OPENSSL|GNUTLS)_VERSION(?:[^\n]*\\\n)*"
    for match in re.finditer(pattern, source.code, re.MULTILINE):
        home = f"backends/{match.group(1).lower()}/versions.h"
        if source.path != home:
            line = source.code.count("\n", 0, match.start(1)) + 1
            yield Problem(source.path, line, "version",
                          f"only {home} asks for the library's version: name the answer there")


def check_choke_point(tree: Tree, call: str, backend: str) -> Iterator[Problem]:
    sources = [s for s in tree.cpp() if not is_native(s.path)]
    home = f"backends/{backend}/"
    if not any(s.path.startswith(home) and s.path.endswith(".cc") for s in sources):
        return
    places = []
    for source in sources:
        for match in re.finditer(rf"\b{call}\s*\(", source.code):
            places.append((source.path, source.code.count("\n", 0, match.start()) + 1))
    if not places:
        yield Problem(home + "call.cc", 1, "choke point",
                      f"{call}( must stand in one place of {home}; it stands nowhere")
    for path, line in places[1:]:
        yield Problem(path, line, "choke point",
                      f"{call}( stands at {places[0][0]}:{places[0][1]} already: go through there")

"""House rules about the shape of the tree: the twin backends, and the map of the house.

backends/openssl and backends/gnutls have the same files, and the same names in the same order in
each; reading one beside the other is the porting guide. tools/twins_exceptions.txt lists what only
one of them has.
"""

import difflib
import re
from typing import Dict, Iterator, List, NamedTuple, Set, Tuple

import cpp_text
from tidy_tree import Problem, Tree

TWINS = ("backends/openssl", "backends/gnutls")
EXCEPTIONS = "tools/twins_exceptions.txt"
MAP = "docs/architecture.md"
WHOLE_FILE = "*"  # one twin has it alone
UNNAMED = "unnamed"  # all that stands in the file's unnamed namespaces


class Exemption(NamedTuple):
    line: int
    file: str  # without its suffix for the header and the source
    name: str  # WHOLE_FILE, UNNAMED, or what stands in the file; a class stands for its members

    def covers(self, file: str) -> bool:
        return self.file in (file, file.rsplit(".", 1)[0])


class Name(NamedTuple):
    name: str
    line: int
    is_local: bool

    def is_excused(self, excused: Set[str]) -> bool:
        if self.is_local and UNNAMED in excused:
            return True
        return any(self.name == name or self.name.startswith(name + "::") for name in excused)


def check(tree: Tree) -> Iterator[Problem]:
    yield from check_twins(tree)
    yield from check_map(tree)


def twin_name(text: str) -> str:
    """Returns `text` with the libraries' names replaced by one word, so that twins are equal."""
    return re.sub(r"open_?ssl|gnu_?tls", "library", text, flags=re.IGNORECASE)


def check_twins(tree: Tree) -> Iterator[Problem]:
    exemptions, problems = read_exemptions(tree)
    yield from problems
    files: List[Dict[str, str]] = [
        {twin_name(path[len(folder) + 1:]): path for path in tree.files
         if path.startswith(folder + "/") and path.endswith((".h", ".cc"))}
        for folder in TWINS]
    if not files[0] and not files[1]:
        return
    lone = [e for e in exemptions if e.name == WHOLE_FILE]
    for side in (0, 1):
        for name in sorted(files[side].keys() - files[1 - side].keys()):
            if not any(e.covers(name) for e in lone):
                yield Problem(files[side][name], 1, "twins", f"{TWINS[1 - side]} has no such file: "
                              f"write it, or add '{name} | * | reason' to {EXCEPTIONS}")
    for name in sorted(common_files(files)):
        sides = [names((tree.root / side[name]).read_text(errors="replace")) for side in files]
        excused = {e.name for e in exemptions if e.covers(name)}
        yield from compare(name, [side[name] for side in files], sides, excused)
    yield from check_exemptions(tree, exemptions, files)


def common_files(files: List[Dict[str, str]]) -> Set[str]:
    """Returns the files whose names are compared: a test may look where its library differs."""
    return {name for name in files[0].keys() & files[1].keys() if not name.endswith("_test.cc")}


def names(text: str) -> List[Name]:
    return [Name(twin_name(d.name), d.line, d.is_local) for d in cpp_text.definitions(text)]


def compare(file: str, paths: List[str], sides: List[List[Name]],
            excused: Set[str]) -> Iterator[Problem]:
    ours, theirs = ([n for n in side if not n.is_excused(excused)] for side in sides)
    matcher = difflib.SequenceMatcher(None, [n.name for n in ours], [n.name for n in theirs], False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for path, other, side, start, end in ((paths[0], paths[1], ours, a, a_end),
                                              (paths[1], paths[0], theirs, b, b_end)):
            for entry in side[start:end]:
                name = UNNAMED if entry.is_local else entry.name
                yield Problem(path, entry.line, "twins",
                              f"{entry.name} is not at the same place in {other}: move or write "
                              f"it, or add '{file} | {name} | reason' to {EXCEPTIONS}")


def read_exemptions(tree: Tree) -> Tuple[List[Exemption], List[Problem]]:
    exemptions = []
    problems = []
    path = tree.root / EXCEPTIONS
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("|", 2)]
        if len(fields) == 3 and all(fields):
            exemptions.append(Exemption(number, fields[0], fields[1]))
        else:
            problems.append(Problem(EXCEPTIONS, number, "twins", "write: file | name | reason"))
    return exemptions, problems


def check_exemptions(tree: Tree, exemptions: List[Exemption],
                     files: List[Dict[str, str]]) -> Iterator[Problem]:
    for exemption in exemptions:
        if not is_needed(tree, exemption, exemptions, files):
            yield Problem(EXCEPTIONS, exemption.line, "twins",
                          f"{exemption.file} | {exemption.name} is true no longer: remove it")


def is_needed(tree: Tree, exemption: Exemption, exemptions: List[Exemption],
              files: List[Dict[str, str]]) -> bool:
    if exemption.name == WHOLE_FILE:
        return any(exemption.covers(name) for name in files[0].keys() ^ files[1].keys())
    for file in filter(exemption.covers, common_files(files)):
        sides = [names((tree.root / side[file]).read_text(errors="replace")) for side in files]
        others = {e.name for e in exemptions if e.covers(file) and e is not exemption}
        without = [remaining(side, others) for side in sides]
        if without[0] != without[1] and without != [
                remaining(side, others | {exemption.name}) for side in sides]:
            return True
    return False


def remaining(side: List[Name], excused: Set[str]) -> List[str]:
    return [name.name for name in side if not name.is_excused(excused)]


def check_map(tree: Tree) -> Iterator[Problem]:
    """Compares the folders that the table in docs/architecture.md lists with what is there."""
    path = tree.root / MAP
    if not path.exists():
        return
    mapped = folders_in_map(path.read_text())
    if not mapped:
        yield Problem(MAP, 1, "map", "no table of folders: | `engine` | what it is | ...")
        return
    for folder, line in mapped.items():
        if folder not in tree.folders:
            yield Problem(MAP, line, "map", f"there is no folder {folder}: correct the table")
    for folder in sorted({f.split("/")[0] for f in tree.folders} - mapped.keys()):
        yield Problem(MAP, 1, "map", f"the table does not list the folder {folder}: add it")


def folders_in_map(text: str) -> Dict[str, int]:
    """Returns the folders in the first cells of table rows such as | `engine` | ... |."""
    rows = ((number, re.match(r"\|\s*`([\w./-]+?)/?`\s*\|", line))
            for number, line in enumerate(text.splitlines(), 1))
    return {match.group(1): number for number, match in rows if match}

"""House rules that need to see one file only."""

import re
from typing import Iterator, List, Set

import cpp_text
from tidy_tree import Problem, Source, Tree

MAX_COLUMNS = 100
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_TEST_LINES = 80

# A pattern, the rule's name, and what to write instead. Matched against code without comments.
BANNED = [
    (r"#\s*pragma\s+once\b", "guard",
     "one file is reached by two paths here: use an include guard"),
    (r"\b(?:DISABLED_|GTEST_SKIP\b)", "test",
     "a test that does not run proves nothing: repair it, or delete it and say why in the commit"),
    (r"\b(?:class|struct|union|enum(?:\s+class)?)\s+\w*Manager\b", "name",
     "'Manager' says nothing: name what it keeps (a Pool, a Queue, a Store)"),
    (r"\b(?:class|struct|union|enum(?:\s+class)?)\s+\w*Helper\b", "name",
     "'Helper' says nothing: name what it does, or make it a function"),
    (r"\b(?:class|struct|union|enum(?:\s+class)?)\s+\w*Data\b", "name",
     "everything is data: name what it holds (a Record, a Ticket, a Digest)"),
]
LEFT_OVER = r"\b(?:FIXME|XXX)\b|TODO\(now\)"
SLEEP = r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\("
# A type, or the start of a line, and then the name: a call has an operator or a return there.
GETTER = r"(?:^|(?<!return)(?<!co_await)[\w>*&]\s+[*&]?)(?!std::)(?:[A-Z]\w*::)*(get_\w+)\s*\("


def check(tree: Tree) -> Iterator[Problem]:
    for source in tree.sources:
        yield from check_lines(source)
        if source.is_cpp:
            yield from check_patterns(source)
            yield from check_lengths(source)
            yield from check_guard(tree, source)
    for folder in sorted(banned_folders(tree)):
        yield Problem(folder, 1, "folder", "this name says nothing: name what is inside")


def check_lines(source: Source) -> Iterator[Problem]:
    for number, line in enumerate(source.lines, 1):
        if "\t" in line:
            yield Problem(source.path, number, "tab", "indent with spaces")
        if line != line.rstrip():
            yield Problem(source.path, number, "space", "remove the space at the end of the line")
        if len(line) > MAX_COLUMNS and source.has_columns:
            yield Problem(source.path, number, "columns",
                          f"{len(line)} columns, {MAX_COLUMNS} are allowed: break the line")
        if not source.path.startswith("tools/") and re.search(LEFT_OVER, line):
            yield Problem(source.path, number, "todo",
                          "do it now, or write TODO(perf|someday|security|backend): why not now")


def matches(source: Source, pattern: str) -> Iterator[int]:
    for match in re.finditer(pattern, source.code, re.MULTILINE):
        yield source.code.count("\n", 0, match.end() - 1) + 1


def check_patterns(source: Source) -> Iterator[Problem]:
    for pattern, rule, advice in BANNED:
        for line in matches(source, pattern):
            yield Problem(source.path, line, rule, advice)
    for line in matches(source, GETTER):
        yield Problem(source.path, line, "getter", "name it for what it returns, without get_")
    if source.is_test:
        for line in matches(source, SLEEP):
            yield Problem(source.path, line, "sleep",
                          "no test sleeps: wait for the event itself, or move the virtual clock")


def check_lengths(source: Source) -> Iterator[Problem]:
    if len(source.lines) > MAX_FILE_LINES:
        yield Problem(source.path, MAX_FILE_LINES + 1, "file length",
                      f"{len(source.lines)} lines, {MAX_FILE_LINES} are allowed: make it two files",
                      is_warning=source.path.endswith(".h"))
    for definition in cpp_text.definitions(source.text):
        is_test = bool(re.match(r"(?:TYPED_)?TEST", definition.name))
        limit = MAX_TEST_LINES if is_test else MAX_FUNCTION_LINES
        length = definition.end_line - definition.line + 1
        if definition.kind == "function" and length > limit:
            yield Problem(source.path, definition.line, "function length",
                          f"{definition.name} has {length} lines, {limit} are allowed: "
                          "give its parts names")


def check_guard(tree: Tree, source: Source) -> Iterator[Problem]:
    if not source.path.endswith(".h"):
        return
    allowed = guards(tree, source.path)
    match = re.search(r"^#\s*ifndef\s+(\w+)\s*\n#\s*define\s+(\w+)\s*$", source.code, re.MULTILINE)
    if not match:
        yield Problem(source.path, 1, "guard", f"no include guard: write #ifndef {allowed[0]}")
    elif match.group(1) not in allowed or match.group(1) != match.group(2):
        line = source.code.count("\n", 0, match.start()) + 1
        yield Problem(source.path, line, "guard",
                      f"the guard is {match.group(1)}: the path makes it {allowed[0]}")


def guards(tree: Tree, path: str) -> List[str]:
    """Returns the guard by the path, and by the name under which the header is included."""
    names = [re.sub(r"^api/", "", path)]
    names += [name[len("tandem/"):] for name, file in tree.published.items() if file == path]
    return ["TANDEM_" + re.sub(r"\W", "_", name).upper() + "_" for name in names]


def banned_folders(tree: Tree) -> Set[str]:
    banned = {"common", "helper", "helpers", "misc", "util", "utils"}
    return {folder for folder in tree.folders if folder.rsplit("/", 1)[-1] in banned}

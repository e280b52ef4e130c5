"""Reads C++ well enough for house rules: text without comments, and what is defined where.

This is no parser. It matches braces at namespace and class level and reads the words before them,
which is enough for code in one style; tools/tidy_self_test.py shows what it must not get wrong.
"""

import re
from typing import Iterator, List, NamedTuple, Tuple

_LITERAL_OR_COMMENT = re.compile(
    r"""//[^\n]* | /\*.*?\*/
      | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'""",  # behind a digit it separates thousands
    re.DOTALL | re.VERBOSE)

_LOCAL = "(unnamed)"
_IN_PARENTHESES = r"\((?:[^()]|\([^()]*\))*\)"
_NAME_BEFORE_PARENTHESIS = re.compile(
    r"""( (?:\w+(?:<[^<>()]*>)?\s*::\s*)*  # Class<T>::
          (?: ~?\w+ | operator\s*(?:\(\s*\) | [^\s\w(]+ | [\w\s*&:]+) ) )\s*\(""",
    re.VERBOSE)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    """Returns `text` with spaces for comments; every other character stays at its place."""

    def replace(match: "re.Match[str]") -> str:
        token = match.group()
        return _blank(token) if token.startswith("/") else token

    return _LITERAL_OR_COMMENT.sub(replace, text)


def code_only(text: str) -> str:
    """Returns `text` with spaces for comments and for the insides of literals."""

    def replace(match: "re.Match[str]") -> str:
        token = match.group()
        return _blank(token) if token.startswith("/") else '"' + _blank(token[1:-1]) + '"'

    return _LITERAL_OR_COMMENT.sub(replace, text)


class Definition(NamedTuple):
    name: str  # with the classes around it: Session::Read
    kind: str  # "type", "function", or "declaration": a function without its body
    line: int  # of the opening brace
    end_line: int
    is_local: bool  # stands in an unnamed namespace


def definitions(text: str) -> List[Definition]:
    """Returns what is defined or declared at namespace or class level, in order of appearance."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: _blank(m.group()),
                  code_only(text), flags=re.MULTILINE)
    return sorted(_scan(code), key=lambda d: d.line)


def _scan(code: str) -> Iterator[Definition]:
    around: List[str] = []  # the names of open types; "" for an open namespace, _LOCAL without name
    head_start = 0
    head_cut = ""  # the head up to the last brace in it that opened no body
    position = 0
    while position < len(code):
        character = code[position]
        if character == "(":
            position = _behind_match(code, position, "()")
            continue
        if character in ";{}":
            head = head_cut + code[head_start:position]
            line = code.count("\n", 0, position) + 1
            local = _LOCAL in around
            qualifier = "::".join(name for name in around if name and name != _LOCAL)
            if character == ";":
                name = _function_name(head) if _is_declaration(head) else ""
                if name:
                    yield Definition(_join(qualifier, name), "declaration", line, line, local)
            elif character == "}":
                if around:
                    around.pop()
            else:
                kind, name = _classify(head)
                if kind in ("namespace", "type"):
                    if kind == "type" and name:
                        yield Definition(_join(qualifier, name), kind, line, line, local)
                    around.append(name)
                else:
                    end = _behind_match(code, position, "{}")
                    if kind == "function":
                        end_line = code.count("\n", 0, end) + 1
                        yield Definition(_join(qualifier, name), kind, line, end_line, local)
                    else:  # an initializer: what follows belongs to the same head
                        head_cut, head_start, position = head + "{}", end, end
                        continue
                    position = end - 1
            head_cut, head_start = "", position + 1
        position += 1


def _join(qualifier: str, name: str) -> str:
    return f"{qualifier}::{name}" if qualifier else name


def _behind_match(code: str, start: int, pair: str) -> int:
    depth = 0
    for position in range(start, len(code)):
        if code[position] == pair[0]:
            depth += 1
        elif code[position] == pair[1]:
            depth -= 1
            if depth == 0:
                return position + 1
    return len(code)


def _strip_head(head: str) -> str:
    """Removes what stands before or within a head and says neither kind nor name."""
    head = re.sub(r"\[\[.*?\]\]", " ", head, flags=re.DOTALL)
    head = re.sub(r"\b(?:public|private|protected)\s*:(?!:)", " ", head)
    head = re.sub(r"\b(?:alignas|decltype|noexcept|explicit|__attribute__)\s*" + _IN_PARENTHESES,
                  " ", head)
    head = head.replace("->", " ").strip()
    while head.startswith("template") or head.startswith("requires"):
        without = re.sub(r"^template\s*<", "<", head)
        if without.startswith("<"):
            head = without[_behind_match(without, 0, "<>"):].strip()
        else:
            head = re.sub(r"^requires\s*(?:" + _IN_PARENTHESES + r"|[\w:]+(?:<[^<>]*>)?)", "",
                          head).strip()
            if head.startswith("requires"):
                break
    return head


def _without_parentheses(text: str) -> str:
    result = []
    position = 0
    while position < len(text):
        if text[position] == "(":
            position = _behind_match(text, position, "()")
            result.append("()")
        else:
            result.append(text[position])
            position += 1
    return "".join(result)


def _classify(head: str) -> Tuple[str, str]:
    """Returns the kind of what a brace opens behind `head`, and its name."""
    if re.search(r"\bnamespace\b", head) or re.fullmatch(r'\s*extern\s*"\s*"\s*', head):
        return "namespace", _LOCAL if re.search(r"\bnamespace\s*$", head) else ""
    head = _strip_head(head)
    flat = _without_parentheses(head)
    type_head = re.match(r"(?:(?:typedef|static|inline|constexpr|const)\s+)*"
                         r"(?:class|struct|union|enum(?:\s+class)?)\b([^()=]*)$", flat)
    if type_head:
        name = re.match(r"\s*([\w:]*)", type_head.group(1))
        return "type", name.group(1) if name and name.group(1) != "final" else ""
    name = _function_name(head)
    if not name:
        return "other", ""
    # A member set by braces: `: first_{1}, second_{2} {`. Only behind ) or } does a body begin.
    if re.search(r"\)[^:]*[^:]:[^:]", flat + " ") and not re.search(r"[)}]\s*$", flat):
        return "other", ""
    return "function", name


def _function_name(head: str) -> str:
    head = _strip_head(head)
    flat = _without_parentheses(head)
    assigned = re.sub(r"\boperator\s*[^\s\w(]+", "operator_", flat)
    if "(" not in flat or re.search(r"=(?!\s*(?:0|default|delete)\s*$)", assigned):
        return ""
    if re.match(r"(?:using|typedef|friend|static_assert|return|extern\s+template)\b", head):
        return ""
    match = _NAME_BEFORE_PARENTHESIS.search(head)
    if not match:
        return ""
    name = re.sub(r"\s+", " ", match.group(1))
    if re.fullmatch(r"(?:TYPED_)?TEST(?:_F|_P)?", name):
        arguments = head[match.end() - 1:_behind_match(head, match.end() - 1, "()")]
        name += re.sub(r"\s+", " ", arguments)
    return name


def _is_declaration(head: str) -> bool:
    return "(" in head and "{}" not in head

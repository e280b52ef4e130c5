#!/usr/bin/env python3
"""Each house rule sees the small tree that breaks it, and leaves the one that does not alone."""

import pathlib
import sys
import tempfile
import unittest
from typing import Dict, List

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import cpp_text  # noqa: E402
import tidy  # noqa: E402

API_BUILD = '''load("//tools/bazel:copts.bzl", "tandem_cc_library")
tandem_cc_library(name = "api", hdrs = ["session.h"], include_prefix = "tandem")
'''
OPENSSL_BUILD = 'cc_library(name = "openssl", hdrs = ["openssl.h"], include_prefix = "tandem")\n'


def header(guard: str, body: str = "") -> str:
    return f"#ifndef {guard}\n#define {guard}\n{body}#endif\n"


# What is there before a test adds to it: one header in each place, and nothing to complain about.
CLEAN = {
    "engine/BUILD": 'cc_library(hdrs = ["reply.h"], include_prefix = "tandem/engine")\n',
    "engine/reply.h": header("TANDEM_ENGINE_REPLY_H_"),
    "api/BUILD": API_BUILD,
    "api/session.h": header("TANDEM_SESSION_H_"),
    "backends/openssl/BUILD": OPENSSL_BUILD,
    "backends/openssl/openssl.h": header("TANDEM_BACKENDS_OPENSSL_OPENSSL_H_"),
    "backends/openssl/call.cc": "int Call() { return SSL_get_error(ssl, result); }\n",
    "backends/openssl/session.h": header("TANDEM_BACKENDS_OPENSSL_SESSION_H_"),
    "backends/gnutls/BUILD": OPENSSL_BUILD.replace("openssl", "gnutls"),
    "backends/gnutls/gnutls.h": header("TANDEM_BACKENDS_GNUTLS_GNUTLS_H_"),
    "backends/gnutls/call.cc": "int Call() { return gnutls_error_is_fatal(code); }\n",
    "backends/gnutls/session.h": header("TANDEM_BACKENDS_GNUTLS_SESSION_H_"),
}


def problems(changes: Dict[str, str]) -> List[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in {**CLEAN, **changes}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return [str(problem) for problem in tidy.check(root.resolve())]


class TidyTest(unittest.TestCase):

    def assert_broken(self, changes: Dict[str, str], *expected: str) -> None:
        """Expects one problem for each of `expected`, which it must contain, in any order."""
        found = problems(changes)
        for text in expected:
            hits = [problem for problem in found if text in problem]
            self.assertTrue(hits, f"\nwanted: {text}\nfound:  " + "\n        ".join(found))
            found.remove(hits[0])
        self.assertEqual(found, [])

    def assert_fine(self, changes: Dict[str, str]) -> None:
        self.assertEqual(problems(changes), [])


class TextRules(TidyTest):

    def test_clean_tree_is_fine(self):
        self.assert_fine({})

    def test_lines(self):
        self.assert_broken({"api/a.cc": "int a;\n\tint b;\n"}, "api/a.cc:2: [tab]")
        self.assert_broken({"api/a.cc": "int a; \n"}, "api/a.cc:1: [space]")
        self.assert_broken({"api/a.cc": "//" + "x" * 99 + "\n"}, "api/a.cc:1: [columns] 101")
        self.assert_fine({"api/a.cc": "//" + "x" * 98 + "\n"})

    def test_todo(self):
        self.assert_broken({"api/a.cc": "// FIXME\n"}, "api/a.cc:1: [todo]")
        self.assert_broken({"api/a.cc": "// TODO(now): x\n"}, "api/a.cc:1: [todo]")
        self.assert_broken({"api/a.cc": "// XXX\n"}, "api/a.cc:1: [todo]")
        self.assert_fine({"api/a.cc": "// TODO(perf): x\n"})

    def test_file_length(self):
        self.assert_broken({"api/a.cc": "int a;\n" * 501}, "api/a.cc:501: [file length] 501")
        self.assert_broken({"api/a.h": header("TANDEM_A_H_", "int a;\n" * 500)},
                           "api/a.h:501: warning: [file length]")

    def test_function_length(self):
        body = "int F() {\n" + "  f();\n" * 59 + "}\n"
        self.assert_broken({"api/a.cc": "int a;\n" + body},
                           "api/a.cc:2: [function length] F has 61 lines, 60 are allowed")
        self.assert_fine({"api/a.cc": body.replace("  f();\n", "", 1)})
        in_class = "namespace n {\nclass C {\n" + body + "};\n}\n"
        self.assert_broken({"api/a.cc": in_class}, "api/a.cc:3: [function length] C::F")
        self.assert_fine({"api/a_test.cc": body.replace("int F()", "TEST(Suite, Name)")})
        longer = "TEST(Suite, Name) {\n" + "  f();\n" * 79 + "}\n"
        self.assert_broken({"api/a_test.cc": longer}, "TEST(Suite, Name) has 81 lines, 80")

    def test_guard(self):
        self.assert_broken({"api/a.h": "#pragma once\n"}, "api/a.h:1: [guard] no include guard",
                           "api/a.h:1: [guard] one file is reached by two paths")
        self.assert_broken({"engine/b.h": header("TANDEM_B_H_")},
                           "engine/b.h:1: [guard] the guard is TANDEM_B_H_: the path makes it "
                           "TANDEM_ENGINE_B_H_")
        self.assert_fine({"backends/openssl/openssl.h": header("TANDEM_OPENSSL_H_")})

    def test_names(self):
        self.assert_broken({"api/a.cc": "class KeyManager {};\n"}, "api/a.cc:1: [name] 'Manager'")
        self.assert_broken({"api/a.cc": "struct KeyHelper {};\n"}, "api/a.cc:1: [name] 'Helper'")
        self.assert_broken({"api/a.cc": "struct KeyData {};\n"}, "api/a.cc:1: [name] everything")
        self.assert_fine({"api/a.cc": "// class KeyManager\nstruct DataRate {};\n"})
        self.assert_broken({"api/util/a.cc": ""}, "api/util:1: [folder]")

    def test_getters(self):
        for text in ("int get_size();\n", "  const T& get_size() const;\n", "X S::get_size() {}\n"):
            self.assert_broken({"api/a.cc": text}, "api/a.cc:1: [getter]")
        self.assert_fine({"api/a.cc": "auto a = std::this_thread::get_id();\n"
                                      "auto b = p.get_deleter();\nint c = SSL_get_fd(s) + x;\n"})

    def test_tests(self):
        self.assert_broken({"api/a_test.cc": "TEST(A, DISABLED_B) {}\n"}, "api/a_test.cc:1: [test]")
        self.assert_broken({"api/a_test.cc": "TEST(A, B) { GTEST_SKIP(); }\n"}, ":1: [test]")
        for call in ("std::this_thread::sleep_for(x)", "usleep(1)", "sleep(1)", "nanosleep(a, b)"):
            self.assert_broken({"api/a_test.cc": f"void F() {{ {call}; }}\n"}, ":1: [sleep]")
            self.assert_broken({"conformance/a.cc": f"void F() {{ {call}; }}\n"}, ":1: [sleep]")
            self.assert_fine({"examples/a.cc": f"void F() {{ {call}; }}\n"})


class LayerRules(TidyTest):

    def include(self, path: str, name: str) -> Dict[str, str]:
        return {path: f"// first\n#include {name}\n"}

    def test_arrows(self):
        for path, name in (("engine/a.cc", '"tandem/session.h"'),
                           ("engine/a.cc", '"tandem/openssl.h"'),
                           ("api/a.cc", '"tandem/openssl.h"'),
                           ("backends/openssl/call.h", '"tandem/gnutls.h"')):
            changes = self.include(path, name)
            if path.endswith(".h"):
                guarded = header("TANDEM_BACKENDS_OPENSSL_CALL_H_", f"#include {name}\n")
                source = '#include "backends/openssl/call.h"\n' + CLEAN["backends/openssl/call.cc"]
                changes = {path: guarded, "backends/openssl/call.cc": source,
                           "tools/twins_exceptions.txt": "call.h | * | for this test\n"}
            self.assert_broken(changes, "[include]")
        for path, name in (("engine/a.cc", '"tandem/engine/reply.h"'),
                           ("api/a.cc", '"tandem/engine/reply.h"'),
                           ("conformance/a.cc", '"tandem/gnutls.h"'),
                           ("examples/a.cc", '"tandem/session.h"')):
            self.assert_fine(self.include(path, name))

    def test_published_headers_go_by_their_names(self):
        self.assert_broken(self.include("api/a.cc", '"api/session.h"'),
                           'api/a.cc:2: [include] a published header goes by its name: '
                           '"tandem/session.h"')
        self.assert_broken(self.include("api/a.cc", '"session.h"'),
                           'api/a.cc:2: [include] write the path from the root: "api/session.h"')
        self.assert_broken(self.include("api/a.cc", '"tandem/nothing.h"'),
                           "api/a.cc:2: [include] no target publishes tandem/nothing.h")

    def test_private_headers_stay_at_home(self):
        self.assert_broken(self.include("conformance/a.cc", '"backends/openssl/session.h"'),
                           "conformance/a.cc:2: [include] backends/openssl/session.h is private")
        private = {"engine/private.h": header("TANDEM_ENGINE_PRIVATE_H_")}
        self.assert_broken({**self.include("api/a.cc", '"engine/private.h"'), **private},
                           "api/a.cc:2: [include] engine/private.h is private to engine")
        self.assert_fine({**self.include("engine/a.cc", '"engine/private.h"'), **private})

    def test_own_header_comes_first(self):
        self.assert_broken({"api/session.cc": '#include <vector>\n#include "tandem/session.h"\n'},
                           "api/session.cc:1: [own header] include api/session.h first")
        self.assert_fine({"api/session.cc": '#include "tandem/session.h"\n#include <vector>\n'})

    def test_libraries(self):
        self.assert_broken(self.include("api/a.cc", "<openssl/ssl.h>"), "api/a.cc:2: [library]")
        self.assert_broken(self.include("conformance/a.cc", "<gnutls/x.h>"), ":2: [library]")
        self.assert_fine(self.include("conformance/native_openssl/a.cc", "<openssl/ssl.h>"))
        self.assert_fine(self.include("bench/raw_gnutls/a.cc", "<gnutls/gnutls.h>"))

    def test_void_pointers(self):
        bad = header("TANDEM_SESSION_H_", "void* Peer();\n")
        self.assert_broken({"api/session.h": bad}, "api/session.h:3: [void pointer]")
        self.assert_fine({"api/session.h": header("TANDEM_SESSION_H_", "// void* is banned\n")})
        self.assert_fine({"api/private.h": header("TANDEM_PRIVATE_H_", "void* Peer();\n")})

    def test_versions(self):
        text = "// first\n#if OPENSSL_VERSION_NUMBER >= 0x30200000L\n#endif\n"
        self.assert_broken({"backends/openssl/call.cc": text + CLEAN["backends/openssl/call.cc"]},
                           "backends/openssl/call.cc:2: [version] only backends/openssl/versions.h")
        self.assert_fine({"bench/raw_openssl/a.cc": text})

    def test_choke_points(self):
        second = {"backends/openssl/call.cc": CLEAN["backends/openssl/call.cc"] * 2,
                  "backends/gnutls/call.cc": CLEAN["backends/gnutls/call.cc"] + "int Call() {}\n"}
        self.assert_broken(second, "backends/openssl/call.cc:2: [choke point] SSL_get_error( "
                           "stands at backends/openssl/call.cc:1 already")
        none = {"backends/gnutls/call.cc": "int Call() { return 0; }\n"}
        self.assert_broken(none, "backends/gnutls/call.cc:1: [choke point] gnutls_error_is_fatal(")
        self.assert_fine({"bench/raw_openssl/a.cc": "int a = SSL_get_error(s, 1);\n"})


class TwinRules(TidyTest):

    EXCUSE = "tools/twins_exceptions.txt"

    def test_files(self):
        lone = {"backends/openssl/provider.cc": "int F();\n"}
        self.assert_broken(lone,
                           "backends/openssl/provider.cc:1: [twins] backends/gnutls has no such")
        self.assert_fine({**lone, self.EXCUSE: "# why\nprovider.cc | * | no such thing there\n"})

    def test_one_twin_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "backends/gnutls").mkdir(parents=True)
            (root / "backends/gnutls/a.cc").write_text("int a;\n")
            found = [str(problem) for problem in tidy.check(root)]
        self.assertTrue(any("backends/openssl has no such file" in p for p in found), found)

    def pair(self, openssl: str, gnutls: str) -> Dict[str, str]:
        return {"backends/openssl/a.cc": openssl, "backends/gnutls/a.cc": gnutls}

    def test_names_and_order(self):
        self.assert_fine(self.pair("void OpenSslF() {}\nvoid G() {}\n",
                                   "void GnuTlsF() {\n}\nvoid G() {}\n"))
        self.assert_broken(self.pair("void F() {}\nvoid G() {}\n", "void F() {}\n"),
                           "backends/openssl/a.cc:2: [twins] G is not at the same place in "
                           "backends/gnutls/a.cc")
        self.assert_broken(self.pair("void F() {}\nvoid G() {}\n", "void G() {}\nvoid F() {}\n"),
                           "backends/openssl/a.cc:", "backends/gnutls/a.cc:")

    def test_exceptions(self):
        pair = self.pair("void F() {}\nvoid G() {}\n", "void F() {}\n")
        self.assert_fine({**pair, self.EXCUSE: "a.cc | G | only OpenSSL has it\n"})
        self.assert_broken({**pair, self.EXCUSE: "a.cc | G | so\na.cc | F | is there\n"},
                           f"{self.EXCUSE}:2: [twins] a.cc | F is true no longer")
        members = self.pair("struct S {\n  int A();\n};\nint S::A() {}\n", "\n")
        self.assert_fine({**members, self.EXCUSE: "a | S | only OpenSSL has it\n"})
        tests = {path.replace("a.cc", "a_test.cc"): text for path, text in members.items()}
        self.assert_fine(tests)
        self.assert_broken({self.EXCUSE: "a.cc | G\n"}, f"{self.EXCUSE}:1: [twins] write: file")

    def test_unnamed_namespaces(self):
        pair = self.pair("namespace {\nvoid A() {}\nvoid B() {}\n}\nvoid F() {}\n", "void F() {}\n")
        self.assert_broken(pair, "a.cc:2: [twins] A is", "a.cc | unnamed | reason")
        self.assert_fine({**pair, self.EXCUSE: "a.cc | unnamed | done by the library there\n"})

    def test_map(self):
        table = "".join(f"| `{f}` | x |\n" for f in ("api", "backends", "docs", "engine"))
        self.assert_fine({"docs/architecture.md": table})
        self.assert_broken({"docs/architecture.md": "words\n"}, "[map] no table of folders")
        self.assert_broken({"docs/architecture.md": table + "| `bench/` | x |\n"},
                           "docs/architecture.md:5: [map] there is no folder bench")
        self.assert_broken({"docs/architecture.md": table, "bench/a.cc": ""},
                           "docs/architecture.md:1: [map] the table does not list the folder bench")


class CppText(unittest.TestCase):

    def names(self, text: str) -> List[str]:
        return [definition.name for definition in cpp_text.definitions(text)]

    def test_literals_and_comments_are_no_code(self):
        text = """char F() { return '{'; }  // }
int kMillion = 1'000'000;\n/* { */ int G() { return 0; }
const char* H() { return R"x({"}")x"; }\nconst char* I() { return "\\"{"; }\n"""
        self.assertEqual(self.names(text), ["F", "G", "H", "I"])

    def test_constructors(self):
        text = """struct S { S() : a_{1}, b_(2), c_{3} { F(); }
  explicit S(int x) noexcept : a_(x) {}
  ~S() override = default; int a_{0}; std::function<void()> f_ = [](int) {}; };
S::S(S&& s) : Base(std::move(s)), a_{s.a_} {}"""
        self.assertEqual(self.names(text), ["S", "S::S", "S::S", "S::~S", "S::S"])

    def test_templates_and_operators(self):
        text = """template <typename T, class U = std::vector<T>> requires std::integral<T>
T Max(T a, U b = {}) { if (a) { return b; } return a; }
bool operator==(const S& a, const S& b) { return true; }
template <> struct Hash<S> { int operator()(const S& s) const { return 0; } };
S::operator bool() const { return true; }"""
        self.assertEqual(self.names(text), ["Max", "operator==", "Hash", "Hash::operator",
                                            "S::operator bool"])

    def test_initializers_are_no_functions(self):
        text = """const Row kRows[] = {{1, F(2)}, {3, 4}};
constexpr int kX{1};\nauto l = [] { return 1; };"""
        self.assertEqual(self.names(text), [])


if __name__ == "__main__":
    unittest.main()

"""How tandem compiles its own code: one list of flags, and the three C++ rules with them applied.

An embedder needs no flag of ours: the language version travels with each target. Warnings do too, but
a stranger's newer compiler may know more of them than ours, so -Werror is set in .bazelrc, which
binds this workspace only.
"""

TANDEM_COPTS = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wshadow",
    "-Wconversion",
]

_STD = ["-std=c++20"]

def tandem_cc_library(name, copts = [], **kwargs):
    """A cc_library that is compiled as tandem's code is."""
    native.cc_library(name = name, copts = _STD + TANDEM_COPTS + copts, **kwargs)

def tandem_cc_binary(name, copts = [], **kwargs):
    """A cc_binary that is compiled as tandem's code is."""
    native.cc_binary(name = name, copts = _STD + TANDEM_COPTS + copts, **kwargs)

_GTEST = "@com_google_googletest//:gtest"
_GTEST_MAIN = "@com_google_googletest//:gtest_main"

def tandem_cc_test(name, copts = [], deps = [], gtest = _GTEST_MAIN, **kwargs):
    """A cc_test on GoogleTest and GoogleMock.

    Args:
      name: of the target.
      copts: added behind ours.
      deps: what is tested.
      gtest: `@com_google_googletest//:gtest` for a test with a main() of its own; None for a test
        without GoogleTest.
      **kwargs: as for cc_test.
    """
    if gtest:
        # Its headers belong to :gtest, and layering_check wants the owner among the direct deps.
        deps = deps + [_GTEST] + ([gtest] if gtest != _GTEST else [])
    native.cc_test(name = name, copts = _STD + TANDEM_COPTS + copts, deps = deps, **kwargs)

"""Runs one source for every ordered pair of backends, with the pair in the test's name."""

load("//tools/bazel:copts.bzl", "tandem_cc_library", "tandem_cc_test")

# By name: the target. Each has a client_NAME.cc and a server_NAME.cc in //conformance/pairs.
BACKENDS = {
    "gnutls": "//backends/gnutls:gnutls",
    "openssl": "//backends/openssl:openssl",
}

PAIRS = [(client, server) for client in sorted(BACKENDS) for server in sorted(BACKENDS)]

def conformance_pairs():
    """A library CLIENT_SERVER for each pair, which says what ClientBackend() and ServerBackend() are."""
    for client, server in PAIRS:
        tandem_cc_library(
            name = "%s_%s" % (client, server),
            testonly = True,
            srcs = [
                "client_%s.cc" % client,
                "server_%s.cc" % server,
            ],
            hdrs = ["pair.h"],
            deps = ["//api:backend", BACKENDS[client]] +
                   ([BACKENDS[server]] if server != client else []),
        )

def conformance_test(name, srcs, deps = [], pairs = PAIRS, **kwargs):
    """One test per ordered pair of backends, named NAME.CLIENT_SERVER, and a suite NAME.

    Args:
      name: of the suite.
      srcs: the one source; it asks ClientBackend() and ServerBackend() of conformance/pairs/pair.h.
      deps: of each test, beside the pair.
      pairs: a subset of PAIRS for tests that need less.
      **kwargs: as for tandem_cc_test.
    """
    tests = []
    for client, server in pairs:
        test = "%s.%s_%s" % (name, client, server)
        tandem_cc_test(
            name = test,
            srcs = srcs,
            deps = deps + ["//conformance/pairs:%s_%s" % (client, server)],
            **kwargs
        )
        tests.append(test)
    native.test_suite(name = name, tests = tests)

"""Runs one source, or the whole suite, for ordered pairs of backends, with the pair in each test's name."""

load("//tools/bazel:copts.bzl", "tandem_cc_library", "tandem_cc_test")

# By name: the target. Each has a client_NAME.cc and a server_NAME.cc in //conformance/pairs.
BACKENDS = {
    "gnutls": "//backends/gnutls:gnutls",
    "openssl": "//backends/openssl:openssl",
}

PAIRS = [(client, server) for client in sorted(BACKENDS) for server in sorted(BACKENDS)]

def conformance_pairs():
    """What ClientBackend() and ServerBackend() are: a library for each end, and one for each pair."""
    ends = dict(BACKENDS, default = "//backends:default.contract")
    for backend, label in ends.items():
        for role in ["client", "server"]:
            tandem_cc_library(
                name = "%s_%s" % (role, backend),
                testonly = True,
                srcs = ["%s_%s.cc" % (role, backend)],
                hdrs = ["pair.h"],
                deps = ["//api:backend", label],
            )
    for client, server in PAIRS:
        tandem_cc_library(
            name = "%s_%s" % (client, server),
            testonly = True,
            hdrs = ["pair.h"],
            deps = [
                ":client_" + client,
                ":server_" + server,
                "//api:backend",
            ],
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

def tandem_conformance_test(
        name,
        backend,
        peers = sorted(BACKENDS),
        exceptions = None,
        size = "large",
        shard_count = 2,
        args = [],
        data = [],
        **kwargs):
    """Runs every scenario on a backend of your own: with itself, and with each peer in both roles.

    Makes one test per ordered pair, named NAME.CLIENT_SERVER, and a suite NAME. No test framework is
    needed. One scenario: bazel test //my:suite --test_filter='*/NAME'.

    Args:
      name: of the suite.
      backend: a library that defines tandem::DefaultBackend() (tandem/default_backend.h), as for the
        flag //backends:default_backend. What stands behind its label's colon is its name in the
        names of the tests.
      peers: of "gnutls" and "openssl", whom it must get on with; each needs its library's headers.
      exceptions: a file of lines `scenario | client | server | versions | reason`, with `| shows:
        TEXT` behind it where the failure's text must be told from others, or None. A line that has
        stopped being true fails.
      size: of each test.
      shard_count: of each test.
      args: for the runner; --help names them.
      data: of each test.
      **kwargs: as for cc_test.
    """
    own = backend.split(":")[-1].split("/")[-1]
    if exceptions:
        args = args + ["--exceptions=$(rootpath %s)" % exceptions]
        data = data + [exceptions]
    tests = []
    for client, server in ([("default", "default")] +
                           [("default", peer) for peer in peers] +
                           [(peer, "default") for peer in peers]):
        test = "%s.%s_%s" % (
            name,
            own if client == "default" else client,
            own if server == "default" else server,
        )
        native.cc_test(
            name = test,
            size = size,
            shard_count = shard_count,
            args = args,
            data = data,
            deps = [
                backend,
                Label("//conformance/pairs:client_" + client),
                Label("//conformance/pairs:server_" + server),
                Label("//conformance/suite:pair_main"),
            ],
            **kwargs
        )
        tests.append(test)
    native.test_suite(name = name, tests = tests)

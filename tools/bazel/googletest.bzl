"""Where GoogleTest comes from."""

_SYSTEM = "/usr/src/googletest"  # what Debian's package `googletest` installs: sources, no BUILD file
_VERSION = "1.14.0"
_SHA256 = "8ad598c73ad796e0d8280b082cebd82a630d73e73cd3c70057938a6501bba5d7"

def _googletest_repository(ctx):
    if ctx.path(_SYSTEM).exists:
        for part in ["googletest", "googlemock"]:
            ctx.symlink(_SYSTEM + "/" + part, part)
    else:
        ctx.download_and_extract(
            url = "https://github.com/google/googletest/archive/refs/tags/v%s.tar.gz" % _VERSION,
            sha256 = _SHA256,
            stripPrefix = "googletest-" + _VERSION,
        )

    # One BUILD file for both, so that the two cannot differ in a target or a flag.
    ctx.delete("BUILD.bazel")
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

googletest_repository = repository_rule(
    implementation = _googletest_repository,
    attrs = {"build_file": attr.label(default = "//tools/bazel:googletest.BUILD")},
    doc = "GoogleTest from the system's sources if there are any, else the upstream release.",
)

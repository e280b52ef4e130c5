"""Builds a program with another default backend than the rest of the build.

A flag holds for a whole build: one command line, one default. A test that wants both in one build
needs a transition, which sets the flag for one target and what it depends on.
"""

_FLAG = "@tandem//backends:default_backend"

def _set_backend(_settings, attr):
    return {_FLAG: attr.backend}

_backend_transition = transition(
    implementation = _set_backend,
    inputs = [],
    outputs = [_FLAG],
)

def _with_default_backend(ctx):
    program = ctx.attr.program[0][DefaultInfo]
    copy = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = copy,
        target_file = program.files_to_run.executable,
        is_executable = True,
    )
    return [DefaultInfo(
        executable = copy,
        runfiles = ctx.runfiles(files = [copy]).merge(program.default_runfiles),
    )]

with_default_backend = rule(
    implementation = _with_default_backend,
    attrs = {
        "backend": attr.string(doc = "The label of a backend's `default`.", mandatory = True),
        "program": attr.label(
            cfg = _backend_transition,
            executable = True,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)

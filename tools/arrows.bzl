"""Which layer may depend on which, as tests on the labels of what is really linked."""

def arrow_test(name, target, never):
    """Fails if `target` depends, at whatever distance, on a package of `never`.

    Args:
      name: of the test.
      target: all of a layer; genquery wants to be told what it may look at.
      never: folders, such as "backends/gnutls".
    """
    native.genquery(
        name = name + ".found",
        testonly = True,
        expression = "filter('^//(%s)[/:]', deps(%s))" % ("|".join(never), target),
        opts = ["--noimplicit_deps"],
        scope = [target],
    )
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["arrow_test.sh"],
        args = [
            target,
            "$(location :%s.found)" % name,
        ],
        data = [":%s.found" % name],
    )

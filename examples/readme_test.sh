#!/usr/bin/env bash
# readme_test.sh PROGRAM: the program in the README is the one that is compiled here. The order of
# #include lines is a matter of taste: clang-format has one, and the README another. What the program
# says of itself before them is not in the README.
set -euo pipefail
export LC_ALL=C

program=$(readlink -f "$1")
readme=$(dirname "$program")/../README.md
in_readme() { sed -n "/^\`\`\`cpp\$/,/^\`\`\`\$/p" "$readme" | sed "/^\`\`\`/d"; }
includes() { grep '^#include' | sort; }
code() { sed -n '/^#include/,$p' | sed '/^#include/d' | sed '/./,$!d'; }

diff <(in_readme | includes) <(includes <"$program")
diff <(in_readme | code) <(code <"$program")
echo "$(code <"$program" | wc -l) lines are the same"

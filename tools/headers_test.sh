#!/usr/bin/env bash
# Each header compiles alone: nobody has to include another one before it.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$root"
python3 tools/include_tree.py "$root" "$tree"

# The published ones, under their names, and the private ones of what a program links.
headers() {
  python3 tools/include_tree.py --list "$root" | cut -d' ' -f1
  comm -23 <(find api engine backends -name '*.h' ! -path '*/.*' | sort) \
    <(python3 tools/include_tree.py --list "$root" | cut -d' ' -f2 | sort)
}

compile='
  header=${@: -1}
  printf "#include \"%s\"\n" "$header" | "${@:1:$#-1}" -xc++ - ||
    { printf "%s: does not compile alone\n\n" "$header"; exit 1; }
'
headers | tr '\n' '\0' | xargs -0 -n 1 -P 2 bash -c "$compile" headers_test \
  "${CXX:-g++}" -std=c++20 -fsyntax-only -Wall -Wextra -Werror "-I$tree" "-I$root" \
  -isystem /usr/src/googletest/googletest/include
echo "$(headers | wc -l) headers compile alone"

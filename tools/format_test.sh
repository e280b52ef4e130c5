#!/usr/bin/env bash
# All C++ files are as clang-format leaves them. Versions differ in taste, so only 14 judges.
set -euo pipefail
tools=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
clang_format=$(command -v clang-format-14 || command -v clang-format) || {
  echo "there is no clang-format: nothing is judged"
  exit 0
}
case $("$clang_format" --version) in
  *' 14.'*) ;;
  *) echo "$("$clang_format" --version) is not 14: nothing is judged"; exit 0 ;;
esac
CLANG_FORMAT=$clang_format "$tools/lint" --format-only || {
  echo 'repair with: tools/lint --format-only --fix-format'
  exit 1
}

#!/usr/bin/env bash
# docs/verification-table.md says what the backends do today: table_test.sh DOCUMENT TABLE BUNDLE...
set -euo pipefail
document=$1
shift
"$@" | diff "$document" - || {
  echo "bazel run //conformance/chains:table > docs/verification-table.md" >&2
  exit 1
}

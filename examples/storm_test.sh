#!/usr/bin/env bash
# The storm in short: every handshake and every message comes through, in each arrangement, and the
# table has a row for each. What the numbers are is not for a test: other work on the machine decides.
set -euo pipefail
export LC_ALL=C

here=$(dirname "$0")
status=0
table=$(TMPDIR=${TEST_TMPDIR:-/tmp} "$here/demo/run_storm" "$1" "$2" --crowd=8 --rounds=1 \
  --time=300 --rate=100 "${@:3}") || status=$?
printf '%s\n' "$table"
[ $status = 0 ] || { echo "storm failed" >&2; exit 1; }

# Each row: backend, where keys are used, handshakes a turn, five times, and handshakes a second.
awk -v worst=20000000 '
  $1 == "openssl" || $1 == "gnutls" {
    gsub(/ thread/, "thread"); gsub(/\|/, "")
    seen[$1 " " $2 " " $3]++
    if (!($7 > 0) || $7 > worst) { print "a message took " $7 " us"; bad = 1 }
    if (!($9 > 0)) { print "no handshakes: " $0; bad = 1 }
  }
  END {
    count = split("openssl gnutls", backends); split("loop 1thread", keys); split("1000 1", turns)
    for (b = 1; b <= count; b++) for (k = 1; k <= 2; k++) for (t = 1; t <= 2; t++) {
      row = backends[b] " " keys[k] " " turns[t]
      if (seen[row] != 1) { print "no row for " row; bad = 1 }
    }
    exit bad
  }' <<<"$table"

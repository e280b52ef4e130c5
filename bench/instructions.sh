#!/usr/bin/env bash
# Counts the instructions of a handshake and of a record, of sessions that can be suspended and of
# sessions that cannot. See --help.
set -euo pipefail
export LC_ALL=C

usage() {
  cat <<'END'
usage: instructions.sh WORK [HANDSHAKES [PERCENT]]

Runs WORK (bench/work) under valgrind's callgrind, which counts instructions, and prints how many a
handshake (both ends of it, the mean of HANDSHAKES) and a record (written and read) take with a
Runtime and without one. Fails if a handshake that can be suspended takes over PERCENT more (default:
1; with few handshakes their randomness is as large), or a record one instruction more.

What a record takes inside malloc and memcpy is left out, and printed beside it: it depends on where
in memory something lies, not on what is done. Calls of them count.
END
}

case ${1:-} in --help | -h) usage; exit 0 ;; esac
[ $# -ge 1 ] || { usage >&2; exit 2; }
work=$(readlink -f "$1")
handshakes=${2:-40}
percent=${3:-1}
readonly records=400

if grep -qE '__(asan|tsan|ubsan)_' "$work"; then
  echo "a sanitizer's build: it is run once, and nothing is counted"
  for backend in openssl gnutls; do "$work" $backend with 2 2; done
  exit 0
fi
profile=$(mktemp "${TEST_TMPDIR:-/tmp}/instructions.XXXXXX")
trap 'rm -f "$profile"' EXIT

# What depends on addresses, as callgrind_annotate names it.
readonly by_address='malloc\.c:|:(malloc|free|calloc|realloc|_int_malloc|_int_free|alloc_perturb)'\
'([^A-Za-z_]|$)|:__?mem(cpy|move|set)[_A-Za-z0-9]*'

# count FUNCTION BACKEND with|without HANDSHAKES RECORDS: prints the instructions inside FUNCTION,
# first without those by address, then those.
count() {
  valgrind --tool=callgrind --callgrind-out-file="$profile" --toggle-collect="tandem::bench::$1(*" \
    "$work" "${@:2}" 2>/dev/null
  callgrind_annotate --threshold=100 --auto=no "$profile" |
    awk -v by_address="$by_address" '
      { number = $1; gsub(/,/, "", number) }
      /PROGRAM TOTALS/ { all = number; next }
      number ~ /^[0-9]+$/ && $0 ~ by_address { elsewhere += number }
      END { if (!all) exit 1; printf "%d %d\n", all - elsewhere, elsewhere }'
}

failed=0
# compare WHAT PERCENT WITHOUT WITH NOTE
compare() {
  awk -v b="$backend" -v what="$1" -v percent="$2" -v x="$3" -v y="$4" -v note="$5" 'BEGIN {
    good = y <= x * (1 + percent / 100)
    printf "%-8s %-9s without %11.2f  with %11.2f  %+.3f%%, at most %+.0f%%: %s%s\n", b, what, x, y,
      (y / x - 1) * 100, percent, good ? "holds" : "DOES NOT HOLD", note
    exit !good }' || failed=1
}

mean() { awk -v sum="$1" -v count="$2" 'BEGIN { printf "%.2f", sum / count }'; }

for backend in openssl gnutls; do
  declare -A handshake record copied
  for mode in without with; do
    read -r own other < <(count Connect $backend $mode "$handshakes" 0)
    handshake[$mode]=$(mean $((own + other)) "$handshakes")
    # The first records of a connection have something to set up: the second half is counted.
    read -r own_half other_half < <(count ExchangeRecords $backend $mode 1 $records)
    read -r own other < <(count ExchangeRecords $backend $mode 1 $((2 * records)))
    record[$mode]=$(mean $((own - own_half)) $records)
    copied[$mode]=$(mean $((other - other_half)) $records)
  done
  compare handshake "$percent" "${handshake[without]}" "${handshake[with]}" ""
  compare record 0 "${record[without]}" "${record[with]}" \
    "; malloc and memcpy: ${copied[without]} and ${copied[with]}"
done
exit $failed

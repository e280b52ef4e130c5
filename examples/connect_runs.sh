# shellcheck shell=bash
# What the tests of connect share: to be sourced by a test with the arguments of server_test.sh.
# shellcheck source=server_test.sh
source "$(dirname "$0")/server_test.sh"

connect=$(readlink -f "$5")
trusted=$pki/root_a.pem
us=(--ca="$trusted" --name=server.test)

# connect_once BACKEND STATUS LAST_LINE NAME ARGUMENT...: the line, behind "connect: ", is a pattern.
# stdin is $input; stdout goes to $work/got, stderr to $work/connect.log.
connect_once() {
  local backend=$1 expected=$2 pattern=$3 name=$4 status=0 last
  shift 4
  timeout 30 "$connect" --backend="$backend" "$@" <"${input:-/dev/null}" >"$work/got" \
    2>"$work/connect.log" || status=$?
  last=$(tail -n 1 "$work/connect.log")
  check "$name on $backend: status" "$expected" "$status"
  # shellcheck disable=SC2053  # a pattern
  [[ $last == "connect: "$pattern ]] || check "$name on $backend: last line" "$pattern" "$last"
  check "$name on $backend: one such line" 1 "$(grep -c '^connect: ' "$work/connect.log")"
}

# run NAME STATUS LAST_LINE ARGUMENT...: on each backend.
run() {
  connect_once openssl "$2" "$3" "$1" "${@:4}"
  connect_once gnutls "$2" "$3" "$1" "${@:4}"
}

# both NAME STATUS LAST_LINE ARGUMENT...: with --backend=both.
both() { connect_once both "$2" "$3" "$1" "${@:4}"; }

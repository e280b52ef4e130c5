# shellcheck shell=bash disable=SC2034
# What the tests of get, serve and connect share: to be sourced by a test whose first arguments are
# GET, SERVE and one file of the certificates that //conformance/pki makes.
set -euo pipefail
export LC_ALL=C

get=$(readlink -f "$1")
serve=$(readlink -f "$2")
pki=$(dirname "$(readlink -f "$3")")
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/server_test.XXXXXX")
files=$work/files
mkdir "$files"
children=()
checks=0
failures=0

cleanup() {
  local child
  for child in ${children[@]+"${children[@]}"}; do kill "$child" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap cleanup EXIT

# check NAME EXPECTED GOT
check() {
  checks=$((checks + 1))
  [ "$2" != "$3" ] || return 0
  failures=$((failures + 1))
  printf 'FAILED: %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3" >&2
  for log in "$work"/*.log; do [ ! -s "$log" ] || tail -n 5 "$log" | sed 's/^/  | /' >&2; done
}

# end_of_test: prints the count, and is the status.
end_of_test() {
  echo "$checks checks, $failures failed"
  [ "$checks" -gt 0 ] && [ "$failures" = 0 ]
}

# wait_for FILE PATTERN: waits until the pattern's \(...\) is there, and prints it.
wait_for() {
  local found
  for _ in {1..600}; do
    found=$(sed -n "s/$2/\1/p" "$1" 2>/dev/null | head -n 1)
    [ -z "$found" ] || { echo "$found"; return; }
    sleep 0.05
  done
  echo "no '$2' in $1: $(cat "$1")" >&2
  return 1
}

# start_server BACKEND CERTIFICATE [FLAG...]: sets $port and $server.
start_server() {
  local backend=$1 certificate=$2
  shift 2
  rm -f "$work/serve.out"
  "$serve" --backend="$backend" --listen=127.0.0.1:0 --cert="$pki/$certificate.pem" \
    --key="$pki/$certificate.key.pem" --root="$files" --verbose "$@" \
    >"$work/serve.out" 2>"$work/serve.log" &
  server=$!
  children+=("$server")
  port=$(wait_for "$work/serve.out" '^READY 127.0.0.1:\([0-9]*\)$')
}

# stop_server: asks it to end, and checks that it ends well.
stop_server() {
  local status=0
  kill -TERM "$server"
  wait "$server" || status=$?
  unset 'children[-1]'
  check "serve ends well" 0 "$status"
}

# summary NAME: what the server counted, after stop_server; 0 if nothing.
summary() {
  local count
  count=$(sed -n '/^serve: accepted=/s/.*[ :]'"$1"'=\([0-9]*\).*/\1/p' "$work/serve.log" | tail -n 1)
  echo "${count:-0}"
}

# strange_server ANSWER...: accepts everybody, reads a little, says ANSWER (to each client the next,
# over and over), and waits; sets $port.
strange_server() {
  rm -f "$work/strange.out"
  python3 - "$@" >"$work/strange.out" 2>"$work/strange.log" <<'END' &
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print("READY", listener.getsockname()[1], flush=True)
peers = []
while True:
    peer, _ = listener.accept()
    peer.recv(1)
    answer = sys.argv[1 + len(peers) % (len(sys.argv) - 1)]
    peer.sendall(answer.encode())
    if answer:
        peer.shutdown(socket.SHUT_WR)
    peers.append(peer)
END
  children+=($!)
  port=$(wait_for "$work/strange.out" '^READY \([0-9]*\)$')
}

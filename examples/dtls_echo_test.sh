#!/usr/bin/env bash
# dtls_echo against itself, on both backends on both sides: what comes back, how it fails, many
# peers at once, and how the server ends.
set -euo pipefail
export LC_ALL=C

echo=$(readlink -f "$1")
pki=$(dirname "$(readlink -f "$2")")
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/dtls_echo_test.XXXXXX")
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

# start BACKEND [FLAG...]: sets $port and $server.
start() {
  : >"$work/ready"
  "$echo" --backend="$1" --listen=127.0.0.1:0 --cert="$pki/server_p256.pem" \
    --key="$pki/server_p256.key.pem" --verbose "${@:2}" >"$work/ready" 2>"$work/server.log" &
  server=$!
  children+=("$server")
  for _ in {1..600}; do
    port=$(sed -n 's/^READY 127.0.0.1://p' "$work/ready")
    [ -z "$port" ] || return 0
    sleep 0.05
  done
  echo "the server did not start: $(cat "$work/server.log")" >&2
  return 1
}

# stop: asks the server to end, and checks that it ends well.
stop() {
  local status=0
  kill -TERM "$server"
  wait "$server" || status=$?
  unset 'children[-1]'
  check "the server ends well" 0 $status
}

# count NAME: what the server counted, after stop.
count() {
  grep '^dtls_echo: accepted=' "$work/server.log" | sed -n 's/.* '"$1"'=\([0-9]*\).*/\1/p'
}

# client BACKEND [FLAG...]: stdin to $work/got, complaints to $work/client.log; sets $status.
client() {
  status=0
  timeout 60 "$echo" --backend="$1" --connect="127.0.0.1:$port" --name=server.test \
    --ca="$pki/root_a.pem" "${@:2}" >"$work/got" 2>"$work/client.log" || status=$?
}

# refused NAME BACKEND STATUS MESSAGE [FLAG...]
refused() {
  client "$2" "${@:5}" <<<hello
  check "$1, $2: status" "$3" $status
  check "$1, $2: message" "dtls_echo: $4" "$(cat "$work/client.log")"
}

# --- Both ways -----------------------------------------------------------------------------------

printf 'one\n\nlast without an end' >"$work/lines"
seq 1 1000 >"$work/numbers"
for theirs in openssl gnutls; do
  start $theirs
  for ours in openssl gnutls; do
    for text in lines numbers; do
      client $ours <"$work/$text"
      check "$text, $ours to $theirs: status" 0 $status
      check "$text, $ours to $theirs" "$(sort "$work/$text" | md5sum)" \
        "$(sort "$work/got" | md5sum)"
    done
    refused "wrong name" $ours 4 "untrusted: its certificate is for another name" --name=other.test
    refused "unknown issuer" $ours 4 \
      "untrusted: its certificate was issued by nobody that is trusted" --ca="$pki/root_b.pem"
    client $ours < <(head -c 5000 /dev/zero)
    check "too large, $ours: status" 2 $status
    check "too large, $ours: message" "dtls_echo: too large: a line of 5000 bytes" \
      "$(cut -d, -f1 "$work/client.log")"
  done
  # Twenty at once: none is lost.
  pids=()
  for i in {1..20}; do
    backend=openssl
    [ $((i % 2)) = 0 ] || backend=gnutls
    { seq "$i" "$i" 2000; sleep 1; } | timeout 100 "$echo" --backend=$backend --wait=20000 \
      --connect="127.0.0.1:$port" --name=server.test --ca="$pki/root_a.pem" \
      --handshake-timeout=60 >"$work/got.$i" 2>"$work/client.$i.log" &
    pids[i]=$!
  done
  for i in {1..20}; do
    status=0
    wait "${pids[i]}" || status=$?
    check "peer $i of $theirs: status" 0 $status
    check "peer $i of $theirs" "$(seq "$i" "$i" 2000 | md5sum)" "$(sort -n "$work/got.$i" | md5sum)"
  done
  stop
  check "on $theirs: all were served" 26 "$(count served)"
  check "on $theirs: refused by the client" 4 "$(count failed)"
done

# --- Bounds --------------------------------------------------------------------------------------

for theirs in openssl gnutls; do
  start $theirs --max-peers=1 --idle=2
  # The first says nothing more and goes for its idleness; the second waits for its place meanwhile.
  { echo first; sleep 8; } | timeout 60 "$echo" --connect="127.0.0.1:$port" --name=server.test \
    --ca="$pki/root_a.pem" >"$work/first" 2>"$work/first.log" &
  first=$!
  for _ in {1..200}; do
    ! grep -q first "$work/first" || break
    sleep 0.05
  done
  client openssl --handshake-timeout=30 <<<second
  check "who waits comes in: status" 0 $status
  check "who waits comes in" second "$(cat "$work/got")"
  status=0
  wait $first || status=$?
  check "who was dropped is told: status" 8 $status
  check "who was dropped is told" "dtls_echo: the server has closed, after 1 of 1 echoes" \
    "$(cat "$work/first.log")"
  stop
  check "on $theirs: never more than one" 1 "$(count most_at_once)"
  check "on $theirs: dropped for idleness" 1 "$(count idle)"
done

# --- Nobody, and somebody who is silent ----------------------------------------------------------

python3 - >"$work/silent" <<'END_OF_PROGRAM' &
import signal, socket
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind(("127.0.0.1", 0))
print(silent.getsockname()[1], flush=True)
signal.pause()
END_OF_PROGRAM
children+=($!)
for _ in {1..200}; do
  [ ! -s "$work/silent" ] || break
  sleep 0.05
done
for ours in openssl gnutls; do
  port=1
  refused "nobody there" $ours 3 "transport: nobody listens there (Connection refused)"
  port=$(cat "$work/silent")
  refused "silence" $ours 9 "timed out: the handshake took longer than its time limit" \
    --handshake-timeout=2
done
port=1
refused "two places" openssl 2 "usage: give either --listen or --connect (see --help)" \
  --listen=127.0.0.1:1

echo "$checks checks, $failures failed"
[ "$checks" -gt 0 ] && [ "$failures" = 0 ]

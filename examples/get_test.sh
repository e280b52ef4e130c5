#!/usr/bin/env bash
# get alone: what a user sees when the server is not a good one, or the command line is wrong. The
# same on both backends, to the letter.
# shellcheck source=server_test.sh
source "$(dirname "$0")/server_test.sh"

trusted=$pki/root_a.pem

# run NAME EXPECTED_STATUS EXPECTED_FIRST_LINE ARGUMENT...: on both backends. The line is a pattern.
run() {
  local name=$1 expected=$2 pattern=$3 backend status first
  shift 3
  for backend in openssl gnutls; do
    status=0
    timeout 30 "$get" --backend=$backend "$@" >"$work/got" 2>"$work/get.log" || status=$?
    first=$(head -n 1 "$work/get.log")
    check "$name on $backend: status" "$expected" "$status"
    # shellcheck disable=SC2053  # a pattern
    [[ $first == $pattern ]] || check "$name on $backend: message" "$pattern" "$first"
  done
}

# --- No server at all ----------------------------------------------------------------------------

run "no URL" 2 "get: usage: give one URL*"
run "http URL" 2 "get: usage: 'http://x/' is not https://*" http://x/
run "unknown flag" 2 "get: usage: there is no flag --nonsense*" --nonsense https://x/
run "no CA file" 2 "get: misuse: *$work/nothing*" --ca="$work/nothing" https://127.0.0.1:1/
run "CA file without a certificate" 2 "get: misuse: *" --ca="$pki/root_a.key.pem" https://127.0.0.1:1/
run "key of another certificate" 2 "get: misuse: *" --ca="$trusted" \
  --cert="$pki/client_good.pem" --key="$pki/client_rsa.key.pem" https://127.0.0.1:1/
run "minimum above maximum" 2 "get: misuse: *" --ca="$trusted" --min=1.3 --max=1.2 https://127.0.0.1:1/
run "no such port" 3 "get: transport: cannot connect to 127.0.0.1:1 (Connection refused)" \
  --ca="$trusted" https://127.0.0.1:1/
run "no such name" 3 "get: transport: cannot look up nothing.invalid:443: *" \
  --ca="$trusted" https://nothing.invalid/

# --- Servers that do not speak TLS ---------------------------------------------------------------

strange_server $'HTTP/1.0 400 Bad Request\r\n\r\n'
run "plain HTTP" 6 "get: protocol: the peer speaks plain HTTP instead of TLS*" \
  --ca="$trusted" "https://127.0.0.1:$port/"
strange_server $'220 mail.test ESMTP ready\r\n'
run "mail" 6 "get: protocol: the peer does not speak TLS*" --ca="$trusted" "https://127.0.0.1:$port/"
strange_server ""
run "silence" 9 "get: timed_out: *" --ca="$trusted" --timeout=1 "https://127.0.0.1:$port/"

# --- Servers that break off ----------------------------------------------------------------------

# What s_server -HTTP sends is what stands in the file, head and all.
printf 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort' >"$files/short"
printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n' >"$files/chunks"
printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n' >"$files/whole"
printf 'HTTP/1.1 200 OK\r\nContent-Le' >"$files/head"
printf 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n' >"$files/busy"
printf 'SSH-2.0-OpenSSH_9.2\r\n\r\n' >"$files/ssh"
mkfifo "$work/silence"
exec 9<>"$work/silence"
(cd "$files" && exec openssl s_server -accept 127.0.0.1:0 -HTTP -cert "$pki/server_p256.pem" \
  -key "$pki/server_p256.key.pem" <&9 >"$work/s_server.log" 2>&1) &
children+=($!)
port=$(wait_for "$work/s_server.log" '^ACCEPT .*:\([0-9]*\)$')
for version in 1.2 1.3; do
  flags=(--ca="$trusted" --tls="$version")
  run "less than Content-Length" 8 "get: truncated: *after 5 of 10 bytes" \
    "${flags[@]}" "https://127.0.0.1:$port/short"
  run "chunks without an end" 8 "get: truncated: *" "${flags[@]}" "https://127.0.0.1:$port/chunks"
  check "what came of the chunks" short "$(cat "$work/got")"
  run "chunks with an end" 0 "" "${flags[@]}" "https://127.0.0.1:$port/whole"
  check "the chunks" whole "$(cat "$work/got")"
  run "half a head" 8 "get: truncated: *" "${flags[@]}" "https://127.0.0.1:$port/head"
  run "an error of HTTP" 10 "get: http_status: *503" "${flags[@]}" "https://127.0.0.1:$port/busy"
  run "not HTTP" 11 "get: not_http: *" "${flags[@]}" "https://127.0.0.1:$port/ssh"
  run "no place for the file" 1 "get: local: /nothing/here: *" "${flags[@]}" -o /nothing/here \
    "https://127.0.0.1:$port/whole"
done
end_of_test

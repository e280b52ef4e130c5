#!/usr/bin/env bash
# key_elsewhere, and serve with --key-threads, as openssl and get see them: every handshake has its
# signature made on another thread, on both libraries.
# shellcheck source=server_test.sh
source "$(dirname "$0")/server_test.sh"
key_elsewhere=$(readlink -f "$6")
count=12

# The key's uses that the server has told of: "N".
uses() { sed -n 's/.*the key was used \([0-9]*\) times$/\1/p' "$work/elsewhere.out" | tail -n 1; }

echo hello >"$files/hello"
for backend in openssl gnutls; do
  for certificate in server_p256 server_rsa server_ed25519; do
    rm -f "$work/elsewhere.out"
    "$key_elsewhere" $backend "$pki/$certificate.pem" "$pki/$certificate.key.pem" 0 \
      >"$work/elsewhere.out" 2>"$work/elsewhere.log" &
    children+=($!)
    port=$(wait_for "$work/elsewhere.out" '^READY 127.0.0.1:\([0-9]*\)$')
    for version in 1.2 1.3; do
      said=$("$get" --backend=$backend --tls=$version --ca="$pki/root_a.pem" --name=server.test \
        "https://127.0.0.1:$port/" 2>"$work/get.log" || true)
      check "$backend, $certificate, TLS $version: get" hello "$said"
      said=$(printf 'GET / HTTP/1.1\r\n\r\n' | timeout 20 openssl s_client -quiet -verify_return_error \
        -CAfile "$pki/root_a.pem" -tls${version/./_} -connect "127.0.0.1:$port" 2>/dev/null |
        tail -n 1 || true)
      check "$backend, $certificate, TLS $version: s_client" hello "$said"
    done
    check "$backend, $certificate: four signatures elsewhere" 4 "$(uses)"
    kill "${children[-1]}"
    unset 'children[-1]'
  done

  # All at once, over the loop's and the pool's lines.
  start_server $backend server_rsa --key-threads=2
  gets=()
  for ((i = 0; i < count; i++)); do
    "$get" --ca="$pki/root_a.pem" --name=server.test -o "$work/got.$i" \
      "https://127.0.0.1:$port/hello" 2>>"$work/get.log" &
    gets+=($!)
  done
  came=0
  for ((i = 0; i < count; i++)); do
    if wait "${gets[i]}" && cmp -s "$work/got.$i" "$files/hello"; then came=$((came + 1)); fi
  done
  check "$backend: serve with key threads" $count $came
  stop_server
  check "$backend: all keys were used elsewhere" $count "$(summary keys_used_elsewhere)"

  # A client that goes while its signature is made, and one that never speaks, harm nobody.
  start_server $backend server_rsa --key-threads=1 --handshake-timeout=1
  exec 8<>"/dev/tcp/127.0.0.1/$port"
  for _ in {1..5}; do
    timeout 0.02 openssl s_client -connect "127.0.0.1:$port" </dev/null >/dev/null 2>&1 || true
  done
  said=$("$get" --ca="$pki/root_a.pem" --name=server.test "https://127.0.0.1:$port/hello" \
    2>"$work/get.log" || true)
  check "$backend: those who go harm nobody" hello "$said"
  exec 8<&-
  stop_server
done
end_of_test

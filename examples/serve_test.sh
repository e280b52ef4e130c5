#!/usr/bin/env bash
# serve, as curl and a bare socket see it: HTTP's rules, identities, client certificates, limits.
# shellcheck source=server_test.sh
source "$(dirname "$0")/server_test.sh"

many_clients=$(readlink -f "$4")

# ask FLAG... URL_PATH: sets $said to what `--write-out` ($out) says, or to curl's exit status.
ask() {
  local status=0
  said=$(curl --silent --cacert "$pki/root_a.pem" --connect-to "::127.0.0.1:$port" --max-time 20 \
    --output "$work/got" --write-out "${out:-%{http_code\}}" "${@:1:$#-1}" \
    "https://${host:-server.test}/${*: -1}") || status=$?
  [ $status = 0 ] || said="status $status"
}

# few BACKEND [--echo] CLIENT...: 40 clients at once for a server with 24 descriptors; sets $came.
few() {
  local backend=$1 mode=() clients=() client
  shift
  [ "$1" != --echo ] || { mode=(--echo); shift; }
  rm -f "$work/few.out"
  (ulimit -Sn 24 && ulimit -Hn 24 && exec "$serve" --backend="$backend" --listen=127.0.0.1:0 \
    --cert="$pki/server_p256.pem" --key="$pki/server_p256.key.pem" --root="$files" \
    ${mode[@]+"${mode[@]}"} >"$work/few.out" 2>"$work/few.log") &
  children+=($!)
  port=$(wait_for "$work/few.out" '^READY 127.0.0.1:\([0-9]*\)$')
  for _ in {1..40}; do
    "${@//PORT/$port}" ${mode[@]+"${mode[@]}"} --ca="$pki/root_a.pem" --name=server.test \
      >>"$work/few.log" 2>&1 &
    clients+=($!)
  done
  came=0
  for client in "${clients[@]}"; do
    if wait "$client"; then came=$((came + 1)); fi
  done
  kill "${children[-1]}"
  unset 'children[-1]'
}

# key_shown: what kind of key the server's certificate has.
key_shown() {
  openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -text |
    sed -n 's/.*ASN1 OID: //p; s/.*Public Key Algorithm: \(rsa.*\)/\1/p' | head -n 1
}

mkdir "$files/folder"
echo '<p>folder' >"$files/folder/index.html"
echo content >"$files/plain.txt"
ln -s /etc/passwd "$files/link.txt"
echo secret >"$work/secret.txt"

for backend in openssl gnutls; do
  # --- HTTP -------------------------------------------------------------------------------------
  start_server $backend server_p256 --also="other.test,$pki/server_other.pem,$pki/server_other.key.pem"
  ask plain.txt
  check "$backend: a file" "200 content" "$said $(cat "$work/got")"
  out='%{content_type}' ask folder/
  check "$backend: a folder" "text/html; charset=utf-8 <p>folder" "$said $(cat "$work/got")"
  out='%{http_code} %{redirect_url}' ask folder
  check "$backend: a folder without its slash" "301 https://server.test/folder/" "$said"
  for path in ../secret.txt %2e%2e/secret.txt folder/..%2f../secret.txt; do
    ask --path-as-is $path
    check "$backend: $path" 400 "$said"
  done
  ask link.txt
  check "$backend: a link" 404 "$said"
  ask --request DELETE plain.txt
  check "$backend: another method" 405 "$said"
  ask --data x=y plain.txt
  check "$backend: a request with a body" 405 "$said"
  ask --head plain.txt
  check "$backend: HEAD" "200 Content-Length: 8" "$said $(grep -o 'Content-Length: 8' "$work/got")"
  said=$(curl --silent --cacert "$pki/root_a.pem" --connect-to "::127.0.0.1:$port" --max-time 20 \
    --output /dev/null --write-out '%{num_connects}' "https://server.test/plain.txt" \
    --next --cacert "$pki/root_a.pem" --connect-to "::127.0.0.1:$port" --output /dev/null \
    --write-out '%{num_connects}' "https://server.test/nothing")
  check "$backend: the connection is kept" 10 "$said"

  # --- Identities -------------------------------------------------------------------------------
  host=other.test ask plain.txt
  check "$backend: the other name" 200 "$said"
  host=third.test ask plain.txt
  check "$backend: a third name has no certificate" "status 60" "$said"
  stop_server

  # --- Renewal ----------------------------------------------------------------------------------
  cp "$pki/server_p256.pem" "$work/live.pem"
  cp "$pki/server_p256.key.pem" "$work/live.key.pem"
  start_server $backend server_p256 --cert="$work/live.pem" --key="$work/live.key.pem" --echo
  coproc stays { openssl s_client -quiet -connect "127.0.0.1:$port" 2>/dev/null; }
  echo before >&"${stays[1]}"
  read -r -t 20 said <&"${stays[0]}"
  check "$backend: a client is there" before "$said"
  cp "$pki/server_rsa.pem" "$work/live.pem"
  kill -HUP "$server"
  wait_for "$work/serve.log" '^serve: \(the old certificates stay\)' >/dev/null
  check "$backend: half a renewal changes nothing" prime256v1 "$(key_shown)"
  cp "$pki/server_rsa.key.pem" "$work/live.key.pem"
  kill -HUP "$server"
  wait_for "$work/serve.log" '^serve: \(certificates read anew\)' >/dev/null
  check "$backend: who comes sees the new certificate" rsaEncryption "$(key_shown)"
  echo after >&"${stays[1]}"
  read -r -t 20 said <&"${stays[0]}"
  check "$backend: who was there stays" after "$said"
  kill "$stays_PID"
  wait "$stays_PID" || true
  stop_server

  # --- Client certificates ----------------------------------------------------------------------
  good=(--cert "$pki/client_good.pem" --key "$pki/client_good.key.pem")
  strange=(--cert "$pki/client_root_b.pem" --key "$pki/client_root_b.key.pem")
  for version in 1.2 1.3; do
    start_server $backend server_rsa --client-ca="$pki/root_a.pem" --tls=$version
    ask "${good[@]}" plain.txt
    check "$backend, TLS $version: required, good" 200 "$said"
    # curl shows the root as well.
    check "$backend, TLS $version: its chain is known" 2 "$(sed -n 's/.*chain=//p' "$work/serve.log")"
    ask plain.txt
    check "$backend, TLS $version: required, none" "status 56" "${said/status 35/status 56}"
    ask "${strange[@]}" plain.txt
    check "$backend, TLS $version: required, strange" "status 56" "${said/status 35/status 56}"
    stop_server
    check "$backend, TLS $version: two were not trusted" 2 "$(summary untrusted)"
    start_server $backend server_rsa --client-ca="$pki/root_a.pem" --client-cert=optional --tls=$version
    ask plain.txt
    check "$backend, TLS $version: optional, none" 200 "$said"
    ask "${strange[@]}" plain.txt
    check "$backend, TLS $version: optional, strange" "status 56" "${said/status 35/status 56}"
    stop_server
  done

  # --- Limits -----------------------------------------------------------------------------------
  start_server $backend server_p256 --handshake-timeout=1 --idle-timeout=1
  exec 8<>"/dev/tcp/127.0.0.1/$port"
  read -r -t 20 -u 8 _ || true
  check "$backend: who says nothing is told to go" closed "$(read -r -t 0 -u 8 && echo closed)"
  exec 8<&-
  # The connection is kept until the server has had enough of waiting.
  status=0
  printf 'GET /plain.txt HTTP/1.1\r\nHost: x\r\n\r\n' | timeout 20 openssl s_client -quiet \
    -no_ign_eof -connect "127.0.0.1:$port" >/dev/null 2>&1 || status=$?
  ask plain.txt
  check "$backend: others are served meanwhile" 200 "$said"
  stop_server
  check "$backend: one handshake took too long" 1 "$(summary timed_out)"

  # With few descriptors, clients wait until others have gone. None is turned away, neither where
  # the server knows beforehand how many it can serve (files) nor where it finds out (echo).
  few $backend "$get" -o /dev/null "https://127.0.0.1:PORT/plain.txt"
  check "$backend: few descriptors for files" 40 $came
  few $backend --echo "$many_clients" --count=1 --expect="$files/plain.txt" https://127.0.0.1:PORT/
  check "$backend: few descriptors for echoes" 40 $came
done
end_of_test

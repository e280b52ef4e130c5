#!/usr/bin/env bash
# get and serve, every ordered pair of backends: content, ways to part, and every kind of failure,
# which must look the same on both.
# shellcheck source=server_test.sh
source "$(dirname "$0")/server_test.sh"

trusted=$pki/root_a.pem
head -c 3000000 /dev/urandom >"$files/large.bin"
: >"$files/empty"
echo spaced >"$files/with space.txt"
echo '<p>index' >"$files/index.html"

# fetch FLAG... URL_PATH: sets $status, and $said to get's first complaint without the library's text.
fetch() {
  status=0
  rm -f "$work/got"
  timeout 30 "$get" --ca="$trusted" --name=server.test --output="$work/got" "${@:1:$#-1}" \
    "https://127.0.0.1:$port/${*: -1}" 2>"$work/get.log" || status=$?
  said=$(sed -n 's/^\(get: [a-z_]*: [^[]*[^[ ]\) *\(\[.*\)*$/\1/p' "$work/get.log" | head -n 1)
}

# kind: the kind of error that get complained about.
kind() { cut -d: -f2 <<<"$said" | tr -d ' '; }

# fetch_same NAME FILE FLAG... URL_PATH: the file must come, whole.
fetch_same() {
  fetch "${@:3}"
  check "$1: status" 0 "$status"
  check "$1: content" same "$(cmp -s "$work/got" "$2" && echo same || echo different)"
}

# --- Content and versions ------------------------------------------------------------------------

for server_backend in openssl gnutls; do
  start_server $server_backend server_rsa
  for client in openssl gnutls; do
    for version in 1.2 1.3; do
      name="$client to $server_backend, TLS $version"
      fetch_same "$name" "$files/large.bin" --backend=$client --tls=$version --verbose large.bin
      check "$name: version" $version "$(sed -n 's/.* version=\([^ ]*\).*/\1/p' "$work/get.log")"
      fetch_same "$name, empty" "$files/empty" --backend=$client --tls=$version empty
      fetch_same "$name, space" "$files/with space.txt" --backend=$client --tls=$version \
        with%20space.txt
      fetch_same "$name, index" "$files/index.html" --backend=$client --tls=$version ""
      fetch_same "$name, half a close" "$files/large.bin" --backend=$client --tls=$version \
        --close=half large.bin
      fetch_same "$name, abrupt" "$files/large.bin" --backend=$client --tls=$version \
        --close=abrupt large.bin
      fetch_same "$name, ALPN" "$files/empty" --backend=$client --tls=$version \
        --alpn=h3,http/1.1 empty
    done
  done
  stop_server
  check "$server_backend: none failed but the abrupt ones" "28 28" \
    "$(summary accepted) $(summary served)"
done

# --- Ends ----------------------------------------------------------------------------------------

# A body that ends with the connection: only close_notify tells the end from a cut.
for server_backend in openssl gnutls; do
  for close in notify half abrupt; do
    start_server $server_backend server_p256 --until-close --close=$close
    for client in openssl gnutls; do
      for version in 1.2 1.3; do
        name="$client to $server_backend, TLS $version, the server parts by $close"
        if [ $close = abrupt ]; then
          fetch --backend=$client --tls=$version large.bin
          check "$name" "8 truncated" "$status $(kind)"
          # All that came is there, for whoever wants it.
          check "$name: content" same "$(cmp -s "$work/got" "$files/large.bin" && echo same)"
        else
          fetch_same "$name" "$files/large.bin" --backend=$client --tls=$version large.bin
        fi
      done
    done
    stop_server
    check "$server_backend, $close: no client failed" 0 "$(summary truncated)"
  done
done

# --- Failures ------------------------------------------------------------------------------------

# failure NAME SERVER_FLAGS CERTIFICATE EXPECTED SERVER_KIND [GET_FLAG...]: EXPECTED is "STATUS KIND" of
# get, and SERVER_KIND what the server counts it as; all four pairs must say the same. (The versions
# differ: with TLS 1.3 a client is done before the server is.)
failure() {
  local name=$1 server_flags=$2 certificate=$3 expected=$4 server_kind=$5
  local server_backend client version runs
  local -A sentences=()
  shift 5
  for server_backend in openssl gnutls; do
    # shellcheck disable=SC2086  # several flags
    start_server $server_backend $certificate $server_flags
    runs=0
    for client in openssl gnutls; do
      for version in ${versions:-1.2 1.3}; do
        fetch --backend=$client --tls="$version" "$@" "${path:-empty}"
        check "$name, $client to $server_backend, TLS $version" "$expected" \
          "$status $(kind)"
        runs=$((runs + 1))
        sentences[$version]=${sentences[$version]:-$said}
        check "$name, $client to $server_backend, TLS $version: sentence" \
          "${sentences[$version]}" "$said"
      done
    done
    stop_server
    [ "$server_kind" = - ] ||
      check "$name, $server_backend counts $server_kind" $runs "$(summary "$server_kind")"
  done
}

failure "wrong name" "" server_wrong_name "4 untrusted" peer_alert
failure "expired" "" server_expired "4 untrusted" peer_alert
failure "not yet valid" "" server_not_yet_valid "4 untrusted" peer_alert
failure "unknown issuer" "" server_root_b "4 untrusted" peer_alert
failure "another name than the certificate's" "" server_rsa "4 untrusted" peer_alert \
  --name=other.test
failure "no common protocol" "" server_rsa "7 peer_alert" incompatible --alpn=h3
path=nothing failure "no such file" "" server_rsa "10 http_status" -
failure "not HTTP" "--echo" server_rsa "11 not_http" -
versions=1.2 failure "no common version" "--tls=1.3" server_rsa "7 peer_alert" incompatible
versions=1.3 failure "no common version" "--tls=1.2" server_rsa "7 peer_alert" incompatible
required="--client-ca=$trusted"
failure "no client certificate" "$required" server_rsa "7 peer_alert" untrusted
failure "strange client certificate" "$required" server_rsa "7 peer_alert" untrusted \
  --cert="$pki/client_root_b.pem" --key="$pki/client_root_b.key.pem"
end_of_test

#!/usr/bin/env bash
# connect with servers that are not ours, and with ours: whatever is wrong with a server, both
# backends end with the same line and status, and tell the server the same alert.
# shellcheck source=connect_runs.sh
source "$(dirname "$0")/connect_runs.sh"

for tool in openssl gnutls-serv; do
  command -v $tool >/dev/null || { echo "there is no $tool in PATH" >&2; exit 1; }
done

# What servers that are not ours have for stdin: open, and silent.
mkfifo "$work/silence"
exec 9<>"$work/silence"

# --- Servers: each sets $port --------------------------------------------------------------------

start_s_server() {  # CERTIFICATE [FLAG...]
  rm -f "$work/s_server.log"
  openssl s_server -accept 127.0.0.1:0 -cert "$pki/$1.pem" -cert_chain "$pki/$1.pem" \
    -key "$pki/$1.key.pem" "${@:2}" <&9 >"$work/s_server.log" 2>&1 &
  children+=($!)
  port=$(wait_for "$work/s_server.log" '^ACCEPT .*:\([0-9]*\)$')
}

start_gnutls_serv() {  # CERTIFICATE [FLAG...]
  # It takes no port 0: try until one is free.
  local _
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    rm -f "$work/gnutls-serv.log"
    gnutls-serv --quiet --echo --port=$port --x509certfile="$pki/$1.pem" \
      --x509keyfile="$pki/$1.key.pem" "${@:2}" <&9 >"$work/gnutls-serv.log" 2>&1 &
    children+=($!)
    ! wait_for "$work/gnutls-serv.log" '.*\(listening\) on IPv4.*done.*' >/dev/null || return 0
  done
  return 1
}

stop() {
  kill "${children[-1]}" 2>/dev/null || true
  wait "${children[-1]}" 2>/dev/null || true
  unset 'children[-1]'
}

# told NAME EXPECTED: how often s_server was told which alert, "COUNT NUMBER" each.
told() {
  local want=$2 got _
  for _ in {1..100}; do
    got=$(sed -n 's/.*SSL alert number \([0-9]*\)$/\1/p' "$work/s_server.log" | sort | uniq -c |
      sed 's/^ *//' | tr '\n' ' ')
    [ "${got% }" != "$want" ] || break
    sleep 0.05
  done
  check "$1: alerts that the server was told, how often each" "$want" "${got% }"
}

# --- Who cannot prove who he is ------------------------------------------------------------------

nobody="untrusted: its certificate was issued by nobody that is trusted"

# refused CERTIFICATE LAST_LINE ALERT [FLAG...]: over TLS 1.2 and 1.3, on both backends.
refused() {
  local version
  start_s_server "$1" -cipher ALL:@SECLEVEL=0
  for version in 1.2 1.3; do
    run "$1, TLS $version" 4 "$2" "${us[@]}" --tls=$version "${@:4}" "127.0.0.1:$port"
  done
  told "$1" "4 $3"
  stop
}

# A revocation list of root A that names server_rsa.
(
  cd "$work"
  printf '[ca]\ndefault_ca=a\n[a]\ndatabase=index\ndefault_md=sha256\ncrlnumber=number\n' >ca.cnf
  : >index
  echo 01 >number
  signer=(-config ca.cnf -cert "$pki/root_a.pem" -keyfile "$pki/root_a.key.pem")
  openssl ca "${signer[@]}" -revoke "$pki/server_rsa.pem" 2>ca.log
  openssl ca "${signer[@]}" -gencrl -crldays 30 -out list.pem 2>ca.log
  # One that names somebody else.
  : >index
  openssl ca "${signer[@]}" -revoke "$pki/server_other.pem" 2>ca.log
  openssl ca "${signer[@]}" -gencrl -crldays 30 -out other.pem 2>ca.log
)

refused server_expired "untrusted: its certificate has expired" 45
refused server_not_yet_valid "untrusted: its certificate is not valid yet" 42
refused server_wrong_name "untrusted: its certificate is for another name" 42
refused server_self_signed "$nobody" 48
refused server_root_b "$nobody" 48
refused server_weak "untrusted: its certificate uses a weak key or signature" 42
refused server_wrong_purpose "untrusted: its certificate may not be used for this purpose" 43
refused server_rsa "untrusted: its certificate has been revoked" 44 --crl="$work/list.pem"

# --- Who can -------------------------------------------------------------------------------------

echo olleh >"$work/line"
start_s_server server_rsa -rev -alpn h2,tandem
for version in 1.2 1.3; do
  input=$work/line run "s_server, TLS $version" 0 clean "${us[@]}" --tls=$version --alpn=tandem \
    --crl="$work/other.pem" "127.0.0.1:$port"
  check "s_server, TLS $version" hello "$(cat "$work/got")"
  input=$work/line run "a server that says no more, TLS $version" 9 "timed out: *" "${us[@]}" \
    --tls=$version --close=notify --timeout=1 "127.0.0.1:$port"
  check "a server that says no more, TLS $version" hello "$(cat "$work/got")"
  run "no common protocol, TLS $version" 7 "alert 120 no_application_protocol" "${us[@]}" \
    --tls=$version --alpn=h3 "127.0.0.1:$port"
done
both "s_server" 0 clean "${us[@]}" "127.0.0.1:$port"
stop

start_gnutls_serv server_chained
for version in 1.2 1.3; do
  input=$work/line run "gnutls-serv, TLS $version" 0 clean "${us[@]}" --tls=$version \
    "127.0.0.1:$port"
  check "gnutls-serv, TLS $version" olleh "$(cat "$work/got")"
done
both "gnutls-serv" 0 clean "${us[@]}" "127.0.0.1:$port"
both "gnutls-serv of another name" 4 "untrusted: its certificate is for another name" \
  --ca="$trusted" --name=third.test "127.0.0.1:$port"
stop

# --- Who does not want us ------------------------------------------------------------------------

us_too=("${us[@]}" --cert="$pki/client_good.pem" --key="$pki/client_good.key.pem")
stranger=("${us[@]}" --cert="$pki/client_root_b.pem" --key="$pki/client_root_b.key.pem")

# wanted SERVER [LINE]: it requires a certificate of root A, and in TLS 1.2 says so with LINE.
wanted() {
  local mode
  for mode in --facts --close=half; do
    run "$1 requires a certificate: shown, $mode" 0 clean "${us_too[@]}" $mode "127.0.0.1:$port"
    run "$1 requires a certificate: none, TLS 1.3, $mode" 7 "alert 116 certificate_required" \
      "${us[@]}" $mode "127.0.0.1:$port"
    run "$1 requires a certificate: none, TLS 1.2, $mode" 7 "${2:-alert 40 handshake_failure}" \
      "${us[@]}" --tls=1.2 $mode "127.0.0.1:$port"
  done
}

start_s_server server_p256 -rev -Verify 1 -verify_return_error -CAfile "$trusted"
wanted s_server
for version in 1.2 1.3; do
  run "s_server does not believe us, TLS $version" 7 "alert 48 unknown_ca" "${stranger[@]}" \
    --tls=$version "127.0.0.1:$port"
done
stop
start_gnutls_serv server_p256 --require-client-cert --x509cafile="$trusted"
# What GnuTLS itself sends; serve on GnuTLS does better.
wanted gnutls-serv "alert 50 decode_error"
stop
for server_backend in openssl gnutls; do
  start_server $server_backend server_p256 --echo --client-ca="$trusted"
  wanted "serve on $server_backend"
  for version in 1.2 1.3; do
    run "serve on $server_backend does not believe us, TLS $version" 7 "alert 48 unknown_ca" \
      "${stranger[@]}" --tls=$version "127.0.0.1:$port"
  done
  stop_server
done

start_s_server server_p256 -tls1_2
run "TLS 1.2 only" 7 "alert 70 protocol_version" "${us[@]}" --min=1.3 "127.0.0.1:$port"
stop
start_s_server server_p256 -tls1_3
run "TLS 1.3 only" 7 "alert 70 protocol_version" "${us[@]}" --max=1.2 "127.0.0.1:$port"
stop
# It does not look for other versions, and finds no cipher suite of its own.
start_gnutls_serv server_p256 --priority=NORMAL:-VERS-ALL:+VERS-TLS1.2
run "gnutls-serv, TLS 1.2 only" 7 "alert 40 handshake_failure" "${us[@]}" --min=1.3 \
  "127.0.0.1:$port"
stop

# --- Who does not do it right --------------------------------------------------------------------

for server_backend in openssl gnutls; do
  start_server $server_backend server_p256 --echo --close=abrupt
  for version in 1.2 1.3; do
    input=$work/line run "cut by $server_backend, TLS $version" 8 \
      "truncated: the connection ended without close_notify: bytes may be missing" \
      "${us[@]}" --tls=$version "127.0.0.1:$port"
    check "cut by $server_backend, TLS $version: what came" olleh "$(cat "$work/got")"
  done
  stop_server
done
strange_server $'HTTP/1.0 400 Bad Request\r\n\r\n'
run "plain HTTP" 6 \
  "protocol: the peer speaks plain HTTP instead of TLS; check the port and the scheme" \
  "${us[@]}" "127.0.0.1:$port"
strange_server $'220 mail.test ESMTP ready\r\n'
run "mail" 6 "protocol: the peer does not speak TLS; check the port, and whether TLS is on there" \
  "${us[@]}" "127.0.0.1:$port"
strange_server ""
run "silence" 9 "timed out: the handshake took longer than its time limit" "${us[@]}" --timeout=1 \
  "127.0.0.1:$port"
run "silence instead of mail" 9 "timed out: the server was silent before TLS began" "${us[@]}" \
  --timeout=1 --starttls=smtp "127.0.0.1:$port"
end_of_test

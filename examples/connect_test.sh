#!/usr/bin/env bash
# connect with our own server and with none: flags, facts, both backends side by side, stdin and
# stdout, STARTTLS. What it ends with is the same on both backends, to the letter.
# shellcheck source=connect_runs.sh
source "$(dirname "$0")/connect_runs.sh"

# --- The command line ----------------------------------------------------------------------------

run "no host" 2 "usage: give one HOST\[:PORT\] (see --help)"
run "two hosts" 2 "usage: give one HOST\[:PORT\] (see --help)" x y
run "port too large" 2 "usage: 'x:65536' is not HOST\[:PORT\] (see --help)" x:65536
run "unknown flag" 2 "usage: there is no flag --nonsense (see --help)" --nonsense x
run "unknown suite" 2 \
  "usage: --suites: 'TLS_AES_128_GCM_SHA256,AES' names 'AES', which IANA does not know (see --help)" \
  --suites=TLS_AES_128_GCM_SHA256,AES x
run "not a pin" 2 "usage: --pin: 'abc' is not a SHA-256 (see --help)" --pin=abc x
run "two trusts" 2 "usage: --ca, --danger-no-verify and --pin-only exclude each other (see --help)" \
  --ca="$trusted" --danger-no-verify x
run "no pin" 2 "usage: --pin-only needs a --pin (see --help)" --pin-only x
run "pinned and not looked at" 2 "usage: --pin looks at a chain, *" --danger-no-verify \
  --pin=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= x
run "no CA file" 2 "misuse: cannot open the file $work/nothing" --ca="$work/nothing" 127.0.0.1:1
run "no revocation list" 2 "misuse: $trusted: *" --ca="$trusted" --crl="$trusted" 127.0.0.1:1
run "minimum above maximum" 2 "misuse: *" --ca="$trusted" --min=1.3 --max=1.2 127.0.0.1:1
run "no name" 2 "misuse: *" --ca="$trusted" --name="not a name" 127.0.0.1:1
run "no key" 2 "misuse: cannot open the file $work/nothing" --ca="$trusted" --cert="$pki/client_good.pem" \
  --key="$work/nothing" 127.0.0.1:1
run "no such port" 3 "transport: cannot connect to 127.0.0.1:1 (Connection refused)" \
  --ca="$trusted" 127.0.0.1:1
run "no such name" 3 "transport: cannot look up nothing.invalid:443: *" --ca="$trusted" \
  nothing.invalid
connect_once gnutls 12 "unsupported: *" "too long a protocol" --ca="$trusted" \
  --alpn="$(printf '%032d' 0)" 127.0.0.1:1
run "a description" 0 clean --describe --ca="$trusted"
check "what is described" 1 "$(grep -c x25519 "$work/got" | sed 's/[1-9][0-9]*/1/')"

# --- Facts ---------------------------------------------------------------------------------------

# fact KEY: the value of a line of the last run.
fact() { sed -n "s/^$1: //p" "$work/connect.log"; }

for server_backend in openssl gnutls; do
  start_server $server_backend server_chained --echo --alpn=tandem
  run "facts" 0 clean "${us[@]}" --facts --verbose --alpn=tandem "127.0.0.1:$port"
  check "address" "127.0.0.1:$port" "$(fact address)"
  check "version" "TLS 1.3" "$(fact version)"
  check "alpn" tandem "$(fact alpn)"
  check "server name" server.test "$(fact 'server name')"
  check "leaf" "CN=tandem server_chained" "$(fact 'certificate 0')"
  check "names" "server.test *.wild.test 127.0.0.1 ::1" "$(fact 'certificate 0 names')"
  check "intermediate" "CN=tandem intermediate" "$(fact 'certificate 1')"
  check "fingerprint" "$(openssl x509 -in "$pki/server_chained.pem" -noout -fingerprint -sha256 |
    sed 's/.*=//; s/://g' | tr A-F a-f)" "$(fact 'certificate 0 sha256')"
  check "binding" "$(fact 'certificate 0 sha256')" "$(fact 'binding tls-server-end-point')"
  check "verdict" trusted "$(fact verdict)"
  pin=$(fact 'certificate 0 key sha256')
  run "nothing on stdout" 0 clean "${us[@]}" --facts "127.0.0.1:$port"
  check "stdout" 0 "$(stat -c %s "$work/got")"

  # Two libraries, one server.
  both "both agree" 0 clean "${us[@]}" --verbose "127.0.0.1:$port"
  check "no line differs" 0 "$(grep -c '^!' "$work/connect.log")"
  check "a line that both say" 1 "$(grep -cE '^  version +TLS 1.3$' "$work/connect.log")"
  both "both agree that it fails" 4 "untrusted: its certificate is for another name" \
    --ca="$trusted" --name=other.test "127.0.0.1:$port"
  check "what failed" 1 "$(grep -cE '^  verdict +wrong_name$' "$work/connect.log")"
  check "who was refused" 1 \
    "$(grep -cE '^  unproved certificate 0 +CN=tandem server_chained$' "$work/connect.log")"

  # Pins, in the notation of the facts.
  run "pinned" 0 clean "${us[@]}" --pin="$pin" "127.0.0.1:$port"
  run "pinned, and nothing else" 0 clean --pin-only --name=other.test --pin="$pin" "127.0.0.1:$port"
  other_pin=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
  run "pinned to another" 4 "untrusted: its certificate is not one of those that are pinned" \
    "${us[@]}" --pin=$other_pin "127.0.0.1:$port"
  run "pinned to another, and nothing else" 4 \
    "untrusted: its certificate is not one of those that are pinned" --pin-only --pin=$other_pin \
    "127.0.0.1:$port"
  run "nobody verified" 0 clean --danger-no-verify --name=other.test "127.0.0.1:$port"

  # What is named is what is spoken.
  run "suite" 0 clean "${us[@]}" --facts --tls=1.3 --suites=tls_aes_256_gcm_sha384 --groups=secp384r1 \
    --schemes=ecdsa_secp256r1_sha256 "127.0.0.1:$port"
  check "suite" "TLS_AES_256_GCM_SHA384" "$(fact suite)"
  check "group" secp384r1 "$(fact group)"
  rm -f "$work/keys"
  run "key log" 0 clean "${us[@]}" --keylog="$work/keys" "127.0.0.1:$port"
  check "key log: lines of two connections" 2 \
    "$(grep -c '^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]* [0-9a-f]*$' "$work/keys")"
  check "key log: whose" 600 "$(stat -c %a "$work/keys")"
  stop_server

  start_server $server_backend server_chained --client-ca="$trusted" --echo
  openssl pkcs12 -export -passout pass:sesame -inkey "$pki/client_good.key.pem" \
    -in "$pki/client_good.pem" -out "$work/client.p12"
  echo sesame >"$work/passphrase"
  for mode in --facts --close=half; do
    run "a client of PKCS#12, $mode" 0 clean "${us[@]}" --pkcs12="$work/client.p12" \
      --passphrase-file="$work/passphrase" $mode "127.0.0.1:$port"
    run "no client certificate, $mode" 7 "alert 116 certificate_required" "${us[@]}" $mode \
      "127.0.0.1:$port"
  done
  run "a wrong passphrase" 2 "misuse: *" "${us[@]}" --pkcs12="$work/client.p12" "127.0.0.1:$port"
  stop_server
done

# The second library meets another server than the first one: the lines that differ are marked.
strange_server $'HTTP/1.0 400 Bad Request\r\n\r\n' $'220 mail.test\r\n'
both "both differ" 10 "differ: why" --ca="$trusted" "127.0.0.1:$port"
check "what differs" 1 "$(grep -c '^! why .* | ' "$work/connect.log")"

# --- Carrying ------------------------------------------------------------------------------------

head -c 20000000 /dev/urandom >"$work/large"
for server_backend in openssl gnutls; do
  start_server $server_backend server_p256 --echo
  for version in 1.2 1.3; do
    input=$work/large run "echo, TLS $version" 0 clean "${us[@]}" --tls=$version "127.0.0.1:$port"
    check "echo, TLS $version" same "$(cmp -s "$work/large" "$work/got" && echo same)"
  done
  stop_server

  # The same over pipes, and to who reads in large pieces, late.
  start_server $server_backend server_p256 --echo
  for backend in openssl gnutls; do
    # shellcheck disable=SC2002  # a pipe is what is tested
    check "pipes on $backend" "$(md5sum <"$work/large")" "$(cat "$work/large" |
      "$connect" --backend=$backend "${us[@]}" "127.0.0.1:$port" 2>"$work/connect.log" |
      dd bs=1M iflag=fullblock 2>"$work/dd.log" | md5sum)"

    # Whoever reads us goes away.
    status=0
    (timeout 30 "$connect" --backend=$backend "${us[@]}" "127.0.0.1:$port" <"$work/large" \
      2>"$work/connect.log" || echo $? >"$work/status") | head -c 10 >"$work/got"
    check "stdout that nobody reads, $backend" "1 connect: local: stdout: Broken pipe" \
      "$(cat "$work/status") $(tail -n 1 "$work/connect.log")"
    status=0
    timeout 30 "$connect" --backend=$backend "${us[@]}" "127.0.0.1:$port" </dev/null \
      >&- 2>"$work/connect.log" || status=$?
    check "no stdout at all, $backend" "0 connect: clean" "$status $(tail -n 1 "$work/connect.log")"
    status=0
    timeout 30 "$connect" --backend=$backend "${us[@]}" "127.0.0.1:$port" <&- \
      >"$work/got" 2>"$work/connect.log" || status=$?
    check "no stdin at all, $backend" "0 connect: clean" "$status $(tail -n 1 "$work/connect.log")"
    status=0
    timeout 30 "$connect" --backend=$backend "${us[@]}" "127.0.0.1:$port" <"$work" \
      >"$work/got" 2>"$work/connect.log" || status=$?
    check "a folder as stdin, $backend" "1 connect: local: stdin: Is a directory" \
      "$status $(tail -n 1 "$work/connect.log")"
    # A terminal: its lines go out one by one, and ^D ends them.
    status=0
    printf 'line\n\004' | timeout 30 script -qefc "$(printf '%q ' "$connect" --backend=$backend \
      "${us[@]}" "127.0.0.1:$port") 2>$work/connect.log" "$work/got" >"$work/script.log" || status=$?
    check "a terminal, $backend" "0 connect: clean 2" \
      "$status $(tail -n 1 "$work/connect.log") $(grep -ac '^line' "$work/got")"
  done
  stop_server
done

# --- STARTTLS ------------------------------------------------------------------------------------

# mail_server PROTOCOL [ANSWER]: speaks it, then TLS, and echoes a line. ANSWER: instead of the
# go-ahead. Sets $port.
mail_server() {
  rm -f "$work/strange.out"
  python3 - "$pki/server_p256" "$@" >"$work/strange.out" 2>"$work/strange.log" <<'END_OF_PYTHON' &
import socket, ssl, sys
stem, protocol = sys.argv[1:3]
greeting, offer, begin = {
    "smtp": (b"220-mail.test\r\n220 ready\r\n", b"250-mail.test\r\n250 STARTTLS\r\n", b"220 go\r\n"),
    "imap": (b"* OK ready\r\n", b"* CAPABILITY STARTTLS\r\na1 OK\r\n", b"a2 OK go\r\n"),
}[protocol]
if len(sys.argv) > 3:
    begin = sys.argv[3].encode()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(stem + ".pem", stem + ".key.pem")
listener = socket.create_server(("127.0.0.1", 0))
print("READY", listener.getsockname()[1], flush=True)
while True:
    peer, _ = listener.accept()
    try:
        for text in (greeting, offer, begin):
            peer.sendall(text)
            if text is not begin:
                peer.recv(1000)
        tls = context.wrap_socket(peer, server_side=True)
        tls.sendall(tls.recv(1000))
        tls.unwrap().close()
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
END_OF_PYTHON
  children+=($!)
  port=$(wait_for "$work/strange.out" '^READY \([0-9]*\)$')
}

echo "said over TLS" >"$work/line"
for protocol in smtp imap; do
  tag=220
  [ $protocol = smtp ] || tag="a2 OK"
  mail_server $protocol
  input=$work/line run "$protocol" 0 clean "${us[@]}" --starttls=$protocol "127.0.0.1:$port"
  check "$protocol: content" "said over TLS" "$(cat "$work/got")"
  mail_server $protocol "$tag go"$'\r\n'"injected"
  run "$protocol: more than the go-ahead" 6 "protocol: the server sent more than it was asked for *" \
    "${us[@]}" --starttls=$protocol "127.0.0.1:$port"
  mail_server $protocol "${tag/OK/NO} no"$'\r\n'
done
run "imap: refused" 5 "incompatible: the server refuses to start TLS: 'a2 NO no'" "${us[@]}" \
  --starttls=imap "127.0.0.1:$port"
mail_server smtp "220 $(printf '%03000d' 0)"
run "smtp: no end" 13 "limit: the server talks too much before TLS begins" "${us[@]}" \
  --starttls=smtp "127.0.0.1:$port"
mail_server imap
run "smtp asked of imap" 6 "protocol: the server does not speak SMTP: '\* OK ready'" "${us[@]}" \
  --starttls=smtp "127.0.0.1:$port"
end_of_test

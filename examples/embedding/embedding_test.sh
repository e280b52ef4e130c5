#!/usr/bin/env bash
# embedding_test.sh PROGRAM BACKEND: the program runs on this backend, and the other is not in it.
set -euo pipefail

program=$1
backend=$2
fail() { echo "FAILED: $*" >&2; exit 1; }

case $backend in
  openssl) own=SSL_new own_library=libssl other=gnutls_init other_library=libgnutls ;;
  gnutls) own=gnutls_init own_library=libgnutls other=SSL_new other_library=libssl ;;
  *) fail "what is the backend '$backend'?" ;;
esac

pem=$(mktemp "${TEST_TMPDIR:-/tmp}/pem.XXXXXX")
trap 'rm -f "$pem" "$pem.log"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
  -subj /CN=embedding -addext subjectAltName=DNS:server.test \
  -addext basicConstraints=critical,CA:TRUE -keyout "$pem" >>"$pem.crt" 2>"$pem.log" ||
  fail "openssl: $(cat "$pem.log")"
cat "$pem.crt" >>"$pem"
rm -f "$pem.crt"

said=$("$program" "$pem") || fail "$program ended with status $?"
echo "$said"
case $said in
  "backend=$backend "*) ;;
  *) fail "it runs on another backend than $backend" ;;
esac

undefined=$(nm -D --undefined-only "$program")
needed=$(readelf -d "$program" | grep NEEDED)
grep -qw "$own" <<<"$undefined" || fail "$own is not used: is this the right binary?"
grep -q "$own_library\." <<<"$needed" || fail "$own_library is not linked"
! grep -qw "$other" <<<"$undefined" || fail "it uses $other"
! grep -q "$other_library\." <<<"$needed" || fail "it links $other_library"

#!/usr/bin/env bash
# Five hundred connections at once, and none is lost: files and echo, both backends on both sides.
# shellcheck source=server_test.sh
source "$(dirname "$0")/server_test.sh"
many_clients=$(readlink -f "$4")
count=500

head -c 30000 /dev/urandom >"$files/content"
for backend in openssl gnutls; do
  other=gnutls
  [ $backend = openssl ] || other=openssl
  for mode in files echo; do
    flags=()
    [ $mode = files ] || flags=(--echo)
    start_server $backend server_p256 --handshake-timeout=100 ${flags[@]+"${flags[@]}"}
    status=0
    # The content that is echoed is longer than one record, and than what one turn takes.
    "$many_clients" --backend=$other --ca="$pki/root_a.pem" --count=$count --timeout=120 \
      --expect="$files/content" ${flags[@]+"${flags[@]}"} "https://127.0.0.1:$port/content" ||
      status=$?
    check "$mode, $other to $backend" 0 $status
    stop_server
    check "$mode on $backend: all were served" $count "$(summary served)"
    check "$mode on $backend: all at once" $count "$(summary most_at_once)"
    check "$mode on $backend: none was cut" 0 "$(summary truncated)"
    check "$mode on $backend: none broke" 0 "$(summary transport)"
  done
done

# More than the server wants: the rest waits in line, and is served too.
start_server openssl server_p256 --max-clients=5
status=0
for i in {1..20}; do
  "$get" --ca="$pki/root_a.pem" --name=server.test -o "$work/got.$i" \
    "https://127.0.0.1:$port/content" 2>>"$work/get.log" &
  gets[i]=$!
done
for i in {1..20}; do
  wait "${gets[i]}" || status=$?
  cmp -s "$work/got.$i" "$files/content" || status=99
done
check "clients beyond the limit wait" 0 $status
stop_server
check "all of them were served" 20 "$(summary served)"
end_of_test

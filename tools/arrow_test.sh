#!/usr/bin/env bash
# Fails if the query's answer, the file $2, names anything: $1 must not depend on it.
set -euo pipefail
[ ! -s "$2" ] && exit 0
echo "$1 must not depend on"
sed 's/^/  /' "$2"
echo "The arrows point the other way, see docs/architecture.md: engine <- api <- backends <- the rest."
exit 1

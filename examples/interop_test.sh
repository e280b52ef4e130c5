#!/usr/bin/env bash
# The demonstration is a test too: it fails if a cell of its table does.
exec "$(dirname "$0")/demo/run_demo" "$@"

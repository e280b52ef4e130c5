#!/usr/bin/env bash
# Runs a program with its arguments: what it ends with is what the test ends with.
exec "$@"

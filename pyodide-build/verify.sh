#!/bin/bash
# Builds the interpreter again, from nothing and at another path, and compares it with the one in cpython/.
# Downloads that the cache holds are taken from there, after their SHA-256 was checked. About 6 minutes on 2 processors.
#
# usage: verify.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repo=$(dirname "$here")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mmpy
mkdir -p "$cache"
work=$(mktemp -d "$cache/verify.XXXXXXXX")
trap 'echo "runtime-verify: stopped; what was built lies in $work" >&2' ERR

mkdir "$work/archives"
awk '!/^#/ { n = split($4, p, "/"); print p[n] }' "$here/sources.lock" | while read -r file; do
	if [ -f "$cache/runtime/archives/$file" ]; then cp "$cache/runtime/archives/$file" "$work/archives/"; fi
done
"$here/build.sh" "$work" "$work/out"

if (cd "$repo" && go run ./pyodide-build/cmd/artefact -compare "$here/cpython" "$work/out"); then
	rm -rf "$work"
	echo "runtime-verify: python.wasm, stdlib.zip and BUILDINFO are what the sources give"
else
	echo "runtime-verify: what was built is not what is committed; it lies in $work" >&2
	exit 1
fi

#!/bin/bash
# Builds python.wasm and the standard library from the sources of sources.lock.
#
# usage: build.sh WORK OUT
#
# WORK is a private folder for downloads, tools and objects; a stage whose result lies there is not run again, unless
# its recipe or that of one before it has changed.
# OUT gets python.wasm.zst, stdlib.zip.zst and BUILDINFO.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" "$2"
work=$(cd "$1" && pwd)
out=$(cd "$2" && pwd)
. "$here/interpreter.sh"

# The profile says which code is hot, see profile.sh. Where CPython's code is not what it was made from, it is of no use.
profile=$here/profile/cpython.profile.gz
use_profile="-O3 -fprofile-instr-use=$work/profile.data -Wno-profile-instr-unprofiled"

build_wasi() {
	gzip -dc "$profile" >"$work/profile.text"
	(cross_environment && llvm-profdata merge "$work/profile.text" -o "$work/profile.data")
	make -C "$wasi" clean
	compile_wasi -O3 Modules/_sre/sre.o # regular expressions are slower with a profile
	compile_wasi "$use_profile -Werror=profile-instr-out-of-date" all
}

# The guest's own code changes more often than a profile is made: what has changed since goes without.
link() { link_guest "$work/python-linked.wasm" "$use_profile -Wno-error=profile-instr-out-of-date"; }

optimise() {
	LD_LIBRARY_PATH=$tools/binaryen/usr/lib/x86_64-linux-gnu "$tools/binaryen/usr/bin/wasm-opt" -O2 \
		--enable-mutable-globals --enable-sign-ext --enable-nontrapping-float-to-int --enable-bulk-memory \
		"$work/python-linked.wasm" -o "$work/python-optimised.wasm"
	cd "$repo" && go run ./pyodide-build/cmd/looptick -every 20000 "$work/python-optimised.wasm" "$work/python.wasm"
}

publish() {
	cd "$repo" && go run ./pyodide-build/cmd/artefact "$work" "$out"
}

prepare_stages
stage configure configure_wasi
stage cpython build_wasi "$profile" <(declare -f compile_wasi; echo "$use_profile")
rm -f "$work"/{link,optimise,stdlib,publish}.done # quick, and they depend on this repository's files
stage link link
grep -h 'out of date' "$work/link.log" || true
stage optimise optimise
stage stdlib stdlib
stage publish publish

#!/bin/bash
# Makes the profile that build.sh compiles with, profile/cpython.profile.gz: builds an interpreter that counts how often each
# branch is taken, and runs the programs of cmd/profile/training in it, in the sandbox.
#
# usage: profile.sh WORK
#
# It need not be made anew but for another CPython, another compiler, or when the guest's hot code has changed much.
# Its counts differ a little each time, as strings hash differently: so what is built with is what is committed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)
. "$here/interpreter.sh"
wasi=$work/instrumented
count="-O1 -fprofile-instr-generate"

build_instrumented() {
	make -C "$wasi" clean
	compile_wasi "$count" libpython3.13.a Modules/_decimal/libmpdec/libmpdec.a Modules/_hacl/libHacl_Hash_SHA2.a \
		Modules/expat/libexpat.a pybuilddir.txt
}

link() { link_guest "$work/counting.wasm" "$count" "$here/profile/profile.c"; }

train() {
	(cd "$repo" && go run ./pyodide-build/cmd/profile "$work/counting.wasm" "$work/stdlib.zip" "$work/counted")
	cross_environment
	llvm-profdata merge -text "$work/counted" -o "$work/counted.text"
	# The text form, as it compresses best. The first lines say what it fits; a test compares them with sources.lock.
	(grep -E '^(source python3\.13|tool clang-19)' "$here/sources.lock" | awk '{ print "# " $1, $2, $3, $5 }' && cat "$work/counted.text") |
		gzip -9n >"$here/profile/cpython.profile.gz"
}

prepare_stages
stage configure-instrumented configure_wasi
stage instrumented build_instrumented <(declare -f compile_wasi; echo "$count")
rm -f "$work"/{link-instrumented,stdlib,train}.done
stage link-instrumented link
stage stdlib stdlib
stage train train
ls -l "$here/profile/cpython.profile.gz"

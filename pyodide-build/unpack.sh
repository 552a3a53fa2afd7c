#!/bin/bash
# Unpacks CPython's sources from the archives that fetch.sh put into ARCHIVES, as the folder DIR, and applies Debian's
# security patches: not those that adapt CPython to Debian's file layout.
# usage: unpack.sh ARCHIVES DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
archives=$1
dir=$2

archive() { # name in sources.lock → file
	awk -v name="$1" -v dir="$archives" '$2 == name { n = split($4, p, "/"); print dir "/" p[n] }' "$here/sources.lock"
}

rm -rf "$dir" && mkdir -p "$dir/debian.tmp"
tar -xf "$(archive python3.13)" -C "$dir" --strip-components=1
tar -xf "$(archive python3.13-security)" -C "$dir/debian.tmp" --strip-components=1
sed -n '/^CVE-2025-11468/,$p' "$dir/debian.tmp/patches/series" | while read -r patch; do
	patch -d "$dir" -p1 --no-backup-if-mismatch <"$dir/debian.tmp/patches/$patch"
done
rm -r "$dir/debian.tmp"

#!/bin/bash
# Downloads the archives of sources.lock, or those named, into DIR and checks their SHA-256; nothing else is trusted,
# nothing is installed.
# usage: fetch.sh DIR [NAME…]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
shift
mkdir -p "$dir"

# The machine's own Debian mirror, the first one that its apt configuration names.
mirror=${MMPY_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -E '/debian/?$' | head -n 1)}
[ -n "$mirror" ] || { echo "fetch: no Debian archive in apt's configuration; set MMPY_DEBIAN_MIRROR" >&2; exit 1; }

grep -v '^#' "$here/sources.lock" | while read -r kind name version path sha256; do
	if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
	file=$dir/$(basename "$path")
	if [ -f "$file" ] && echo "$sha256  $file" | sha256sum --check --status; then continue; fi
	rm -f "$file"
	echo "fetch: $kind $name $version"
	if ! /usr/lib/apt/apt-helper download-file "${mirror%/}/$path" "$file" "SHA256:$sha256" >"$dir/fetch.log" 2>&1; then
		tail -n 3 "$dir/fetch.log" >&2
		echo "fetch: $kind $name $version ($path) cannot be had with the pinned SHA-256; sources.lock says how to move a pin" >&2
		exit 1
	fi
done

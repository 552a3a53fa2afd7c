#!/bin/bash
# Sees to what the build takes from the system, a C compiler and the usual small tools: everything else it unpacks into
# a folder of its own. Root gets what is missing from Debian; anybody else is told.
set -euo pipefail

declare -A package=([gcc]=gcc [make]=make [patch]=patch [xz]=xz-utils [dpkg]=dpkg [tar]=tar [gzip]=gzip)
missing=()
for tool in "${!package[@]}"; do
	command -v "$tool" >/dev/null || missing+=("${package[$tool]}")
done
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
[ ${#missing[@]} -eq 0 ] && exit

command -v apt-get >/dev/null || { echo "runtime: install ${missing[*]}" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "runtime: run as root, or: apt-get install ${missing[*]}" >&2; exit 1; }
echo "runtime: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null

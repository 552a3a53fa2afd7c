#!/usr/bin/env bash
# Installs what "make bench" compares with and does not need otherwise: a native Python with gRPC. Without it that row
# of the table is left out.
set -euo pipefail

help="on Debian: apt-get install python3-grpcio python3-protobuf"
if /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null; then
	exit
fi
command -v apt-get >/dev/null || { echo "bench: install gRPC for /usr/bin/python3 ($help)" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "bench: run as root, or: $help" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
echo "bench: installing python3-grpcio"
apt-get install -qq --no-install-recommends python3-grpcio python3-protobuf >/dev/null 2>&1 || {
	apt-get update -qq
	apt-get install -qq --no-install-recommends python3-grpcio python3-protobuf >/dev/null
}

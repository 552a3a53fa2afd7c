#!/usr/bin/env bash
# Puts requests and urllib3, with what they need, into a folder, as an author would bundle them: from Debian's packages,
# which are pure Python. MMPY_GUEST_PACKAGES names the folder to the tests.
#
#   packages.sh FOLDER
set -euo pipefail
folder=${1:?usage: packages.sh FOLDER}
[ -e "$folder/certifi/cacert.pem" ] && exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt-get downloads as a user of its own
cd "$work"
download() { apt-get download -qq python3-requests python3-urllib3 python3-charset-normalizer python3-chardet python3-idna python3-six >/dev/null 2>&1; }
download || { apt-get update -qq && download; }
for package in *.deb; do dpkg-deb -x "$package" unpacked; done
packages=unpacked/usr/lib/python3/dist-packages
# Debian's certifi names a file of the system; the one that authors bundle has its own. Neither matters: Go verifies.
mkdir "$packages/certifi"
printf 'import os\n\n\ndef where():\n    return os.path.join(os.path.dirname(__file__), "cacert.pem")\n' >"$packages/certifi/__init__.py"
: >"$packages/certifi/cacert.pem"
mkdir -p "$(dirname "$folder")"
rm -rf "$folder"
mv "$packages" "$folder"

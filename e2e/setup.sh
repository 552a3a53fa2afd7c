#!/usr/bin/env bash
# Makes ready what the tests of this folder run against, and links it into e2e/run:
#
#   run/mattermost   a folder with the Mattermost server (bin, i18n, templates, fonts)
#   run/postgres     a folder with PostgreSQL's programs (initdb, postgres, psql)
#
# The server is built from source, as the module in e2e/mattermost pins it, and kept in the user's cache: minutes the
# first time, nothing afterwards. An interrupted build goes on where Go's build cache has got to.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf 'e2e: %s\n' "$*"; }
die() { printf 'e2e: %s\n' "$*" >&2; exit 1; }

[ "$(uname -s)" = Linux ] || die "these tests need Linux"

# PostgreSQL: the newest installed, from $POSTGRES_BIN, the PATH, or where Debian and Ubuntu keep it. Only its programs
# are used: the tests make a cluster of their own and leave the system's alone.
find_postgres() {
	local dir
	for dir in "${POSTGRES_BIN:-}" "$(dirname "$(readlink -f "$(command -v postgres || echo /)")")" \
		$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
		if [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && [ -x "$dir/psql" ]; then
			echo "$dir"
			return
		fi
	done
}

install_postgres() {
	local help="install PostgreSQL (on Debian: apt-get install postgresql), or set POSTGRES_BIN to the folder with its initdb, postgres and psql"
	command -v apt-get >/dev/null || die "$help"
	[ "$(id -u)" = 0 ] || die "$help"
	say "installing PostgreSQL"
	if [ ! -e /etc/postgresql-common/createcluster.conf ]; then # else the package starts a server of its own
		mkdir -p /etc/postgresql-common
		echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get install -qq --no-install-recommends postgresql >/dev/null 2>&1 || {
		apt-get update -qq
		apt-get install -qq --no-install-recommends postgresql >/dev/null
	}
}

# Mattermost: built once for each version, Go release and build recipe.
build_mattermost() {
	local version=$1 folder=$2 started=$SECONDS source
	say "building Mattermost $version (several minutes; kept in $folder)"
	rm -rf "$folder.part"
	mkdir -p "$folder.part/bin"
	(
		cd mattermost
		source=$(go list -m -f '{{.Dir}}' $module/v8)
		[ -n "$source" ] || source=$(go mod download -json $module/v8 | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
		cp -rL "$source/i18n" "$source/templates" "$source/fonts" "$folder.part/"
		nice go build -ldflags "$ldflags" -o "$folder.part/bin/mattermost" $module/v8/cmd/mattermost
	)
	chmod -R u+w "$folder.part"
	mv "$folder.part" "$folder"
	say "built in $((SECONDS - started)) s"
}

postgres=$(find_postgres)
if [ -z "$postgres" ]; then
	install_postgres
	postgres=$(find_postgres)
fi
[ -n "$postgres" ] || die "PostgreSQL is installed, but its initdb, postgres and psql were not found: set POSTGRES_BIN"

export CGO_ENABLED=0 # so that no C compiler is needed
module=github.com/mattermost/mattermost/server
ldflags="-s -w -X $module/public/model.BuildNumber=dev -X $module/public/model.BuildEnterpriseReady=false"
version=$(sed -n "s|^[[:space:]]*$module/v8 \(v[^ ]*\).*|\1|p" mattermost/go.mod)
recipe=$({ cat mattermost/go.mod mattermost/go.sum; echo "$ldflags"; cd mattermost; go env GOVERSION GOOS GOARCH CGO_ENABLED; } | sha256sum | cut -c1-12)
mattermost=${XDG_CACHE_HOME:-$HOME/.cache}/mmpy/e2e/mattermost-$version-$recipe
[ -x "$mattermost/bin/mattermost" ] || build_mattermost "$version" "$mattermost"

mkdir -p run
ln -sfn "$mattermost" run/mattermost
ln -sfn "$postgres" run/postgres
say "Mattermost $version, PostgreSQL $("$postgres/postgres" --version | grep -oE '[0-9.]+' | head -1)"

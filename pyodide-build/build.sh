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
repo=$(dirname "$here")
mkdir -p "$1" "$2"
work=$(cd "$1" && pwd)
out=$(cd "$2" && pwd)
jobs=$(nproc)

export LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH=1750000000 PYTHONHASHSEED=0
unset CC CPP CFLAGS CPPFLAGS LDFLAGS PYTHONPATH PYTHONHOME

source=$work/source       # unpacked sources
tools=$work/tools         # unpacked Debian tools
deps=$work/deps           # zlib and sqlite3 for WASI
native=$work/native       # build-python
wasi=$work/wasi           # CPython for WASI
python=$source/python

# stage NAME FUNCTION: runs the function, unless it and all before it ran in WORK as they are written here and with
# these sources; its output goes to a log that is shown when it fails.
recipe=$(cat "$here/sources.lock" "$here/unpack.sh")
stage() {
	local name=$1 status=0
	recipe=$(echo "$recipe" "$(declare -f "$2" cross_environment)" | sha256sum)
	[ -e "$work/$name.done" ] && [ "$(cat "$work/$name.done")" = "$recipe" ] && return
	echo "runtime: $name"
	set +e
	(set -e && "$2") >"$work/$name.log" 2>&1
	status=$?
	set -e
	if [ $status -ne 0 ]; then
		tail -n 40 "$work/$name.log" >&2
		echo "runtime: $name failed; the whole log is $work/$name.log" >&2
		exit 1
	fi
	echo "$recipe" >"$work/$name.done"
}

locked() { # kind → the file names of that kind
	awk -v kind="$1" '$1 == kind { n = split($4, p, "/"); print $2, p[n] }' "$here/sources.lock"
}

unpack() {
	rm -rf "$source" "$tools" && mkdir -p "$source" "$tools"
	locked tool | while read -r name file; do
		# clang runs any wasm-opt it finds beside it: binaryen stays out of its sight.
		if [ "$name" = binaryen ]; then dpkg -x "$work/archives/$file" "$tools/binaryen"; else dpkg -x "$work/archives/$file" "$tools"; fi
	done
	locked source | grep -v '^python3.13' | while read -r name file; do
		mkdir -p "$source/$name"
		tar -xf "$work/archives/$file" -C "$source/$name" --strip-components=1
	done
	"$here/unpack.sh" "$work/archives" "$python"
}

build_python() { # the native interpreter that configure asks for; it compiles the standard library's bytecode too
	rm -rf "$native" && mkdir -p "$native" && cd "$native"
	"$python/configure" --without-ensurepip --disable-test-modules
	make -j"$jobs" all
}

cross_environment() {
	local llvm=$tools/usr/lib/llvm-19
	export LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu:$llvm/lib
	export PATH=$llvm/bin:$tools/usr/bin:$PATH # the driver calls wasm-ld-19
	export CC="$llvm/bin/clang --target=wasm32-wasi --sysroot=$tools/usr -resource-dir $llvm/lib/clang/19"
	export AR=$llvm/bin/llvm-ar RANLIB=$llvm/bin/llvm-ranlib NM=$llvm/bin/llvm-nm
	export CFLAGS="-ffile-prefix-map=$work=/mmpy -g0"
}

build_zlib() {
	cross_environment
	mkdir -p "$deps/include" "$deps/lib" "$work/zlib" && cd "$work/zlib"
	for file in adler32 compress crc32 deflate infback inffast inflate inftrees trees uncompr zutil; do
		$CC $CFLAGS -O2 -c -DHAVE_UNISTD_H=1 "$source/zlib/$file.c"
	done
	rm -f "$deps/lib/libz.a" && $AR rcsD "$deps/lib/libz.a" ./*.o
	cp "$source/zlib/zlib.h" "$source/zlib/zconf.h" "$deps/include/"
}

build_sqlite() {
	rm -rf "$work/sqlite" && mkdir -p "$deps/include" "$deps/lib" "$work/sqlite" && cd "$work/sqlite"
	(
		export LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu TCL_LIBRARY=$tools/usr/share/tcltk/tcl8.6 PATH=$work/sqlite/bin:$PATH
		mkdir bin && ln -s "$tools/usr/bin/tclsh8.6" bin/tclsh
		sh "$source/sqlite3/configure" --disable-tcl --disable-shared
		make sqlite3.c sqlite3.h
	)
	cross_environment
	$CC $CFLAGS -O2 -c sqlite3.c -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_DQS=0 -DSQLITE_ENABLE_FTS5 \
		-DSQLITE_TEMP_STORE=3 -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_MAX_MMAP_SIZE=0 -DSQLITE_OMIT_WAL=1 -D_WASI_EMULATED_GETPID
	rm -f "$deps/lib/libsqlite3.a" && $AR rcsD "$deps/lib/libsqlite3.a" sqlite3.o
	cp sqlite3.h "$deps/include/"
}

configure_wasi() {
	cross_environment
	rm -rf "$wasi" && mkdir -p "$wasi" && cd "$wasi"
	export CONFIG_SITE=$python/Tools/wasm/config.site-wasm32-wasi
	export CPP="$CC -E" OPT="-DNDEBUG -O3 -Wall"
	export ZLIB_CFLAGS="-I$deps/include" ZLIB_LIBS="-L$deps/lib -lz"
	export LIBSQLITE3_CFLAGS="-I$deps/include" LIBSQLITE3_LIBS="-L$deps/lib -lsqlite3"
	export PKG_CONFIG_LIBDIR=/nonexistent PKG_CONFIG_PATH=
	# The sleep answers: wazero's poll_oneoff refuses absolute clocks, which is what clock_nanosleep would use.
	# A relative path: the interpreter records the one that it was configured with.
	../source/python/configure --host=wasm32-unknown-wasi --build=x86_64-pc-linux-gnu --with-build-python="$native/python" \
		--prefix=/usr --without-ensurepip --disable-test-modules --disable-ipv6 --with-pymalloc --without-mimalloc \
		ac_cv_func_clock_nanosleep=no ac_cv_lib_rt_clock_nanosleep=no
}

build_wasi() {
	cross_environment
	cd "$wasi"
	make -j"$jobs" all
}

link() {
	cross_environment
	cd "$wasi"
	local libraries
	libraries=$(printf 'include Makefile\nshow:\n\t@echo $(MODLIBS) $(LIBS) $(SYSLIBS)\n' | make -s -f - show)
	rm -rf "$work/guest" && mkdir -p "$work/guest"
	for file in "$here"/guest/*.c; do
		$CC $CFLAGS -ffile-prefix-map="$here=/mmpy" -O3 -DNDEBUG -std=c11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror \
			-I"$repo/abi" -I"$python/Include" -I"$python/Include/internal" -I"$wasi" -c "$file" -o "$work/guest/$(basename "$file" .c).o"
	done
	$CC -O3 -mexec-model=reactor -o "$work/python-linked.wasm" "$work"/guest/*.o libpython3.13.a $libraries \
		-z stack-size=8388608 -Wl,--stack-first -Wl,--initial-memory=20971520 \
		-Wl,--export=__stack_pointer -Wl,--wrap=clock_gettime -Wl,--wrap=getentropy -Wl,--gc-sections -Wl,--strip-all
}

optimise() {
	LD_LIBRARY_PATH=$tools/binaryen/usr/lib/x86_64-linux-gnu "$tools/binaryen/usr/bin/wasm-opt" -O3 \
		--enable-mutable-globals --enable-sign-ext --enable-nontrapping-float-to-int --enable-bulk-memory \
		"$work/python-linked.wasm" -o "$work/python-optimised.wasm"
	cd "$repo" && go run ./pyodide-build/cmd/looptick -every 20000 "$work/python-optimised.wasm" "$work/python.wasm"
}

stdlib() {
	local sysconfig
	sysconfig=$(echo "$wasi"/build/lib.wasi-wasm32-3.13/_sysconfigdata_*.py)
	sed -e "s#$work#/mmpy#g" "$sysconfig" >"$work/$(basename "$sysconfig")"
	"$native/python" "$here/stdlib.py" "$python/Lib" "$work/$(basename "$sysconfig")" "$work/stdlib.zip"
}

publish() {
	cd "$repo" && go run ./pyodide-build/cmd/artefact "$work" "$out"
}

"$here/fetch.sh" "$work/archives"
stage unpack unpack
stage build-python build_python
stage zlib build_zlib
stage sqlite3 build_sqlite
stage configure configure_wasi
stage cpython build_wasi
rm -f "$work"/{link,optimise,stdlib,publish}.done # quick, and they depend on this repository's files
stage link link
stage optimise optimise
stage stdlib stdlib
stage publish publish

# How CPython for WASI is built, in stages: build.sh and profile.sh source this file and say which. They set $work, the
# private folder for downloads, tools and objects, and $here, the folder of this file.
repo=$(dirname "$here")
jobs=$(nproc)

export LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH=1750000000 PYTHONHASHSEED=0
unset CC CPP CFLAGS CPPFLAGS LDFLAGS PYTHONPATH PYTHONHOME

source=$work/source       # unpacked sources
tools=$work/tools         # unpacked Debian tools
deps=$work/deps           # zlib and sqlite3 for WASI
native=$work/native       # build-python
wasi=$work/wasi           # CPython for WASI
python=$source/python

# stage NAME FUNCTION [FILE…]: runs the function, unless it and all before it ran in WORK as they are written here, with
# these sources and files; its output goes to a log that is shown when it fails.
recipe=$(cat "$here/sources.lock" "$here/unpack.sh")
stage() {
	local name=$1 status=0
	recipe=$(echo "$recipe" "$(declare -f "$2" cross_environment)" | cat - "${@:3}" | sha256sum)
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

# compile_wasi OPTIONS TARGET…: what there is not yet of CPython, with these options of the compiler.
compile_wasi() {
	cross_environment
	cd "$wasi"
	make -j"$jobs" OPT="-DNDEBUG -Wall $1" "${@:2}"
}

# link_guest OUT OPTIONS [FILE…]: the guest's C code, with these options, and further files without them, to one module
# with CPython.
link_guest() {
	cross_environment
	cd "$wasi"
	local libraries objects=$1.objects options
	libraries=$(printf 'include Makefile\nshow:\n\t@echo $(MODLIBS) $(LIBS) $(SYSLIBS)\n' | make -s -f - show)
	rm -rf "$objects" && mkdir -p "$objects"
	for file in "$here"/guest/*.c "${@:3}"; do
		options=-O3
		if [[ "$file" == "$here"/guest/* ]]; then options="-O3 $2"; fi
		$CC $CFLAGS -ffile-prefix-map="$here=/mmpy" -DNDEBUG -std=c11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror $options \
			-I"$here/guest" -I"$repo/abi" -I"$python/Include" -I"$python/Include/internal" -I"$wasi" -c "$file" -o "$objects/$(basename "$file" .c).o"
	done
	$CC -O3 -mexec-model=reactor -o "$1" "$objects"/*.o libpython3.13.a $libraries \
		-z stack-size=8388608 -Wl,--stack-first -Wl,--initial-memory=20971520 \
		-Wl,--export=__stack_pointer -Wl,--wrap=clock_gettime -Wl,--wrap=getentropy -Wl,--gc-sections -Wl,--strip-all
}

stdlib() {
	local sysconfig
	sysconfig=$(echo "$wasi"/build/lib.wasi-wasm32-3.13/_sysconfigdata_*.py)
	sed -e "s#$work#/mmpy#g" "$sysconfig" >"$work/$(basename "$sysconfig")"
	# Never from bytecode that lies about: how a constant is written depends on whether the module of the tool was read from it.
	"$native/python" -B -X pycache_prefix="$work/no-bytecode" "$here/stdlib.py" "$python/Lib" "$work/$(basename "$sysconfig")" "$work/stdlib.zip"
}

# What both builds begin with.
prepare_stages() {
	"$here/fetch.sh" "$work/archives"
	stage unpack unpack
	stage build-python build_python
	stage zlib build_zlib
	stage sqlite3 build_sqlite
}

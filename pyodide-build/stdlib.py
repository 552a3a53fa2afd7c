"""Packs CPython's standard library as bytecode.

usage: stdlib.py LIB SYSCONFIGDATA OUT

LIB is the Lib folder of CPython's sources, SYSCONFIGDATA the _sysconfigdata_….py of the WASI build, OUT the zip.
The same sources give the same bytes: members are sorted and stored, their dates and modes fixed, and the bytecode does
not depend on where LIB lies nor on string hashes (PYTHONHASHSEED must be 0). build.sh runs it with the interpreter that
it built, since the bytecode has to be of that very version.
"""

import py_compile
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

# Where the guest finds the zip: what tracebacks show of the library begins with it.
MOUNT = PurePosixPath("/lib/python313.zip")

# Left out, by the path inside Lib: what a plugin cannot use in the sandbox or that only Python's makers need.
LEFT_OUT = {
    "test": "CPython's own tests",
    "__phello__": "tests of frozen modules",
    "__hello__.py": "tests of frozen modules",
    "idlelib": "a desktop program",
    "tkinter": "needs _tkinter",
    "turtle.py": "needs tkinter",
    "turtledemo": "needs tkinter",
    "curses": "needs _curses",
    "ctypes": "needs _ctypes: there is no native code to call",
    "ensurepip": "installs pip, which needs a network and a file system to write to",
    "venv": "copies an interpreter that is not a file here",
    "pydoc_data": "600 KB of help topics",
    "_pydecimal.py": "_decimal is built in",
    "_pyio.py": "_io is built in",
    "_aix_support.py": "another system",
    "_android_support.py": "another system",
    "_apple_support.py": "another system",
    "_ios_support.py": "another system",
    "_osx_support.py": "another system",
}
FOLDERS_LEFT_OUT = {"__pycache__", "site-packages", "tests"}


def sources(lib: Path) -> list[Path]:
    """The library's Python files, as paths relative to lib."""
    missing = [name for name in LEFT_OUT if not (lib / name).exists()]
    if missing:
        raise SystemExit(f"stdlib.py: the library has no {', '.join(missing)} to leave out")
    found = []
    for path in lib.rglob("*.py"):
        relative = path.relative_to(lib)
        left_out = any(str(parent) in LEFT_OUT for parent in (relative, *relative.parents))
        if not left_out and FOLDERS_LEFT_OUT.isdisjoint(relative.parts):
            found.append(relative)
    return found


def compiled(source: Path, shown: PurePosixPath, scratch: Path) -> bytes:
    """The bytecode of a file, which is never checked against its source: there is none in the guest."""
    py_compile.compile(
        str(source),
        cfile=str(scratch),
        dfile=str(shown),
        doraise=True,
        optimize=0,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    return scratch.read_bytes()


def main(lib: Path, sysconfigdata: Path, out: Path) -> None:
    if sys.flags.hash_randomization:
        raise SystemExit("stdlib.py: run with PYTHONHASHSEED=0, or sets come in another order each time")
    files = {relative: lib / relative for relative in sources(lib)}
    files[Path(sysconfigdata.name)] = sysconfigdata
    build_paths = {str(path.resolve()).encode() for path in (lib, sysconfigdata.parent, out.parent)}
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for relative in sorted(files, key=lambda path: path.as_posix()):
            bytecode = compiled(files[relative], MOUNT / relative.as_posix(), Path(folder, "module.pyc"))
            if any(path in bytecode for path in build_paths):
                raise SystemExit(f"stdlib.py: {relative} holds a path of the build")
            member = zipfile.ZipInfo(relative.as_posix() + "c", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # Unix, for the mode
            member.external_attr = 0o100644 << 16
            archive.writestr(member, bytecode)
    print(f"stdlib.py: {len(files)} modules, {out.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))

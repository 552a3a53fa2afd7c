"""Compiles Python files and writes a zip of their bytecode to stdout.

usage: compile.py FOLDER NAME…

The names are paths of .py files below the folder. The bytecode lies where Python looks for it: pkg/module.py gives
pkg/__pycache__/module.cpython-313.pyc. It holds the hash of its source and is used only while that is what it was, so
an outdated zip costs time and nothing else.

The same files give the same bytes: members are sorted, and have one date and mode.
"""

import io
import sys
import zipfile
from importlib.util import cache_from_source
from py_compile import PycInvalidationMode
from py_compile import compile as compile_file

folder, *names = sys.argv[1:]
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
    for name in sorted(names):
        scratch = "/tmp/compiled.pyc"
        checked = PycInvalidationMode.CHECKED_HASH
        compile_file(f"{folder}/{name}", scratch, name, doraise=True, invalidation_mode=checked)
        member = zipfile.ZipInfo(cache_from_source(name))
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o644 << 16
        with open(scratch, "rb") as bytecode:
            members.writestr(member, bytecode.read())
sys.stdout.buffer.write(archive.getvalue())

"""Prints the names of the modules that come with the interpreter, those that no plugin's file may take the place of."""

import sys
import zipimport

names = set(sys.stdlib_module_names) | set(sys.builtin_module_names)
for path in zipimport.zipimporter("/lib/python313.zip")._get_files():
    first = path.partition("/")[0].partition(".")[0]
    if first:
        names.add(first)
names.discard("__main__")
print("\n".join(sorted(names)))

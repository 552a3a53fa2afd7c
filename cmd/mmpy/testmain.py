"""Runs the unittest tests in the plugin's folder; what mmpy test gives to the interpreter."""

import sys
import unittest

sys.path[:0] = ["/plugin", "/plugin/lib"]
sys.dont_write_bytecode = True
unittest.main(
    module=None,
    argv=["mmpy test", "discover", "-s", "/plugin", "-t", "/plugin", "-p", "test*.py", *sys.argv[1:]],
)

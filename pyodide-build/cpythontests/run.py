"""Runs some of CPython's own tests in the guest.

usage: python run.py MODULE…

Each test is reported as a line of JSON on standard output, [id, outcome, text], with the outcome "passed", "failed" or
"skipped" and the text a traceback or a reason. What the tests themselves print goes to standard error.
"""

import json
import os
import sys
import unittest

TESTS = "/cpython"  # the folder that holds CPython's package test
report = sys.stdout
sys.stdout = sys.stderr
sys.path.insert(0, TESTS)
os.chdir("/tmp")  # the only place to write to

from test import support  # noqa: E402

support.use_resources = []  # as CPython's own runner starts: nothing that takes long or needs a network


class Result(unittest.TestResult):
    """Reports each test once, a test with failed subtests as failed."""

    def startTest(self, test):
        super().startTest(test)
        self.outcome = "passed", ""

    def stopTest(self, test):
        super().stopTest(test)
        self.report(test)

    def report(self, test):
        print(json.dumps([test.id(), *self.outcome]), file=report, flush=True)
        self.outcome = "passed", ""

    def failed(self, test, error):
        self.outcome = "failed", self._exc_info_to_string(error, test)
        if isinstance(test, unittest.suite._ErrorHolder):  # a class or a module that could not be set up
            self.report(test)

    addError = addFailure = failed

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.failed(test, error)

    def addSkip(self, test, reason):
        self.outcome = "skipped", reason
        if isinstance(test, unittest.suite._ErrorHolder):
            self.report(test)

    def addUnexpectedSuccess(self, test):
        self.outcome = "failed", "a test that CPython expects to fail has passed"


unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:]).run(Result())

import logging
import unittest
from unittest import mock

import _mmpy
from mattermost_plugin import RuntimeConfig
from mattermost_plugin._internal.logging import HostHandler, configure


class LogTest(unittest.TestCase):
    def setUp(self):
        self.logged = []
        patch = mock.patch.object(_mmpy, "log", lambda level, text: self.logged.append((level, text)))
        patch.start()
        self.addCleanup(patch.stop)
        handlers, level = list(logging.root.handlers), logging.root.level

        def restore():
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)

        self.addCleanup(restore)

    def test_each_level_arrives_as_the_hosts(self):
        configure("DEBUG")
        logger = logging.getLogger("test.levels")
        for level in (logging.DEBUG, logging.INFO, 25, logging.WARNING, logging.ERROR, logging.CRITICAL, 70):
            logger.log(level, "level %d", level)
        self.assertEqual([level for level, _ in self.logged], [1, 2, 2, 3, 4, 5, 5])
        self.assertEqual(self.logged[0], (1, "level 10"))

    def test_below_the_level_nothing_arrives(self):
        RuntimeConfig(log_level="warning").configure_logging()
        logging.getLogger("test.quiet").info("no")
        self.assertEqual(self.logged, [])

    def test_an_unknown_level_is_info_and_said(self):
        configure("loud")
        self.assertIn("log level 'loud' is none of", self.logged[0][1])
        self.assertEqual(logging.root.level, logging.INFO)

    def test_configuring_twice_logs_once(self):
        configure("INFO")
        configure("INFO")
        self.assertEqual(len([one for one in logging.root.handlers if isinstance(one, HostHandler)]), 1)

    def test_a_traceback_comes_along(self):
        configure("INFO")
        try:
            1 / 0  # by zero
        except ZeroDivisionError:
            logging.getLogger("test.trace").exception("failed")
        self.assertRegex(self.logged[0][1], r"(?s)failed\nTraceback.*1 / 0  # by zero.*ZeroDivisionError")

    def test_text_that_utf_8_cannot_hold_is_escaped(self):
        configure("INFO")
        logging.getLogger("test.odd").info("a\udc80b")
        self.assertEqual(self.logged, [(2, "a\\udc80b")])

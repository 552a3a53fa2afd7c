import unittest
from datetime import UTC, datetime, timedelta, timezone

from mattermost_plugin._internal.cron import Cron


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Times(unittest.TestCase):
    def test_the_next_time(self):
        for cron, after, want in [
            ("* * * * *", "2026-01-01 00:00:00", "2026-01-01 00:01"),
            ("* * * * *", "2026-01-01 00:00:59.999999", "2026-01-01 00:01"),
            ("0 * * * *", "2026-01-01 00:00", "2026-01-01 01:00"),
            ("59 23 31 12 *", "2026-12-31 23:59", "2027-12-31 23:59"),
            ("*/15 * * * *", "2026-01-01 00:46", "2026-01-01 01:00"),
            ("5-20/7 * * * *", "2026-01-01 00:12", "2026-01-01 00:19"),
            ("0,30 8-9 * * *", "2026-01-01 09:31", "2026-01-02 08:00"),
            ("0 8 * * MON-FRI", "2026-01-02 08:00", "2026-01-05 08:00"),  # a Friday
            ("0 8 * * mon,WED", "2026-01-05 08:00", "2026-01-07 08:00"),
            ("0 0 * * 0", "2026-01-01 00:00", "2026-01-04 00:00"),
            ("0 0 * * 7", "2026-01-01 00:00", "2026-01-04 00:00"),
            ("0 0 * * FRI-SUN", "2026-01-03 00:00", "2026-01-04 00:00"),
            ("0 0 * * 5-7", "2026-01-03 00:00", "2026-01-04 00:00"),
            ("0 0 29 2 *", "2026-01-01 00:00", "2028-02-29 00:00"),
            ("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00"),  # 2100 is no leap year
            ("0 0 31 * *", "2026-03-31 00:00", "2026-05-31 00:00"),
            ("0 0 31 * *", "2026-01-31 00:00", "2026-03-31 00:00"),
            ("0 12 1 JAN,jul *", "2026-01-01 12:00", "2026-07-01 12:00"),
            ("0 0 13 * 5", "2026-02-01 00:00", "2026-02-06 00:00"),  # the 13th, or a Friday
            ("0 0 13 * 5", "2026-01-10 00:00", "2026-01-13 00:00"),
            ("0 0 */2 * 1", "2026-01-01 00:00", "2026-01-05 00:00"),  # a day of both: Monday, and odd
            ("@daily", "2026-12-31 12:00", "2027-01-01 00:00"),
            ("@Hourly", "2026-12-31 23:30", "2027-01-01 00:00"),
            ("@weekly", "2026-01-01 00:00", "2026-01-04 00:00"),
            ("@monthly", "2026-01-01 00:00", "2026-02-01 00:00"),
            ("@yearly", "2026-01-01 00:00", "2027-01-01 00:00"),
        ]:
            with self.subTest(cron, after=after):
                self.assertEqual(Cron(cron).next(at(after)), at(want))

    def test_it_is_utc_whatever_zone_the_moment_is_given_in(self):
        east = timezone(timedelta(hours=2))
        self.assertEqual(Cron("0 12 * * *").next(datetime(2026, 3, 29, 13, 30, tzinfo=east)), at("2026-03-29 12:00"))

    def test_a_day_on_which_clocks_change_somewhere_has_24_hours(self):
        times, moment = [], at("2026-03-28 23:59")  # Europe's clocks go forward on the 29th
        while (moment := Cron("30 * * * *").next(moment)).day == 29:
            times.append(moment.hour)
        self.assertEqual(times, list(range(24)))

    def test_every_minute_that_is_named_comes_and_no_other(self):
        cron, moment, seen = Cron("*/7 */5 1-3 2 *"), at("2026-01-01 00:00"), []
        while (moment := cron.next(moment)).year == 2026:
            seen.append(moment)
        minute = at("2026-01-01 00:01")
        want = []
        while minute.year == 2026:
            if minute.month == 2 and minute.day <= 3 and minute.hour % 5 == 0 and minute.minute % 7 == 0:
                want.append(minute)
            minute += timedelta(minutes=1) if minute.month == 2 and minute.day <= 3 else timedelta(days=1, hours=-minute.hour, minutes=-minute.minute)
        self.assertEqual(seen, want)
        self.assertEqual(len(seen), 3 * 5 * 9)


class Mistakes(unittest.TestCase):
    def test_they_are_named(self):
        for text, message in [
            ("", "five fields"),
            ("* * * *", "five fields"),
            ("* * * * * *", "five fields"),
            ("@often", "five fields"),
            ("60 * * * *", "minute is 0 to 59, not 60"),
            ("* 24 * * *", "hour is 0 to 23"),
            ("* * 0 * *", "day of the month is 1 to 31"),
            ("* * * 13 *", "month is 1 to 12"),
            ("* * * * 8", "day of the week is 0 to 7"),
            ("* * * FOO *", "'FOO' is no month"),
            ("* * * * MONDAY", "'MONDAY' is no day of the week"),
            ("*/0 * * * *", "step of the minute is 1 to 60"),
            ("5/2 * * * *", "a step needs a range"),
            ("10-5 * * * *", "runs backwards"),
            ("1,,2 * * * *", "'' is no minute"),
            ("-1 * * * *", "'' is no minute"),
            ("+1 * * * *", "is no minute"),
            ("١ * * * *", "is no minute"),
            ("0 0 30 2 *", "no such day"),
            ("0 0 31 4,6,9,11 *", "no such day"),
        ]:
            with self.subTest(text), self.assertRaisesRegex(ValueError, message):
                Cron(text)

import asyncio
import unittest

import _mmpy

from mattermost_plugin import UnavailableError
from mattermost_plugin._internal import event_loop, hook_runner
from mattermost_plugin._internal.calls import AsyncAPICalls
from mattermost_plugin._internal.event_loop import GuestEventLoop
from mattermost_plugin.exceptions import NotFoundError, PluginAPIError
from mattermost_plugin.grpc.api_user_team_pb2 import GetUserRequest, GetUserResponse


class Host:
    """Answers submitted calls when the test says so, in place of the host."""

    def __init__(self):
        self.pending, self.answers, self.forgotten = {}, {}, []
        self.most = self.last = 0
        self.hook = None  # what another hook does while the loop waits
        self.waits = []

    def submit(self, method, request, wake=False):
        self.last += 1
        self.pending[self.last] = request.user_id
        self.most = max(self.most, len(self.pending))
        return self.last

    def wait(self, tickets, timeout):
        tickets = list(tickets)
        self.waits.append((tickets, timeout))
        if self.hook:
            hook, self.hook = self.hook, None
            hook()
            return []
        if timeout == 0:
            return []
        complete = [ticket for ticket in tickets if self.pending[ticket] != "never"][-1:]
        if not complete:
            return self.real.wait((), timeout)
        return complete

    def collect(self, ticket, response_type, method):
        user_id = self.pending.pop(ticket)
        response = response_type()
        if user_id == "missing":
            response.error.status_code = 404
            response.error.message = "no such user"
        else:
            response.user.id = user_id
        return response

    def forget(self, ticket):
        del self.pending[ticket]
        self.forgotten.append(ticket)

    real = _mmpy
    StatusError = _mmpy.StatusError


async def get(user_id):
    response = await AsyncAPICalls()._invoke("GetUser", GetUserRequest(user_id=user_id), GetUserResponse)
    return response.user.id


def run(handler, *args):
    return hook_runner.run_handler("OnActivate", handler, *args)


class WithHost(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        event_loop._mmpy = self.host
        self.addCleanup(setattr, event_loop, "_mmpy", _mmpy)

    def tearDown(self):
        self.assertEqual(self.host.pending, {}, "every call is collected or forgotten")


class Calls(WithHost):
    def test_gathered_calls_are_under_way_together(self):
        async def main():
            return await asyncio.gather(*(get(str(n)) for n in range(20)))

        self.assertEqual(asyncio.run(main()), [str(n) for n in range(20)])
        self.assertEqual(self.host.most, 20)

    def test_more_than_so_many_take_turns(self):
        async def main():
            return await asyncio.gather(*(get(str(n)) for n in range(1000)))

        self.assertEqual(asyncio.run(main()), [str(n) for n in range(1000)])
        self.assertEqual(self.host.most, event_loop.MAX_CALLS)

    def test_task_groups(self):
        async def main():
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(get(name)) for name in ("a", "b")]
            return [task.result() for task in tasks]

        self.assertEqual(asyncio.run(main()), ["a", "b"])

    def test_a_failure_in_a_group_forgets_the_others(self):
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(get("never"))
                group.create_task(get("missing"))

        with self.assertRaises(ExceptionGroup) as caught:
            asyncio.run(main())
        self.assertEqual([type(error) for error in caught.exception.exceptions], [NotFoundError])
        self.assertEqual(len(self.host.forgotten), 1)

    def test_a_timeout_forgets_the_call(self):
        async def main():
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await get("never")
            return await get("next")

        self.assertEqual(asyncio.run(main()), "next")
        self.assertEqual(len(self.host.forgotten), 1)

    def test_a_call_that_is_cancelled_when_it_is_complete_is_forgotten(self):
        async def main():
            task = asyncio.create_task(get("x"))
            await asyncio.sleep(0)
            loop = asyncio.get_running_loop()
            loop._process_events(list(loop._selector.calls))
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        self.assertEqual(len(self.host.forgotten), 1)

    def test_an_app_error_is_raised(self):
        with self.assertRaisesRegex(NotFoundError, "no such user"):
            run(get, "missing")

    def test_a_transport_is_called_directly(self):
        def transport(method, request, response_type):
            response = response_type()
            response.user.id = method + request.user_id
            return response

        api = AsyncAPICalls()
        api._transport = transport

        async def main():
            return (await api._invoke("GetUser", GetUserRequest(user_id="1"), GetUserResponse)).user.id

        self.assertEqual(asyncio.run(main()), "GetUser1")


class Hooks(WithHost):
    def test_a_task_that_outlives_its_hook_keeps_its_call(self):
        async def start():
            asyncio.get_running_loop().create_task(background())
            await asyncio.sleep(0)

        async def background():
            got.append(await get("late"))

        got = []
        run(start)
        self.assertEqual((got, len(self.host.pending)), ([], 1))
        run(asyncio.sleep, 0.001)
        self.assertEqual(got, ["late"])

    def test_a_hook_on_top_of_a_waiting_one_shares_its_loop(self):
        async def outer():
            loops.append(asyncio.get_running_loop())
            async with lock:
                self.host.hook = lambda: run(inner)
                await get("outer")
                order.append("outer has the lock")
            await asyncio.sleep(0)
            return asyncio.get_running_loop()

        async def inner():
            loops.append(asyncio.get_running_loop())
            async with lock:  # which only the task below can release
                order.append("inner has the lock")

        order, loops, lock = [], [], asyncio.Lock()
        loops.append(run(outer))
        self.assertEqual(order, ["outer has the lock", "inner has the lock"])
        self.assertEqual(len(set(map(id, loops))), 1)
        self.assertIsNone(asyncio._get_running_loop())

    def test_a_hook_below_that_is_done_does_not_keep_the_one_on_top_busy(self):
        async def outer():
            self.host.hook = lambda: run(inner)
            await get("outer")
            order.append("outer")

        async def inner():
            self.host.waits.clear()
            await asyncio.sleep(0.02)
            order.append("inner")

        order = []
        run(outer)
        self.assertEqual(order, ["outer", "inner"])
        self.assertLess(len(self.host.waits), 6)

    def test_asyncio_run_in_a_hook_on_top_has_a_loop_of_its_own(self):
        async def outer():
            self.host.hook = lambda: run(lambda: loops.append(asyncio.run(inner())))
            await get("outer")
            return asyncio.get_running_loop()

        async def inner():
            await get("inner")
            return asyncio.get_running_loop()

        loops = []
        self.assertIsNot(run(outer), loops[0])
        self.assertTrue(loops[0].is_closed())

    def test_a_failure_on_top_leaves_the_hook_below_alone(self):
        def fail():
            with self.assertRaises(LookupError):
                run(inner)

        async def inner():
            await asyncio.sleep(0)
            raise LookupError

        async def outer():
            self.host.hook = fail
            return await get("outer")

        self.assertEqual(run(outer), "outer")


class TheRealHost(unittest.TestCase):
    """Which carries nothing out in these tests, but has real tickets."""

    def test_the_status_of_the_method_is_raised(self):
        async def main():
            return await asyncio.gather(*(get(str(n)) for n in range(50)), return_exceptions=True)

        errors = asyncio.run(main())
        self.assertEqual({(type(error), error.status_code, error.where) for error in errors}, {(PluginAPIError, 501, "GetUser")})
        self.assertIn("GetUser: not implemented", str(errors[0]))

    def test_cancelling_gives_the_tickets_back(self):
        async def main():
            for _ in range(5):
                tasks = [asyncio.create_task(get(str(n))) for n in range(250)]
                await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

        asyncio.run(main())
        self.assertEqual(len(_tickets()), 1024)

    def test_without_a_loop_it_is_a_direct_call(self):
        coroutine = get("x")
        with self.assertRaises(PluginAPIError):
            coroutine.send(None)

    def test_wrong_arguments(self):
        for call, arguments, error in [
            (_mmpy.submit, ("GetUser",), TypeError),
            (_mmpy.submit, ("Nothing", b""), AttributeError),
            (_mmpy.submit, ("GetUser", 1), TypeError),
            (_mmpy.wait, ([], "soon"), TypeError),
            (_mmpy.wait, ([], float("nan")), ValueError),
            (_mmpy.wait, (5, 0), TypeError),
            (_mmpy.wait, (["x"], 0), TypeError),
            (_mmpy.wait, ([-1], 0), OverflowError),
            (_mmpy.wait, ([1 << 63], 0), _mmpy.StatusError),
            (_mmpy.wait, (range(1 << 20), 0), _mmpy.StatusError),
            (_mmpy.collect, (1 << 62,), _mmpy.StatusError),
            (_mmpy.collect, ("x",), TypeError),
            (_mmpy.collect, (1, int), TypeError),
            (_mmpy.collect, (1, None, 5), TypeError),
            (_mmpy.forget, (1 << 62,), _mmpy.StatusError),
            (_mmpy.forget, (1 << 70,), OverflowError),
        ]:
            with self.subTest(call=call.__name__, arguments=arguments), self.assertRaises(error):
                call(*arguments)
        self.assertEqual(_mmpy.wait([], -1), [])


def _tickets():
    """Takes all tickets that are left, and gives them back."""
    tickets = []
    try:
        while True:
            tickets.append(_mmpy.submit("GetUser", b""))
    except _mmpy.StatusError:
        pass
    left = list(tickets)
    while left:
        for ticket in _mmpy.wait(left, None):
            left.remove(ticket)
            _mmpy.forget(ticket)
    return tickets

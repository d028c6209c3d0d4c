"""
Python loads this before a program of its own: its time follows the clock in the file TEST_CLOCK, milliseconds, as the engine's
does. The API's source knows nothing of it.
"""
import asyncio
import datetime
import os
import time

import jwt.api_jwt


def ahead():
    with open(os.environ["TEST_CLOCK"]) as file:
        return int(file.read()) / 1000


class MovedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=ahead())


# Tokens are as old as the clock says.
jwt.api_jwt.datetime = MovedDatetime
# Keys are kept for as long as the clock is moved, however slow the machine; what waits for the network waits in real time.
monotonic = time.monotonic
started = monotonic()
asyncio.BaseEventLoop.time = lambda self: monotonic()
time.monotonic = lambda: started + ahead()

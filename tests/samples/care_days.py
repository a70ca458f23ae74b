"""A month of measures, as a small shop with good and bad days has them."""

import random
from datetime import date, timedelta

from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import measures_pb2

HOUR = 3600


def measured_month(last: date) -> care.GetMeasuresResponse:
    """Thirty days up to ``last``; the same every time."""
    chance = random.Random(4)
    days = [_day(last - timedelta(days=29 - number), chance) for number in range(30)]
    total = measures_pb2.CareDay(
        orders=1204,
        buyer_hours_dark=180.4,
        dark_hours_p90=3.1,
        dark_hours_longest=11.5,
        ask_hours_dark=55,
        promises_due=412,
        promises_kept=396,
        promises_moved=31,
        troubles=150,
        troubles_told_first=133,
        questions=160,
        questions_answered=148,
        questions_answered_in_time=141,
        messages=3010,
        messages_empty=204,
        bounces=7,
        downloads_never=3,
        charges=20,
        notice_lead_seconds_smallest=7 * 24 * HOUR,
        acknowledge_seconds=measures_pb2.Spread(count=160, p50=4, p90=9, p99=20),
        answer_seconds=measures_pb2.Spread(count=148, p50=5 * HOUR, p90=18 * HOUR, p99=26 * HOUR),
    )
    now = measures_pb2.CareNow(open_orders=318, dark_orders=1, open_questions=4, overdue_questions=1)
    return care.GetMeasuresResponse(days=days, total=total, now=now)


def _day(at: date, chance: random.Random) -> measures_pb2.CareDay:
    questions, due = chance.randint(2, 9), chance.randint(8, 20)
    answered = questions - chance.randint(0, 1)
    return measures_pb2.CareDay(
        date=at.isoformat(),
        orders=chance.randint(20, 60),
        buyer_hours_dark=max(0.0, chance.gauss(5, 5)),
        dark_hours_p90=2,
        dark_hours_longest=5,
        ask_hours_dark=max(0.0, chance.gauss(2, 2)),
        promises_due=due,
        promises_kept=due - chance.randint(0, 2),
        promises_moved=chance.randint(0, 3),
        troubles=5,
        troubles_told_first=chance.randint(3, 5),
        questions=questions,
        questions_answered=answered,
        questions_answered_in_time=answered - chance.randint(0, 1),
        messages=100,
        messages_empty=6,
        acknowledge_seconds=measures_pb2.Spread(count=questions, p50=4, p90=9, p99=20),
        answer_seconds=measures_pb2.Spread(
            count=answered, p50=chance.randint(3, 8) * HOUR, p90=chance.randint(12, 22) * HOUR, p99=25 * HOUR
        ),
    )

"""Buyers who cannot wait: they ask, ask again by another way, and are answered late, or not at all."""

from datetime import datetime, timedelta

from wismo.cli.simulation.disasters import Disaster
from wismo.cli.simulation.life import Life
from wismo.client import events

# The question's own id is the server's to give; the shop puts it in when it sends the answer.
QUESTION = "asked"
_ORDINARY, _STRUCK = 0.12, 0.75
_ANSWERED = 0.6
_ASKED = (
    ("Where is my order?", "Где мой заказ?"),
    ("Has anything happened? I have not heard from you.", "Что-нибудь известно? От вас нет вестей."),
    ("I called and nobody answered. When does it come?", "Я звонила, никто не ответил. Когда его ждать?"),
    ("Hello? Please answer.", "Алло? Ответьте, пожалуйста."),
)
_ANSWERS = (
    ("We are sorry. We have looked: it is under way again.", "Простите нас. Мы проверили: заказ снова в пути."),
    ("We are still searching and write tomorrow at the latest.", "Мы ещё ищем и напишем не позже завтрашнего дня."),
)


def impatience(life: Life) -> None:
    """One wait of up to four askings, without a pause for an answer. Only where disasters are on."""
    if life.disasters is None or life.fate.random() >= (_STRUCK if life.befell else _ORDINARY):
        return
    life.befall(Disaster.IMPATIENT_BUYER)
    at = life.placed_at + timedelta(hours=life.fate.uniform(20, 150)) * life.scale
    for english, russian in _ASKED[: life.fate.choices([1, 2, 3, 4], [40, 30, 20, 10])[0]]:
        channel = life.fate.choices(["email", "page", "phone"], [50, 35, 15])[0]
        text = life.say(english, russian)
        life.happen(events.question_asked(QUESTION, text, channel=channel, occurred_at=at), at)
        at += timedelta(hours=life.fate.uniform(0.5, 20)) * life.scale
    if life.fate.random() < _ANSWERED:
        _answer(life, at)


def _answer(life: Life, last_asked: datetime) -> None:
    at = last_asked + timedelta(hours=life.fate.uniform(0.5, 50)) * life.scale
    text = life.say(*life.fate.choice(_ANSWERS))
    life.happen(events.question_answered(QUESTION, text, occurred_at=at), at)

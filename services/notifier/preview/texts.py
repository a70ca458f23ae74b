"""What the sample's merchant, carrier and buyer say, in each language; no text of Wismo's own."""

from dataclasses import dataclass

from google.type.money_pb2 import Money


@dataclass(frozen=True, slots=True)
class SampleTexts:
    """What merchant, carrier and buyer say in one language; no text of Wismo's own."""

    language: str
    zone: str
    shop: str
    postal_address: tuple[str, ...]
    hours: str
    phone: str
    buyer: str
    street: str
    town: str
    country: str
    titles: tuple[str, str, str]
    total: Money
    price: Money
    credit: Money
    neighbour: str
    point: str
    point_street: str
    point_hours: str
    payment_reason: str
    backorder_reason: str
    revoked_reason: str
    allowance_unit: str
    terms: str
    delay: str
    delay_action: str
    problem: str
    problem_action: str
    problem_news: str
    problem_end: str
    cancel_reason: str
    credit_what: str
    credit_why: str
    note: str
    question: str
    question_again: str
    called: str
    answer: str
    scan_place: str


def texts(language: str) -> SampleTexts:
    """The texts in this language; English where there are none."""
    return _TEXTS.get(language, _TEXTS["en"])


_TEXTS = {
    "en": SampleTexts(
        language="en",
        zone="Europe/London",
        shop="Lantern Books",
        postal_address=("Lantern Books", "12 Harbour Row", "London E1W 2PH", "United Kingdom"),
        hours="Mon to Fri, 9:00 to 17:00",
        phone="+442079460018",
        buyer="Robin Miller",
        street="5 Mill Lane",
        town="York",
        country="GB",
        titles=("Northern Lights, hardback", "Atlas 2.1 for Windows", "Readers' Room, one year"),
        total=Money(currency_code="GBP", units=84, nanos=500_000_000),
        price=Money(currency_code="GBP", units=12),
        credit=Money(currency_code="GBP", units=5),
        neighbour="A. Taylor, no. 7",
        point="Corner Shop on Station Road",
        point_street="21 Station Road",
        point_hours="Every day, 7:00 to 22:00",
        payment_reason="Your bank refused the card.",
        backorder_reason="The second printing leaves the press this week.",
        revoked_reason="The payment for this line was taken back by your bank.",
        allowance_unit="lessons",
        terms="£12.00 every 30 days after the trial. You can stop at any time.",
        delay="The printer delivered to us two days late.",
        delay_action="We pack tonight instead of tomorrow, and pay for express delivery.",
        problem="The carrier told us this morning that your parcel was damaged in their depot in Leeds.",
        problem_action="We are packing new copies today and send them by express, at our cost.",
        problem_news="The new copies are packed. The courier collects them this evening.",
        problem_end="The new copies were delivered this morning, and they are in good condition.",
        cancel_reason="The printer has told us that there will be no further copies.",
        credit_what="for your next order with us.",
        credit_why="You waited longer than you should have, and you were kind about it.",
        note="The author has signed your copies. We hope that you enjoy them.",
        question="Can the parcel be left with my neighbour?\nI am away until Friday.",
        question_again="Did you get my question about the neighbour?",
        called="Voice message: asks again whether the parcel can be left at no. 7.",
        scan_place="Leeds",
        answer="Yes. We have told the carrier, and your neighbour at no. 7 has agreed.",
    ),
    "ru": SampleTexts(
        language="ru",
        zone="Europe/Moscow",
        shop="Северный ветер",
        postal_address=("Северный ветер", "Литейный пр., 24", "Санкт-Петербург, 191028", "Россия"),
        hours="пн–пт, 10:00–18:00",
        phone="+78123090000",
        buyer="Анна Петрова",
        street="Садовая ул., 5, кв. 12",
        town="Казань",
        country="RU",
        titles=("Книга «Северные огни»", "Программа «Атлас» 2.1", "Закрытый клуб читателей, год"),
        total=Money(currency_code="RUB", units=5480),
        price=Money(currency_code="RUB", units=490),
        credit=Money(currency_code="RUB", units=300),
        neighbour="А. Иванова, кв. 14",
        point="Пункт выдачи на Баумана",
        point_street="ул. Баумана, 21",
        point_hours="ежедневно, 9:00–21:00",
        payment_reason="Банк отклонил карту.",
        backorder_reason="Второй тираж выходит из типографии на этой неделе.",
        revoked_reason="Ваш банк отозвал оплату за эту покупку.",
        allowance_unit="уроки",
        terms="490 ₽ каждые 30 дней после пробного периода. Отказаться можно в любой момент.",
        delay="Типография привезла тираж на два дня позже.",
        delay_action="Упаковываем сегодня вечером, а не завтра, и оплачиваем экспресс-доставку.",
        problem="Утром перевозчик сообщил, что посылку повредили на складе в Нижнем Новгороде.",
        problem_action="Сегодня упакуем новые экземпляры и отправим экспрессом за наш счёт.",
        problem_news="Новые экземпляры упакованы, вечером их заберёт курьер.",
        problem_end="Сегодня утром вам доставили новые экземпляры, они в хорошем состоянии.",
        cancel_reason="Типография сообщила, что дополнительного тиража не будет.",
        credit_what="на следующий заказ у нас.",
        credit_why="Вы ждали дольше, чем следовало, и отнеслись к этому с пониманием.",
        note="Автор подписал ваши экземпляры. Надеемся, они вам понравятся.",
        question="Можно ли оставить посылку соседям?\nМеня не будет до пятницы.",
        question_again="Дошёл ли до вас мой вопрос про соседей?",
        called="Голосовое сообщение: ещё раз спрашивает, можно ли оставить посылку в квартире 14.",
        scan_place="Нижний Новгород",
        answer="Да. Мы передали это перевозчику, соседка из квартиры 14 согласна.",
    ),
}

"""Buyers and what they buy, in English and Russian. Nobody here is real: addresses end in the reserved `.test`."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from wismo.client import LineKind, Money, Platform, drafts
from wismo.orders.v1.buyer_pb2 import Buyer

RUSSIAN_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Town:
    """Where parcels go, with a carrier that goes there."""

    city: str
    postcode: str
    country: str
    street: str
    time_zone: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Article:
    """What can be bought. ``titles``: English, Russian. ``file``: for downloads."""

    kind: LineKind
    sku: str
    titles: tuple[str, str]
    price: str
    file: tuple[str, Platform] | None = None

    def title(self, russian: bool) -> str:
        return self.titles[russian]

    @property
    def money(self) -> Money:
        return Money(Decimal(self.price), "EUR")


_FIRST = (
    ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Radia", "Ken", "Frances", "Niklaus", "Joan", "Tim", "Lynn"],
    ["Анна", "Мария", "Софья", "Ольга", "Дарья", "Елена", "Вера", "Нина", "Алиса", "Полина", "Ирина", "Зоя"],
)
_LAST = (
    ["Lovelock", "Hopkins", "Dykstra", "Liskova", "Turner", "Perlmann", "Thomas", "Allenby", "Worth", "Clarkson"],
    ["Ковалева", "Соколова", "Лебедева", "Новикова", "Морозова", "Волкова", "Зайцева", "Павлова", "Орлова"],
)
_TOWNS = (
    [
        Town("Berlin", "10115", "DE", "Invalidenstr. {}", "Europe/Berlin", "dhl"),
        Town("Vienna", "1010", "AT", "Wollzeile {}", "Europe/Vienna", "gls"),
        Town("London", "SW1A 1AA", "GB", "{} Marsham Street", "Europe/London", "royal-mail"),
        Town("New York", "10001", "US", "{} W 31st Street", "America/New_York", "ups"),
        Town("Dublin", "D02 X285", "IE", "{} Mount Street", "Europe/Dublin", "dpd"),
    ],
    [
        Town("Рига", "LV-1010", "LV", "ул. Элизабетес, {}", "Europe/Riga", "omniva"),
        Town("Алматы", "050000", "KZ", "пр. Абая, {}", "Asia/Almaty", "cdek"),
        Town("Ереван", "0010", "AM", "ул. Абовяна, {}", "Asia/Yerevan", "cdek"),
        Town("Белград", "11000", "RS", "ул. Князя Михаила, {}", "Europe/Belgrade", "dpd"),
    ],
)
CATALOGUE = (
    Article(LineKind.PHYSICAL, "NL-HB", ("Northern Lights, hardback", "«Северные огни», в переплёте"), "24.90"),
    Article(LineKind.PHYSICAL, "MUG-1", ("Enamel mug", "Эмалированная кружка"), "14.50"),
    Article(LineKind.PHYSICAL, "MAP-7", ("Map of the night sky", "Карта звёздного неба"), "9.00"),
    Article(LineKind.PHYSICAL, "PEN-3", ("Fountain pen, blue", "Перьевая ручка, синяя"), "39.00"),
    Article(LineKind.PHYSICAL, "TEA-2", ("Smoked tea, 200 g", "Копчёный чай, 200 г"), "12.80"),
    Article(
        LineKind.DOWNLOAD,
        "ATLAS-W",
        ("Atlas 2.1 for Windows", "«Атлас» 2.1 для Windows"),
        "39.00",
        ("atlas-2.1-setup.exe", Platform.WINDOWS),
    ),
    Article(
        LineKind.DOWNLOAD,
        "ATLAS-M",
        ("Atlas 2.1 for Mac", "«Атлас» 2.1 для Mac"),
        "39.00",
        ("atlas-2.1.dmg", Platform.MACOS),
    ),
    Article(
        LineKind.DOWNLOAD,
        "EPUB-4",
        ("The Long Winter, e-book", "«Долгая зима», электронная книга"),
        "8.99",
        ("the-long-winter.epub", Platform.ANDROID),
    ),
    Article(LineKind.ACCESS, "ROOM-Y", ("Readers' Room, one year", "Читальный зал, год"), "23.90"),
    Article(LineKind.ACCESS, "ARCH-M", ("Archive of letters, one month", "Архив писем, месяц"), "6.00"),
    Article(LineKind.TRIAL, "LESSONS", ("Language lessons, trial", "Уроки языка, пробный период"), "0.00"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer with where they live and what they read."""

    buyer: Buyer
    town: Town
    russian: bool


def person(random: Random, number: int, run: str) -> Person:
    """Buyer number ``number``; the mail address is unique in the run."""
    russian = random.random() < RUSSIAN_SHARE
    town = random.choice(_TOWNS[russian])
    name = f"{random.choice(_FIRST[russian])} {random.choice(_LAST[russian])}"
    buyer = drafts.buyer(
        f"buyer-{number}@{run}.test",
        display_name=name,
        locale="ru" if russian else "en",
        time_zone=town.time_zone,
        shipping_address=drafts.address(
            town.street.format(random.randint(1, 180)),
            city=town.city,
            postcode=town.postcode,
            country=town.country,
            recipient=name,
        ),
    )
    return Person(buyer, town, russian)


def cart(random: Random) -> list[tuple[Article, int]]:
    """One to four articles, each at most once: physical only, virtual only, or mixed."""
    physical = [article for article in CATALOGUE if article.kind is LineKind.PHYSICAL]
    virtual = [article for article in CATALOGUE if article.kind is not LineKind.PHYSICAL]
    shape = random.choices(["physical", "virtual", "mixed", "everything"], [38, 24, 30, 8])[0]
    chosen = {
        "physical": lambda: random.sample(physical, random.randint(1, 3)),
        "virtual": lambda: random.sample(virtual, 1),
        "mixed": lambda: random.sample(physical, random.randint(1, 2)) + random.sample(virtual, random.randint(1, 2)),
        "everything": lambda: [
            random.choice([article for article in CATALOGUE if article.kind is kind]) for kind in LineKind
        ],
    }[shape]()
    return [
        (article, random.choices([1, 2, 3], [80, 15, 5])[0] if article.kind is LineKind.PHYSICAL else 1)
        for article in chosen
    ]

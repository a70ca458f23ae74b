"""Languages in Jinja templates: {% trans %}, gettext and its kin, and filters for dates, numbers and lists."""

from collections.abc import Callable

from jinja2 import Environment

from chassis.localisation.language import Language


def install_jinja(env: Environment, current: Callable[[], Language]) -> None:
    """Let the templates of ``env`` speak; ``current`` says which language holds now (of the request, or always the
    same).

    Installs ``{% trans %}``, gettext, ngettext, pgettext, npgettext (values by name, ``%(name)s``), a global
    ``language()``, and the filters date, day, time, datetime, relative_day, relative_datetime, number, money, size and
    list_of. Zones and ``now`` are arguments of the filters.
    """
    env.add_extension("jinja2.ext.i18n")
    # The lambdas ask for the language at each use.
    env.install_gettext_callables(  # type: ignore[attr-defined]  # Added by the extension of the line before.
        lambda *texts: current().translations.gettext(*texts),  # noqa: PLW0108
        lambda *texts: current().translations.ngettext(*texts),  # noqa: PLW0108
        newstyle=True,
        pgettext=lambda *texts: current().translations.pgettext(*texts),  # noqa: PLW0108
        npgettext=lambda *texts: current().translations.npgettext(*texts),  # noqa: PLW0108
    )
    env.globals["language"] = current
    env.filters |= {
        "date": lambda when, zone="UTC": current().date(when, zone),
        "day": lambda when, zone="UTC", now=None: current().day(when, zone, now=now),
        "time": lambda when, zone="UTC": current().time(when, zone),
        "datetime": lambda when, zone="UTC", now=None: current().datetime(when, zone, now=now),
        "relative_day": lambda when, now, zone="UTC": current().relative_day(when, now, zone),
        "relative_datetime": lambda when, now, zone="UTC": current().relative_datetime(when, now, zone),
        "number": lambda number: current().number(number),
        "money": lambda amount, currency: current().money(amount, currency),
        "size": lambda octets: current().size(octets),
        "list_of": lambda items, style="standard": current().list(items, style),
    }

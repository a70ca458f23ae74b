"""Languages in Jinja templates: {% trans %}, gettext and its kin, and filters for dates, numbers and lists."""

from collections.abc import Callable

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from chassis.localisation.language import Language


def install_jinja(env: Environment, current: Callable[[], Language]) -> None:
    """Let the templates of ``env`` speak; ``current`` says which language holds now (of the request, or always the
    same).

    Installs ``{% trans %}``, gettext, ngettext, pgettext, npgettext (values by name, ``%(name)s``), a global
    ``language()``, and the methods of Language as filters: date, day, time, datetime, day_range, relative_day,
    relative_datetime, number, money, size, and list as ``list_of``; zone and ``now`` are arguments as there.
    """
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]  # Added by the extension of the line before.
        lambda *texts: current().translations.gettext(*texts),  # noqa: PLW0108  # Asks at each use.
        lambda *texts: current().translations.ngettext(*texts),  # noqa: PLW0108  # Asks at each use.
        newstyle=True,
        pgettext=lambda *texts: current().translations.pgettext(*texts),  # noqa: PLW0108  # Asks at each use.
        npgettext=lambda *texts: current().translations.npgettext(*texts),  # noqa: PLW0108  # Asks at each use.
    )
    env.globals["language"] = current
    env.filters |= {name: _late(current, name) for name in _FILTERS}
    env.filters["list_of"] = _late(current, "list")


_FILTERS = (
    "date",
    "day",
    "time",
    "datetime",
    "day_range",
    "relative_day",
    "relative_datetime",
    "number",
    "money",
    "size",
)


def _late(current: Callable[[], Language], method: str) -> Callable[..., str]:
    # Passing the context keeps Jinja from working out a filter over constants once, when the template is compiled, in
    # whichever language held then.
    @pass_context
    def in_the_language_of_now(_context: Context, *args: object, **values: object) -> str:
        say: Callable[..., str] = getattr(current(), method)
        return say(*args, **values)

    return in_the_language_of_now

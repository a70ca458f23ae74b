"""How far a matter was when somebody began to write about it, so that nobody answers over a colleague's head."""

from dataclasses import dataclass, replace

from chassis.localisation import mark
from status_page.care_desk.acts.act import About
from status_page.care_desk.acts.done import BY_LINK, DoneAct
from status_page.care_desk.parts import desk
from wording import Reader


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a question was when the form was opened. ``newest`` says what came after, to be read before sending."""

    mark: str
    newest: str = ""
    who: str = ""


def named(act: DoneAct, reader: Reader) -> DoneAct:
    """The act with a name for whoever has done it, also where nobody had logged in."""
    return replace(act, who=reader.gettext(mark("A colleague by link"))) if act.who == BY_LINK else act


def seen_so_far(kind: str, about: About, mine: str) -> Seen:
    """What was said in the question, and what another session than ``mine`` did of this kind about the same."""
    acts = desk().acts.of(about.order.name)
    sent = [one for one in acts if (one.kind, one.about) == (kind, about.subject) and one.session != mine]
    newest = named(sent[0], about.reader) if sent else None
    question = next((one for one in about.order.questions if one.question_id == about.subject), None)
    posts = list(question.posts) if question else []
    said = posts[-1].text if posts and not posts[-1].from_buyer else ""
    return Seen(
        f"{len(posts)}.{newest.id if newest else ''}", newest.text if newest else said, newest.who if newest else ""
    )

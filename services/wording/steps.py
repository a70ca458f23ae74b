"""Numbered steps for somebody who has never done it: a download on each system, and logging in with a code."""

from collections.abc import Callable

from chassis.localisation import Language
from wismo.orders.v1 import entitlement_pb2
from wording.codes import letter_case_matters

_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".7z", ".rar")


def download_label(language: Language) -> str:
    """What stands on the button that starts a download; the steps name it."""
    return language.gettext("Download")


def copy_label(language: Language) -> str:
    """What stands on the button that copies a code; the steps name it."""
    return language.gettext("Copy")


def platform_name(platform: "entitlement_pb2.Platform.ValueType", language: Language) -> str:
    """The system as its users call it."""
    match platform:
        case entitlement_pb2.PLATFORM_WINDOWS:
            return "Windows"
        case entitlement_pb2.PLATFORM_MACOS:
            return language.gettext("Mac")
        case entitlement_pb2.PLATFORM_LINUX:
            return "Linux"
        case entitlement_pb2.PLATFORM_ANDROID:
            return language.gettext("Android phone or tablet")
        case entitlement_pb2.PLATFORM_IOS:
            return language.gettext("iPhone or iPad")
        case _:
            return language.gettext("Any device")


def download_steps(
    platform: "entitlement_pb2.Platform.ValueType", file_name: str, language: Language
) -> tuple[str, ...]:
    """The steps to download and open ``file_name`` on this system, in order; number them when you show them."""
    steps = _STEPS.get(platform, _any)(file_name, language)
    return (
        language.gettext("Press the button “%(button)s” beside the file.", button=download_label(language)),
        *steps,
        language.gettext("If it breaks off, press the button again: going on with a download does not count twice."),
    )


def access_steps(access: entitlement_pb2.Access, language: Language, *, copy_button: bool = True) -> tuple[str, ...]:
    """The steps to log in: the merchant's own if there are any, else ours. The code itself is not in them.

    ``copy_button`` False is for a mail, where no button can copy.
    """
    if access.steps:
        return tuple(access.steps)
    steps = [language.gettext("Open the login page: %(url)s", url=access.login_url)]
    if access.username:
        steps.append(
            language.gettext("Type this user name into the field for the name: %(username)s", username=access.username)
        )
    if copy_button:
        copied = language.gettext("Press “%(button)s” beside the code.", button=copy_label(language))
    else:
        copied = language.gettext("Mark the code with the mouse or your finger, and choose “Copy”.")
    steps += [
        copied,
        language.gettext(
            "On the login page, press and hold (or right-click) the field for the code, and choose “Paste”."
        ),
        language.gettext(
            "If you type the code yourself, take it character by character, with no space before or after it."
        )
        + " "
        + letter_case_matters(language, case_sensitive=access.case_sensitive),
        language.gettext("Press the button to log in."),
        language.gettext("If the site does not take the code, check that the Caps Lock key is off, and try once more."),
        language.gettext("If it still does not work, write to us. It is not your fault, and we will help you."),
    ]
    return tuple(steps)


def _is_archive(file_name: str) -> bool:
    return file_name.lower().endswith(_ARCHIVES)


def _windows(file_name: str, language: Language) -> list[str]:
    saved = language.gettext(
        "Your browser saves %(file)s. A large file can take several minutes; just let it run.", file=file_name
    )
    where = language.gettext(
        "Hold down the Windows key and press E. In the window that opens, choose “Downloads” on the left."
    )
    if _is_archive(file_name):
        opening = language.gettext(
            "Click %(file)s with the right mouse button, choose “Extract All…” and then “Extract”. "
            "A folder opens with what is in it.",
            file=file_name,
        )
    else:
        opening = language.gettext(
            "Double-click %(file)s and follow what the screen says. If Windows asks whether to allow it, choose “Yes”.",
            file=file_name,
        )
    return [saved, where, opening]


def _macos(file_name: str, language: Language) -> list[str]:
    saved = language.gettext(
        "Your browser saves %(file)s. A large file can take several minutes; just let it run.", file=file_name
    )
    where = language.gettext("Click the Finder (the blue face at the bottom left), then “Downloads” on the left.")
    opening = language.gettext("Double-click %(file)s.", file=file_name)
    if file_name.lower().endswith(".dmg"):
        opening += " " + language.gettext("In the window that opens, drag the program onto the folder “Applications”.")
    return [saved, where, opening]


def _linux(file_name: str, language: Language) -> list[str]:
    saved = language.gettext(
        "Your browser saves %(file)s. A large file can take several minutes; just let it run.", file=file_name
    )
    where = language.gettext("Open your file manager and there the folder “Downloads”.")
    if _is_archive(file_name):
        opening = language.gettext(
            "Click %(file)s with the right mouse button and choose “Extract Here”.", file=file_name
        )
    else:
        opening = language.gettext("Double-click %(file)s and follow what the screen says.", file=file_name)
    return [saved, where, opening]


def _android(file_name: str, language: Language) -> list[str]:
    return [
        language.gettext(
            "Wait until the download is done. Swipe down from the top of the screen to see how far it is."
        ),
        language.gettext("Open the app “Files” (on some phones “My Files”) and there “Downloads”."),
        language.gettext("Tap %(file)s to open it.", file=file_name),
    ]


def _ios(file_name: str, language: Language) -> list[str]:
    return [
        language.gettext("If your device asks whether you want to download %(file)s, tap “Download”.", file=file_name),
        language.gettext("Wait until it is done. Then open the app “Files” and there “Downloads”."),
        language.gettext("Tap %(file)s to open it.", file=file_name),
    ]


def _any(file_name: str, language: Language) -> list[str]:
    return [
        language.gettext(
            "Your browser saves %(file)s. A large file can take several minutes; just let it run.", file=file_name
        ),
        language.gettext("Open the folder “Downloads” on your device."),
        language.gettext("Open %(file)s there, and follow what the screen says.", file=file_name),
    ]


_STEPS: dict[int, Callable[[str, Language], list[str]]] = {
    entitlement_pb2.PLATFORM_WINDOWS: _windows,
    entitlement_pb2.PLATFORM_MACOS: _macos,
    entitlement_pb2.PLATFORM_LINUX: _linux,
    entitlement_pb2.PLATFORM_ANDROID: _android,
    entitlement_pb2.PLATFORM_IOS: _ios,
}

"""Downloads and accesses as the page shows them."""

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from chassis.localisation import Language
from status_page.downloads.rights import Right
from status_page.pages.moments import Moment, moment, moment_of
from status_page.pages.secrets import SealedSecrets
from status_page.web.shops import origin_of, web_address
from wismo.orders.v1 import entitlement_pb2
from wording import Reader, access_steps, download_steps, platform_name


@dataclass(frozen=True, slots=True)
class FileView:
    """A file with its button."""

    id: str
    name: str
    size: str
    sha256: str
    left: int | None
    """None is without limit."""
    platform: str
    origin: str
    """Where a remote file comes from, for the content security policy."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbered steps for one system."""

    platform: str
    title: str
    steps: Markup
    """As items of a list."""


@dataclass(frozen=True, slots=True)
class DownloadView:
    """What a buyer may download, how often and until when, and what to do when that is over."""

    line_id: str
    files: tuple[FileView, ...]
    licence_key: Markup | None
    """Empty when none is needed; None when it cannot be shown now."""
    look_alikes: Markup
    expires: Moment | None
    """The end, where it follows from the first download: any other stands in the line's next step."""
    expires_after_days: int
    """For how many days it stays open after the first download, while that has not begun; 0 otherwise."""
    expired: bool
    revoked: bool
    may_renew: bool
    steps: tuple[Steps, ...]

    @property
    def all_gone(self) -> bool:
        """Whether no file can be started any more because of its count."""
        return bool(self.files) and all(file.left == 0 for file in self.files)


@dataclass(frozen=True, slots=True)
class AccessView:
    """How to log in."""

    line_id: str
    login_url: str
    host: str
    username: str
    code: Markup | None
    case_sensitive: bool
    look_alikes: Markup
    steps: tuple[str, ...]
    expires: Moment | None
    expired: bool
    revoked: bool


_NOTHING: tuple[Markup | None, Markup] = (Markup(), Markup())

_PLATFORMS = {
    entitlement_pb2.PLATFORM_WINDOWS: "windows",
    entitlement_pb2.PLATFORM_MACOS: "macos",
    entitlement_pb2.PLATFORM_LINUX: "linux",
    entitlement_pb2.PLATFORM_ANDROID: "android",
    entitlement_pb2.PLATFORM_IOS: "ios",
}


def download_view(right: Right, reader: Reader, secrets: SealedSecrets) -> DownloadView:
    """The view of one line's download."""
    download = right.download
    key, spelt = _NOTHING if right.revoked else secrets.show(download.licence_key)
    end = right.expires_at
    return DownloadView(
        line_id=download.line_id,
        files=tuple(_file(file, right, reader) for file in download.files),
        licence_key=key,
        look_alikes=spelt,
        expires=moment_of(end, reader) if end and not download.HasField("expires_at") else None,
        expires_after_days=right.days_after_first,
        expired=right.expired,
        revoked=right.revoked,
        may_renew=right.may_renew(),
        steps=() if right.revoked else _steps(download, reader),
    )


def access_view(access: entitlement_pb2.Access, reader: Reader, secrets: SealedSecrets) -> AccessView:
    """The view of one line's access."""
    revoked = access.HasField("revoked_at")
    expires = moment(access.expires_at, reader) if access.HasField("expires_at") else None
    code, spelt = _NOTHING if revoked else secrets.show(access.code)
    login_url = web_address(access.login_url)
    return AccessView(
        line_id=access.line_id,
        login_url=login_url,
        host=login_url.partition("://")[2].partition("/")[0],
        username=access.username,
        code=code,
        case_sensitive=access.case_sensitive,
        look_alikes=spelt,
        steps=access_steps(access, reader.language),
        expires=expires,
        expired=expires is not None and expires.past,
        revoked=revoked,
    )


@lru_cache(maxsize=2048)
def _guide(platform: "entitlement_pb2.Platform.ValueType", key: str, file_name: str, language: Language) -> Steps:
    steps = download_steps(platform, file_name, language)
    return Steps(
        key, platform_name(platform, language), Markup("\n").join(Markup("<li>{}</li>").format(step) for step in steps)
    )


def _file(file: entitlement_pb2.DownloadFile, right: Right, reader: Reader) -> FileView:
    return FileView(
        id=file.file_id,
        name=file.file_name,
        size=reader.language.size(file.size_bytes) if file.size_bytes else "",
        sha256=file.sha256,
        left=right.left(file.file_id),
        platform=platform_name(file.platform, reader.language) if file.platform else "",
        origin=origin_of(file.signed_url),
    )


def _steps(download: entitlement_pb2.Download, reader: Reader) -> tuple[Steps, ...]:
    names = {file.platform: file.file_name for file in reversed(download.files)}
    for_all = names.get(entitlement_pb2.PLATFORM_UNSPECIFIED)
    guides = []
    for platform, key in _PLATFORMS.items():
        name = names.get(platform, for_all)
        if name is not None:
            guides.append(_guide(platform, key, name, reader.language))
    return tuple(guides)

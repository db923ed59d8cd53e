"""Everything a watch needs in a test, with a clock that costs no time."""

from collections.abc import Callable, Sequence
from pathlib import Path

from series import TASK_ID, FakeClock
from sites import SECRET

from sops_report.analysis import Analysis
from sops_report.api.clockwork import Clockwork
from sops_report.archive.archive import Archive
from sops_report.config import Settings, read_settings
from sops_report.server import LocalSite
from sops_report.sources.live import Wanted
from sops_report.watching.endings import Until, is_over
from sops_report.watching.polling import Poller
from sops_report.watching.teller import Teller
from sops_report.watching.watch import Followed, Watch
from sops_report.words import Language

ENVIRON = {
    "SOPS_REPORT_APP_CODE": "my-app", "SOPS_REPORT_APP_SECRET": SECRET,
    "SOPS_REPORT_USERNAME": "admin", "SOPS_REPORT_BIZ": "2",
}  # fmt: skip


def settings_of(site: LocalSite, folder: Path) -> Settings:
    return read_settings(
        ENVIRON, config_file=folder / "none.toml", url=site.gateway_url, archive=folder / "kept"
    )


class Desk:
    """Everything a watch needs, with a clock that costs no time."""

    def __init__(self, site: LocalSite, folder: Path, clock: FakeClock, **changed: object) -> None:
        """Prepare to watch the tasks of *site*."""
        self.clock, self.told = clock, list[str]()
        self.clocks = Clockwork(monotonic=clock, now=clock, sleep=clock.sleep, chance=lambda: 1.0)
        self.settings = settings_of(site, folder)
        self.refusals = list[tuple[str, str]]()
        self.command: Sequence[str] | None = None
        self.language = Language.EN
        self.is_over: Callable[[Analysis], bool] = lambda one: is_over(one, Until.FINISHED)
        for name, value in changed.items():
            setattr(self, name, value)

    def watch(self, *task_ids: str, every_s: float = 20.0) -> list[Followed]:
        """Follow the tasks to their end and return them."""
        followed = [Followed(poller=self.poller(task_id)) for task_id in task_ids]
        teller = Teller(
            language=self.language, zone=None, tell=self.told.append, monotonic=self.clock,
            command=self.command,
        )  # fmt: skip
        Watch(
            tasks=followed, audience=teller, is_over=self.is_over, every_s=every_s,
            clocks=self.clocks,
        ).run()  # fmt: skip
        return followed

    def poller(self, task_id: str) -> Poller:
        """Return one that asks for a task."""
        return Poller(
            Wanted(task_id=task_id), self.settings, clocks=self.clocks,
            tell=lambda what, why: self.refusals.append((what, why.key)),
        )  # fmt: skip

    @property
    def archive(self) -> Archive:
        """Return what is kept."""
        return Archive(self.settings.archive)

    def kept(self) -> list[bytes]:
        """Return the answers of the moving task, oldest first."""
        stored = self.archive.snapshots("2", TASK_ID)
        return [one.path.read_bytes() for one in stored]

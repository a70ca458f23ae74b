"""`python -m notifier`: plan, send and watch · `watchdog` · `prepare` · `dead …` · `reconcile` · `preview`."""

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

from pymongo.errors import PyMongoError

from chassis import tracing
from chassis.kafka.records import BrokerUnavailable
from chassis.logs import configure
from chassis.moments import moment
from chassis.mongo import connect, trouble
from chassis.settings import SettingsError
from chassis.shutdown import StopSignal
from notifier.settings import Settings


def main(arguments: list[str]) -> int:
    """Run one command; 0 when all went well, 1 when it did not, 2 when the settings or the command are wrong."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "preview":
        from notifier.preview import write_previews

        for path in write_previews(chosen.out):
            sys.stdout.write(f"{path}\n")
        return 0
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if chosen.command == "dead":
        return _dead(settings, chosen)
    if chosen.command == "reconcile":
        return _reconcile(settings, chosen)
    configure("notifier", fmt=settings.log_format, level=settings.log_level)
    tracing.start("notifier")
    from notifier.bootstrap import prepare, run, run_watchdog

    try:
        {"watchdog": run_watchdog, "prepare": prepare}.get(chosen.command, run)(settings, StopSignal().install())
    finally:
        tracing.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m notifier", description="Tells buyers what happens to their orders."
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="plan, send and watch until stopped (the default)")
    commands.add_parser("watchdog", help="only watch until stopped: what is due is entered, somebody else sends it")
    commands.add_parser("prepare", help="make what is missing of collections, indexes and topics, and end")
    dead = commands.add_parser(
        "dead", help="messages that could not be sent, and records of Kafka that could not be handled"
    ).add_subparsers(dest="action", required=True)
    dead.add_parser("list", help="one line each: id, kind, state, attempts, reason")
    replay = dead.add_parser("replay", help="send them again")
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help="the message's id, as listed")
    which.add_argument("--all", action="store_true", help="every one of them")
    dead.add_parser("records", help="records: topic:partition:offset, when, whether the topic retains it, reason")
    again = dead.add_parser("replay-records", help="handle records once more; may run while the notifier runs")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("place", nargs="?", help="topic:partition:offset, as listed")
    which.add_argument("--all", action="store_true", help="every one of them")
    lost = commands.add_parser("reconcile", help="after a restore: live the lost time once more, without a word")
    lost.add_argument(
        "--backup", type=moment, required=True, metavar="TIME", help="when the backup was taken: ISO 8601"
    )
    lost.add_argument("--failure", type=moment, required=True, metavar="TIME", help="when the database was lost")
    lost.add_argument(
        "--doubt",
        type=float,
        default=300.0,
        metavar="SECONDS",
        help="what was due so shortly before the failure is sent, perhaps for the second time (default: %(default)s)",
    )
    preview = commands.add_parser("preview", help="write every message in every language as .html and .txt")
    preview.add_argument("--out", type=Path, required=True, help="folder to write to")
    return parser


def _dead(settings: Settings, chosen: argparse.Namespace) -> int:
    if chosen.action in {"records", "replay-records"}:
        from notifier import dead_records

        return dead_records.run(settings, chosen.action, getattr(chosen, "place", None))
    from notifier.adapters.mongo_ledger import MongoLedger

    client = connect(settings.database_url, "notifier-dead")
    try:
        ledger = MongoLedger(client, settings.database)
        if chosen.action == "list":
            for row in ledger.alarms():
                sys.stdout.write(f"{row.id}\t{row.kind}\t{row.state}\t{row.attempts}\t{row.reason}\n")
            return 0
        ids = [row.id for row in ledger.alarms()] if chosen.all else [chosen.id]
        replayed = [row_id for row_id in ids if ledger.replay(row_id)]
        sys.stdout.write(f"{len(replayed)} of {len(ids)} will be sent again\n")
        return 0 if len(replayed) == len(ids) else 1
    finally:
        client.close()


def _reconcile(settings: Settings, chosen: argparse.Namespace) -> int:
    from notifier.restoring.command import Asked, reconcile

    configure("notifier-reconcile", fmt=settings.log_format, level="warning")
    try:
        asked = Asked(chosen.backup, chosen.failure, timedelta(seconds=chosen.doubt))
        return reconcile(settings, asked, sys.stderr)
    except BrokerUnavailable as error:
        sys.stderr.write(f"the broker is not there; nothing is lost, run this again: {error}\n")
    except PyMongoError as error:
        sys.stderr.write(f"the database is not there; nothing is lost, run this again: {trouble(error)}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The limit of a notifier: compose a mail with the standard library and hand it over on a kept connection, nothing
else.

`python -m tests.bench.compose_and_send PORT THREADS MAILS FOLDER`; the folder holds `body.txt` and `body.html` of a
real
message. Prints mails a second.
"""

import smtplib
import sys
import threading
import time
from email.message import EmailMessage
from pathlib import Path


def mail(number: int, text: str, html: str) -> EmailMessage:
    """As short as one writes it by hand."""
    message = EmailMessage()
    message["From"] = "Lantern Books <orders@lantern.test>"
    message["To"] = f"Robin Miller <buyer{number}@buyers.test>"
    message["Subject"] = f"Thank you: we have your order R-bare-{number}"
    message["Message-ID"] = f"<{number}.{time.time_ns()}@bench.test>"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def work(port: int, numbers: range, text: str, html: str) -> None:
    """One thread with one connection."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for number in numbers:
            smtp.send_message(mail(number, text, html))


def main() -> None:
    """Measure and print."""
    port, threads, mails = (int(argument) for argument in sys.argv[1:4])
    text, html = (Path(sys.argv[4], name).read_text(encoding="utf-8") for name in ("body.txt", "body.html"))
    share = mails // threads
    workers = [
        threading.Thread(target=work, args=(port, range(n * share, (n + 1) * share), text, html))
        for n in range(threads)
    ]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(share * threads / (time.perf_counter() - began))


if __name__ == "__main__":
    main()

"""Tries the server's page in a real browser: Debian's Chromium, driven by Playwright.

    apt-get install chromium
    pip install -r tools/page/requirements.txt
    python tools/page/check.py .build/release/vision-server [--shots DIR] [--only WORD] [--draw]

Each check is a function of asking.py, drawing.py, guarding.py, reporting.py or using.py, or of folder_*.py for the
folder view, and gets one line. They run in the order of the imports. Those of reports need vision-client beside
vision-server. --draw draws the picture in README anew. The exit status is 1 if anything was wrong.
"""

import argparse
import sys
import traceback
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

import asking  # noqa: F401, as each of these registers its checks
import drawing  # noqa: F401
import folder_captioning  # noqa: F401
import folder_editing  # noqa: F401
import folder_files  # noqa: F401
import folder_grid  # noqa: F401
import folder_tools  # noqa: F401
import guarding  # noqa: F401
import reporting  # noqa: F401
import using
from rig import CHECKS, ROOT, Rig
from servers import Server


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="vision-server")
    parser.add_argument("--browser", default="/usr/bin/chromium", help="Chromium (/usr/bin/chromium)")
    parser.add_argument("--shots", type=Path, default=ROOT / ".build/page", help="folder for pictures of the page")
    parser.add_argument("--only", default="", help="checks whose name holds this")
    parser.add_argument("--draw", action="store_true", help="draw docs/page.png anew")
    arguments = parser.parse_args()
    arguments.shots.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=20_000)
    failures = 0
    with sync_playwright() as playwright, Server(arguments.program) as server:
        browser = playwright.chromium.launch(executable_path=arguments.browser, args=["--no-sandbox"])
        rig = Rig(browser, arguments.program, arguments.shots)
        for function in [using.draw] if arguments.draw else CHECKS:
            if arguments.only not in function.__name__:
                continue
            rig.wrong.clear()
            try:
                function(rig, server)
                assert not rig.wrong, rig.wrong
                print(f"  right  {function.__doc__}", flush=True)
            except Exception:
                failures += 1
                print(f"  WRONG  {function.__doc__}\n{traceback.format_exc()}{rig.wrong or ''}", flush=True)
        browser.close()
    print(f"Pictures of the page lie in {arguments.shots}.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

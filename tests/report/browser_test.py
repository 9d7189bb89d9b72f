#!/usr/bin/env python3
"""browser_test.py FUSIONFLOW: reports of validate and diagnose, opened in headless Chromium.

Every kind of figure must be there with a size, names from the suite or the table must be text and never markup,
nothing may be fetched, the console must stay silent, on a wide screen, on a phone, and in the dark.
Exit code 77 where there is no Chromium.
"""

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

HOSTILE = "</svg><script>console.error('ran')</script>&\\\"<b>"

SUITE = f"""
about = "{HOSTILE}"
[[experiment]]
name = "lines"
title = "{HOSTILE}"
claim = "{HOSTILE}"
model = {{ depth = 2, init = 1e-3, width = 20, scheme = "gaussian-iid" }}
grid = "rho=0,0.5"
methods = ["formula", "exact", "full"]
repeats = 2
figure = {{ kind = "lines", x = "rho", quantity = "time_ratio" }}
CHECK
[[experiment]]
name = "map"
title = "Map"
claim = "A map."
model = {{}}
grid = "rho=0,0.5; ratio=1.5,2"
methods = ["formula"]
figure = {{ kind = "map", x = "rho", y = "ratio", quantity = "time_ratio" }}
CHECK
[[experiment]]
name = "paths"
title = "Paths"
claim = "Paths."
model = {{}}
methods = ["formula", "flow"]
figure = {{ kind = "paths" }}
CHECK
[[experiment]]
name = "portrait"
title = "Portrait"
claim = "A portrait."
model = {{}}
methods = ["formula", "flow"]
figure = {{ kind = "portrait" }}
CHECK
[[experiment]]
name = "errors"
title = "Errors"
claim = "Errors."
model = {{ data = "gaussian", dims = [2, 2], draws = 50, noise = 0.1 }}
methods = ["formula", "flow"]
figure = {{ kind = "errors" }}
CHECK
""".replace("CHECK", f"""
[[experiment.check]]
name = "positive"
says = "{HOSTILE}"
kind = "within"
measured = "formula"
quantity = "time_ratio"
low = 1
reason = "{HOSTILE}"
""")
FIGURES = 5

# Names of modalities of a table; `=` would end one.
HOSTILE_NAME = "</svg><script>console.error('ran')</script>&\"<b>"
DIAGNOSIS = ["--modality", HOSTILE_NAME + "=a", "--modality", "plain=b", "--target", "y",
             "--train-fraction", "0.7", "--depths", "2,3", "--networks", "2"]

# What a reader's browser makes of the page, left where --dump-dom shows it.
PROBE = """<script>
const box = s => [s.getBoundingClientRect().width, s.getBoundingClientRect().height,
                  s.querySelectorAll('path, use, polygon, rect').length];
document.body.dataset.seen = JSON.stringify({
  figures: [...document.querySelectorAll('figure > svg')].map(box),
  scripts: document.scripts.length,
  bold: document.querySelectorAll('b').length,
  fetched: performance.getEntriesByType('resource').map(r => r.name),
  beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  page: document.body.textContent,
  background: getComputedStyle(document.body).backgroundColor,
  text: getComputedStyle(document.body).color,
  titles: [...document.querySelectorAll('h2')].map(h => h.textContent)});
</script>"""


class SeenParser(HTMLParser):
    """Finds the probe's answer in a page."""

    def __init__(self):
        super().__init__()
        self.seen = None

    def handle_starttag(self, tag, attrs):
        if tag == "body":
            self.seen = dict(attrs).get("data-seen")


def require(holds, what):
    if not holds:
        sys.exit(f"browser_test: {what}")


def open_page(browser, page, profile, width, height, dark):
    """The probe's answer; the console must be silent."""
    run = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--enable-logging=stderr", f"--user-data-dir={profile}", f"--window-size={width},{height}",
         f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--virtual-time-budget=2000",
         "--dump-dom", page.as_uri()],
        capture_output=True, text=True, check=False)
    console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    require(not console, f"the console says {console}")
    parser = SeenParser()
    parser.feed(run.stdout)
    require(parser.seen is not None, f"no page came back (exit {run.returncode}): {run.stderr}")
    return json.loads(parser.seen)


def brightness(colour):
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def check_page(seen, dark, figures):
    require(len(seen["figures"]) == figures, f"{len(seen['figures'])} figures")
    for width, height, marks in seen["figures"]:
        require(width > 100 and height > 100 and marks > 5,
                f"a figure of {width} x {height} with {marks} marks")
    require(seen["scripts"] == 1, "there is a script besides the probe")
    require(seen["bold"] == 0, "a name became markup")
    require(seen["fetched"] == [], f"fetched {seen['fetched']}")
    require(seen["beyond"] <= 0, f"the page is {seen['beyond']} pixels wider than the screen")
    paper, ink = brightness(seen["background"]), brightness(seen["text"])
    require(paper < ink if dark else paper > ink, f"{seen['text']} on {seen['background']}")


def look_at(browser, folder, figures):
    """Opens the report in a folder on a wide screen, on a phone, in the dark; the last answer."""
    page = folder / "index.html"
    page.write_text(page.read_text().replace("</body>", PROBE + "</body>"))
    for width, height, dark in [(1280, 900, False), (390, 844, False), (1280, 900, True)]:
        seen = open_page(browser, page, folder / "profile", width, height, dark)
        check_page(seen, dark, figures)
    return seen


def check_validation(browser, home):
    (home / "all.toml").write_text(SUITE)
    subprocess.run([sys.argv[1], "validate", "all.toml", "--report", "report", "--quiet"],
                   cwd=home, check=True, stdout=subprocess.DEVNULL)
    titles = look_at(browser, home / "report", FIGURES)["titles"]
    require(titles.count(HOSTILE.replace('\\"', '"')) == 1, f"titles {titles}")


def check_diagnosis(browser, home):
    draw = random.Random(1)
    rows = [(draw.gauss(0, 1), draw.gauss(0, 2), draw.gauss(0, 1)) for _ in range(80)]
    (home / "table.csv").write_text(
        "a,b,y\n" + "".join(f"{a},{b},{a + b + noise}\n" for a, b, noise in rows))
    subprocess.run([sys.argv[1], "diagnose", "table.csv", *DIAGNOSIS, "--report", "diagnosis",
                    "--quiet"], cwd=home, check=True, stdout=subprocess.DEVNULL)
    # Times, paths, held-out loss.
    shown = look_at(browser, home / "diagnosis", 3)["page"]
    require(shown.count(HOSTILE_NAME) > 5, f"{HOSTILE_NAME} is not what the page calls it")


def main():
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None or shutil.which("gnuplot") is None:
        print("browser_test: skipped: no Chromium or no gnuplot")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        check_validation(browser, Path(folder))
        check_diagnosis(browser, Path(folder))


if __name__ == "__main__":
    main()

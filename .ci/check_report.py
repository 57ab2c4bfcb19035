"""Opens a report in headless Chromium, as on a desktop and on a phone, for .ci/notebooks.

    check_report.py report.html

Fails if the page writes to the console, asks the network for anything, shows a picture or curve that is not there, or
is wider than the screen. With CASDM_CI_PICTURES, screenshots are left in that folder.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

SCREENS = {"desktop": (1200, 900, False), "phone": (390, 844, True)}

STATE = """
const wide = element => {
  // What scrolls within a box of its own may be wide.
  for (let box = element; box; box = box.parentElement) {
    if (box !== element && getComputedStyle(box).overflowX !== "visible") { return false; }
  }
  return element.getBoundingClientRect().right > innerWidth + 1;
};
const drawn = canvas => canvas.width > 0 && canvas.height > 0 && new Uint32Array(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer).some(pixel => pixel !== 0);
return {
  width: innerWidth,
  pageWidth: document.documentElement.scrollWidth,
  wide: [...document.querySelectorAll("body *")].filter(wide).map(element => element.outerHTML.slice(0, 100)),
  pictures: [...document.images].map(image => [image.alt, image.complete && image.naturalWidth > 0]),
  charts: [...document.querySelectorAll(".chart")].map(chart =>
      [chart.dataset.chart, [...chart.querySelectorAll("canvas")].some(drawn)]),
  height: document.documentElement.scrollHeight,
};
"""


def check(path, screen):
    width, height, mobile = SCREENS[screen]
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    try:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2 if mobile else 1, "mobile": mobile}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.get(path.resolve().as_uri())
        state = driver.execute_script(STATE)
        console = driver.get_log("browser")
        assert not console, f"{screen}: the console has {console}"
        requests = [
            message["params"]["request"]["url"]
            for message in (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
            if message["method"] == "Network.requestWillBeSent"
        ]
        foreign = [url for url in requests if not url.startswith(("file:", "data:"))]
        assert requests and not foreign, f"{screen}: the page asks for {foreign or 'nothing, not even itself'}"
        assert state["width"] == width, state["width"]
        assert state["pageWidth"] <= width and not state["wide"], (
            f"{screen}: the page is {state['pageWidth']} pixels wide because of {state['wide']}"
        )
        for kind in ("pictures", "charts"):
            missing = [name for name, there in state[kind] if not there]
            assert state[kind] and not missing, f"{screen}: {kind} that are not visible: {missing or 'all'}"
        print(
            f"report on a {screen}: {len(state['charts'])} charts, {len(state['pictures'])} pictures, "
            f"{state['height']} pixels high"
        )
        if os.environ.get("CASDM_CI_PICTURES"):
            metrics["height"] = state["height"]
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            driver.save_screenshot(str(Path(os.environ["CASDM_CI_PICTURES"], f"report-{screen}.png")))
    finally:
        driver.quit()


if __name__ == "__main__":
    for each in SCREENS:
        check(Path(sys.argv[1]), each)

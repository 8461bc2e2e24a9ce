"""What axe says of a page that has come to rest."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A toast that fades in, or a part that htmx is putting in its place, has colours that nobody sees.
COME_TO_REST = """async () => {
  const isMoving = (animation) =>
    animation.playState === "running" && animation.effect.getComputedTiming().iterations !== Infinity;
  const isBusy = () =>
    document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added") ||
    document.getAnimations().some(isMoving);
  for (let frames = 0; frames < 600 && isBusy(); frames++) await new Promise(requestAnimationFrame);
}"""


def violations(page: Page) -> list[dict[str, Any]]:
    """Return the serious and critical findings."""
    page.evaluate(COME_TO_REST)
    found = Axe().run(page).response["violations"]
    return [each for each in found if each["impact"] in ("serious", "critical")]

// Asks again every so often while somebody looks: never when the tab is hidden, and says when no answer comes.

/**
 * Calls `ask` now and every `every` milliseconds. `ask` returns a promise; `failed(error)` and `done()` tell how it went.
 * Stops while the page is hidden and after `idle` milliseconds without a touch, so that an unattended screen signs out;
 * `rested` says so, and the next touch goes on.
 */
export function feed({ ask, every, idle, failed, done, rested, page = document, clock = Date.now }) {
  let timer = null;
  let touched = clock();
  let resting = false;
  let turn = 0;

  async function round() {
    clearTimeout(timer);
    const mine = (turn += 1);
    if (page.hidden) return;
    if (clock() - touched > idle) {
      resting = true;
      rested();
      return;
    }
    try {
      await ask();
      if (mine === turn) done();
    } catch (error) {
      if (mine === turn) failed(error);
    }
    if (mine === turn) timer = setTimeout(round, every);
  }

  function touch() {
    touched = clock();
    if (resting) {
      resting = false;
      round();
    }
  }

  for (const event of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    page.addEventListener(event, touch, { passive: true });
  }
  page.addEventListener("visibilitychange", () => (page.hidden ? clearTimeout(timer) : round()));
  round();
  return { now: round };
}

/** The signed-in answer of an address, or an error that says what happened: "away" is the sign-in page. */
export async function fetchFresh(address, { tag } = {}) {
  const response = await fetch(address, { headers: { Accept: "*/*" }, signal: AbortSignal.timeout(12000), cache: tag ?? "no-store" });
  if (response.redirected && new URL(response.url).pathname.startsWith("/sign-in/")) throw new Error("away");
  if (!response.ok) throw new Error(String(response.status));
  return response;
}

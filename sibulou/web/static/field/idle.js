// Five minutes without a touch lock the store. A clock that is changed meanwhile does not put it off.

export const IDLE = 5 * 60_000;
const LOOK = 5_000;
const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart"];

/** Calls `over` once nobody has touched the screen for so long, also when the telephone slept meanwhile. */
export function watchIdle(over, { page = document, wall = Date.now, steady = () => performance.now(), idle = IDLE } = {}) {
  let touched = [wall(), steady()];
  const touch = () => (touched = [wall(), steady()]);
  const look = () => {
    if (Math.max(wall() - touched[0], steady() - touched[1]) < idle) return;
    touch();
    over();
  };
  for (const event of TOUCHES) page.addEventListener(event, touch, { passive: true, capture: true });
  page.addEventListener("visibilitychange", look);
  setInterval(look, LOOK);
}

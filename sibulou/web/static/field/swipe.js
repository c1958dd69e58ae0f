// A swipe to the right does what the button of the line does. The button is there for everybody else.

const FAR = 96; // pixels
const ASTRAY = 40;

/** Calls `act` when the finger was drawn over `node` to the right; an upward or downward move is scrolling. */
export function onSwipe(node, act) {
  let from = null;
  node.classList.add("swipes");
  node.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" && !event.target.closest("button")) from = { x: event.clientX, y: event.clientY };
  });
  node.addEventListener("pointermove", (event) => {
    if (!from) return;
    const moved = Math.max(0, Math.min(event.clientX - from.x, FAR + 24));
    if (Math.abs(event.clientY - from.y) > ASTRAY) return end();
    node.style.transform = moved > 8 ? `translateX(${moved}px)` : "";
    node.classList.toggle("far", moved >= FAR);
    return undefined;
  });
  node.addEventListener("pointerup", (event) => {
    const far = from && event.clientX - from.x >= FAR;
    end();
    if (far) {
      node.addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
      act();
    }
  });
  node.addEventListener("pointercancel", end);

  function end() {
    from = null;
    node.style.transform = "";
    node.classList.remove("far");
  }
}

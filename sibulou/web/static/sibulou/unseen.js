// Keeps the number of new messages in the bar up to date, by changing its text and nothing else. It asks only while
// somebody is at the page: asking by itself would keep him signed in for ever.

const badge = document.querySelector("[data-unseen]");
const EVERY = 60000;
let asked = Date.now();

async function ask() {
  if (document.hidden || Date.now() - asked < EVERY) return;
  asked = Date.now();
  try {
    const answer = await fetch(badge.dataset.unseen);
    if (!answer.ok || answer.redirected) return;
    const many = Number(await answer.text());
    if (Number.isInteger(many)) show(many);
  } catch {
    // no signal: the next sign of life asks again
  }
}

function show(many) {
  const number = badge.querySelector("[data-many]");
  if (number.textContent !== String(many)) number.textContent = many;
  badge.hidden = many === 0;
}

if (badge) {
  for (const sign of ["pointerdown", "keydown", "scroll", "pointermove"]) addEventListener(sign, ask, { passive: true });
  document.addEventListener("visibilitychange", ask);
}

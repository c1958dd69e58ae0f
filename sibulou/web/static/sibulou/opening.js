// Waits while obligations are being opened: counts on, and draws the page anew when it is done.
const line = document.querySelector("[data-opening]");

async function look() {
  try {
    const answer = await fetch(line.dataset.opening, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { opened, done } = await answer.json();
    if (done) location.reload();
    line.querySelector("[data-count]").textContent = opened;
  } catch {
    // no signal: the next look may have one
  }
}

if (line) setInterval(look, 3000);

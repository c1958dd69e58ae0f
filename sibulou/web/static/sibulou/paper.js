// Types a sheet in by keyboard: Enter goes on, a row is kept when one leaves it, and the server's row takes its place.
// Without this module every row is a form of its own with a button.
const sheet = document.querySelector("[data-sheet]");
const progress = document.querySelector("[data-progress]");
const sending = new WeakSet();

const rowOf = (place) => place?.closest("[data-row]");
const inputs = (row) => [...row.querySelectorAll("input:not([type=hidden])")];
const dirty = (row) => inputs(row).some((input) => input.value.trim() !== "");
const first = (row) => row.querySelector("[aria-invalid]") ?? row.querySelector("[data-first]") ?? inputs(row)[0] ?? row.querySelector("button");

/** The next row after this one that is still open; the row after it, where none is. */
function onward(row) {
  for (let next = row.nextElementSibling; next; next = next.nextElementSibling) if (inputs(next).length) return next;
  return row.nextElementSibling;
}

async function send(form, { button, goOn }) {
  const row = rowOf(form);
  if (sending.has(row)) return;
  sending.add(row);
  const body = new FormData(form);
  if (button?.name) body.set(button.name, button.value);
  let said;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Row": "1" } });
    if (answer.redirected) return lost(row, sheet.dataset.signedOut);
    said = await answer.json();
  } catch {
    return lost(row, sheet.dataset.lost);
  }
  const before = document.activeElement;
  const inside = row.contains(before);
  row.insertAdjacentHTML("afterend", said.row);
  const fresh = row.nextElementSibling;
  row.remove();
  progress.innerHTML = said.progress;
  if (said.settled && goOn) (onward(fresh) ? first(onward(fresh)) : document.querySelector("a[rel=next]") ?? first(fresh))?.focus();
  else if (inside || goOn) first(fresh)?.focus();
}

/** Says why a row was not kept; what was typed stays, and Enter tries again. */
function lost(row, why) {
  sending.delete(row);
  row.querySelector(".problem[data-lost]")?.remove();
  const words = document.createElement("p");
  words.className = "problem";
  words.setAttribute("role", "alert");
  words.dataset.lost = "";
  words.textContent = why;
  row.append(words);
}

/** The same place in the row above or below. */
function beside(input, step) {
  const row = rowOf(input);
  const at = Math.max(inputs(row).indexOf(input), 0);
  const next = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (next) (inputs(next)[at] ?? first(next))?.focus();
}

sheet?.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.isComposing) return;
  if (key === "ArrowDown" || key === "ArrowUp") {
    event.preventDefault();
    beside(target, key === "ArrowUp" ? -1 : 1);
  }
  if (target.tagName !== "INPUT") return;
  const row = rowOf(target);
  if (key === "/" && !dirty(row)) {
    event.preventDefault();
    const button = row.querySelector("[data-left]");
    if (button) send(target.form, { button, goOn: true });
  }
  if (key === "Enter") {
    event.preventDefault();
    const boxes = inputs(row);
    const next = boxes[boxes.indexOf(target) + 1];
    if (next) next.focus();
    else send(target.form, { goOn: true });
  }
});

sheet?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, { button: event.submitter, goOn: !event.target.action.endsWith("/withdrawal/") });
});

// Who leaves a row by arrow, tab or mouse has typed it: it is kept at once. A row that asks something waits for its answer.
sheet?.addEventListener("focusout", (event) => {
  const row = rowOf(event.target);
  if (!row || row.contains(event.relatedTarget) || sending.has(row)) return;
  if (event.target.tagName === "INPUT" && dirty(row) && !row.querySelector("[data-first]")) send(event.target.form, {});
});

const open = sheet && [...sheet.children].find((row) => inputs(row).length);
if (open && !location.hash) first(open).focus();

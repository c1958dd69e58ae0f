// The grid of a roster: people are picked up, moved and put down, by mouse or by keyboard. The server answers with the
// grid as it is then, conflicts marked; nothing is changed on the page alone.

const grid = document.getElementById("grid");
const said = document.getElementById("said");
const english = document.documentElement.lang === "en";
const say = (zh, en) => {
  said.textContent = english ? en : zh;
};
let held = null;

/** What a move is, from somebody held and where he is put: on a person of a shift (swap), a cell, or among the free. */
export function moveOf(held, target) {
  const who = target.closest("[data-member]");
  const cell = target.closest("[data-shift]");
  const move = { member: held.member, from: held.from, to: "", instead: "" };
  if (cell) {
    move.to = cell.dataset.shift;
    if (who && who.dataset.member !== held.member) move.instead = who.dataset.member;
  } else if (!target.closest("[data-free]")) {
    return null;
  }
  return move.to === move.from ? null : move;
}

function pickUp(button) {
  letGo();
  held = { member: button.dataset.member, from: button.dataset.from, name: button.firstChild.textContent.trim() };
  button.setAttribute("aria-pressed", "true");
  say(`已拿起${held.name}`, `${held.name} picked up`);
}

function letGo() {
  grid.querySelectorAll("[aria-pressed]").forEach((one) => one.removeAttribute("aria-pressed"));
  held = null;
}

async function putDown(target) {
  const move = held && moveOf(held, target);
  const name = held && held.name;
  letGo();
  if (move) await send(move, name);
}

async function send(move, name) {
  const body = new URLSearchParams({ ...move, day: grid.dataset.day });
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const answer = await fetch(grid.dataset.moves, { method: "POST", body, headers: { "X-CSRFToken": token } });
  const text = await answer.text();
  if (!text.includes("data-said")) {
    location.reload();
    return;
  }
  grid.innerHTML = text;
  const told = grid.querySelector("[data-said]").textContent;
  say(`${name}已调动。${told}`, `${name} moved. ${told}`);
  const again = grid.querySelector(`[data-shift="${move.to}"] [data-member="${move.member}"]`);
  (again || grid.querySelector(`[data-member="${move.member}"]`) || grid.querySelector(".who"))?.focus();
}

/** The button an arrow leads to: the next in the order of the page, or the nearest in the row above or below. */
export function nextOf(buttons, current, key) {
  const at = buttons.indexOf(current);
  if (key === "ArrowRight") return buttons[at + 1];
  if (key === "ArrowLeft") return buttons[at - 1];
  const here = current.getBoundingClientRect();
  const down = key === "ArrowDown";
  const beyond = buttons
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => (down ? box.top > here.bottom - 4 : box.bottom < here.top + 4));
  const far = ([, box]) => Math.abs(box.top - here.top) * 4 + Math.abs(box.left - here.left);
  return beyond.sort((a, b) => far(a) - far(b))[0]?.[0];
}

function listen() {
  grid.addEventListener("click", (event) => {
    const target = event.target.closest("[data-member],[data-drop]");
    if (!target) return;
    if (held) putDown(target);
    else if (target.dataset.member) pickUp(target);
  });
  grid.addEventListener("keydown", (event) => {
    const current = event.target.closest("[data-member],[data-drop]");
    if (!current) return;
    if (event.key === "Escape") {
      letGo();
      say("已放弃", "let go");
    } else if (event.key === "Delete" && current.dataset.from) {
      send({ member: current.dataset.member, from: current.dataset.from, to: "", instead: "" },
        current.firstChild.textContent.trim());
    } else if (event.key.startsWith("Arrow")) {
      const next = nextOf([...grid.querySelectorAll("[data-member],[data-drop]")], current, event.key);
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
  grid.addEventListener("dragstart", (event) => {
    const button = event.target.closest?.("[data-member]");
    if (!button) return;
    pickUp(button);
    event.dataTransfer.setData("text/plain", button.dataset.member);
    event.dataTransfer.effectAllowed = "move";
  });
  grid.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-shift],[data-free]");
    grid.querySelectorAll(".over").forEach((one) => one !== over && one.classList.remove("over"));
    if (!held || !over) return;
    event.preventDefault();
    over.classList.add("over");
  });
  grid.addEventListener("drop", (event) => {
    event.preventDefault();
    putDown(event.target);
  });
  grid.addEventListener("dragend", letGo);
}

if (grid && "editable" in grid.dataset) listen();

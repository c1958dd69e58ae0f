// The Net: joins the picture, the counts beside it, the address and the clock. Each part is a module of its own.

import { fromMinute, inWords, readChoice, toMinute, writeChoice } from "./choice.js";
import { feed, fetchFresh } from "./feed.js";
import { fresh, NO_GAP, readCells, sumUp } from "./gaps.js";
import { fit, markGap, paintBurning, paintFocus, paintQuiet, readTheme, shape } from "./paint.js";
import { readLayout, way } from "./roster.js";
import { compose, hit, neighbour } from "./scene.js";
import { swap } from "./swap.js";
import { drawTrend } from "./trend.js";
import { fillTwin } from "./twin.js";
import { kindWord, MARK_WORDS, say } from "./words.js";

const EVERY = 15_000;
const BOOKS_EVERY = 60_000;
const page = document.querySelector("[data-net]");
const part = (name) => page.querySelector(`[data-part="${name}"]`);
const canvas = part("canvas");
const state = { choice: readChoice(location.search), root: page.dataset.root, layout: null, found: null, sums: new Map(), scene: null, at: null, cursor: null, hover: null, panel: "", booksAt: 0 };
state.choice.area ||= page.dataset.area;
let theme = readTheme(page);

const query = (changes = {}) => writeChoice({ ...state.choice, ...changes });
const focus = () => state.layout.areas.get(state.choice.area) ?? state.layout.root;

async function load() {
  const response = await fetchFresh(`/net/layout/?area=${state.root}`, { tag: "default" });
  state.layout = readLayout(await response.json());
  if (!state.layout.areas.has(state.choice.area)) state.choice.area = state.root;
  arrange();
}

/** One round: what burns, and what stands beside it. */
async function ask() {
  if (!state.layout) await load();
  const asked = query();
  const [cells, side] = await Promise.all([fetchFresh(`/net/cells/?${asked}`), fetchFresh(`/net/side/?${asked}`)]);
  const sent = await cells.json();
  const html = await side.text();
  if (asked !== query()) return;
  if (sent.version !== state.layout.version) await load();
  const found = readCells(sent, state.layout);
  const news = state.found && sent.live ? fresh(state.found, found) : [];
  state.found = found;
  state.sums = sumUp(state.layout, found);
  state.at = sent.at;
  showClock(sent);
  swap(part("side"), html);
  paint();
  announce(news);
  await Promise.all([refreshPanel(), refreshBooks()]);
}

async function refreshBooks() {
  if (Date.now() - state.booksAt < BOOKS_EVERY) return;
  state.booksAt = Date.now();
  const plain = () => query({ kind: [], front: [], duty: "" });
  const asked = plain();
  const [books, trend] = await Promise.all([fetchFresh(`/net/books/?${asked}`), fetchFresh(`/net/trend/?${asked}`)]);
  const [html, points] = [await books.text(), await trend.json()];
  if (asked !== plain()) return;
  swap(part("books"), html);
  await drawTrend(part("trend"), points);
}

async function refreshPanel() {
  if (!state.panel) return;
  const asked = `${query()}&subject=${state.panel}`;
  const response = await fetchFresh(`/net/panel/?${asked}`);
  const html = await response.text();
  if (asked !== `${query()}&subject=${state.panel}`) return;
  swap(part("panel"), html);
  part("panel").hidden = false;
}

async function openPanel(id) {
  state.panel = String(id);
  try {
    await refreshPanel();
  } catch (error) {
    stale(error);
    return;
  }
  part("panel").querySelector("h2")?.focus({ preventScroll: true });
  part("panel").scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  paint();
}

function closePanel() {
  state.panel = "";
  part("panel").hidden = true;
  part("panel").replaceChildren();
  delete part("panel").dataset.shown;
  canvas.focus({ preventScroll: true });
  paint();
}

// --- the picture ------------------------------------------------------------------------------------

let quiet = null;

function arrange() {
  const box = canvas.parentElement.getBoundingClientRect();
  state.scene = compose(focus(), Math.floor(box.width), Math.floor(box.height));
  quiet = document.createElement("canvas");
  paintQuiet(fit(quiet, state.scene.width, state.scene.height), state.scene, theme);
  state.cursor = state.scene.patches.find((patch) => patch.area.key === state.cursor?.area.key) ?? null;
  crumbs();
  paint();
}

function paint() {
  if (!state.scene) return;
  const pen = fit(canvas, state.scene.width, state.scene.height);
  pen.drawImage(quiet, 0, 0, state.scene.width, state.scene.height);
  if (state.found) paintBurning(pen, state.scene, state.found, theme);
  if (state.cursor) paintFocus(pen, state.cursor.box, theme);
  if (state.found) fillTwin(part("twin"), focus(), state.sums, { address: (key) => `?${query({ area: key })}`, open: visit });
}

function crumbs() {
  const list = part("crumbs");
  const inside = way(focus()).filter((area) => area.level >= state.layout.root.level);
  list.replaceChildren(
    ...inside.map((area) => {
      const item = document.createElement("li");
      const here = area === focus();
      const link = document.createElement(here ? "span" : "a");
      link.textContent = area.name;
      if (here) link.setAttribute("aria-current", "page");
      else {
        link.href = `?${query({ area: area.key })}`;
        link.addEventListener("click", (event) => (event.preventDefault(), visit(area.key)));
      }
      item.append(link);
      return item;
    }),
  );
  part("area-page").href = `/areas/${focus().key}/`;
  part("area-gaps").href = `/gaps/?${query()}`;
}

const burns = {
  cell: (id) => state.found?.burning.has(id),
  mark: (mark) => state.found && markGap(mark, state.found),
};

function under(event) {
  const box = canvas.getBoundingClientRect();
  const reach = event.pointerType === "touch" ? 14 : 6;
  return hit(state.scene, event.clientX - box.left, event.clientY - box.top, { burns, reach });
}

canvas.addEventListener("click", (event) => {
  const found = state.scene && under(event);
  if (!found) return;
  if (found.kind === "cell") openPanel(found.id);
  else if (found.kind === "mark") openMark(found.mark);
  else drill(found.area);
});

canvas.addEventListener("pointermove", (event) => {
  if (!state.scene || event.pointerType === "touch") return;
  const found = under(event);
  canvas.style.cursor = found ? "pointer" : "default";
  hint(found, event);
});
canvas.addEventListener("pointerleave", () => hint(null));

/** From the county a village opens its township first, so that one sees where it lies. */
function drill(area) {
  const now = focus();
  const steps = way(area);
  const next = steps[steps.indexOf(now) + 1];
  if (next && next !== now) visit(next.key);
}

function openMark(mark) {
  const burning = mark.ids.filter((id) => state.found.burning.has(id));
  if (burning.length) openPanel(burning.sort((one, other) => state.found.burning.get(one).rank - state.found.burning.get(other).rank)[0]);
  else location.assign(`/gaps/?${query({ area: mark.key })}`);
}

function hint(found, event) {
  const box = part("hint");
  box.hidden = !found;
  if (!found) return;
  box.textContent = words(found);
  const around = canvas.getBoundingClientRect();
  const left = event.clientX - around.left;
  box.style.insetInlineStart = `${Math.min(left + 14, around.width - 190)}px`;
  box.style.insetBlockStart = `${Math.max(event.clientY - around.top - 40, 4)}px`;
}

function words(found) {
  if (found.kind === "area") return summary(found.area);
  if (found.kind === "mark") {
    const gap = markGap(found.mark, state.found);
    return `${say(...MARK_WORDS[found.mark.kind])} · ${gap ? `${kindWord(gap.rank)} ${gap.gaps}` : say("无漏项", "no gap")}`;
  }
  const home = state.layout.home.get(found.id);
  const cell = state.found?.burning.get(found.id);
  const place = [home.parent?.name, home.name].filter(Boolean).join(" ");
  return `${place} · ${cell ? `${kindWord(cell.rank)} ${cell.gaps}` : say("无漏项", "no gap")}`;
}

function summary(area) {
  const sum = state.sums.get(area.key);
  return sum && sum.rank < NO_GAP
    ? say(`${area.name}：${sum.gaps} 个漏项，最重 ${kindWord(sum.rank)}`, `${area.name}: ${sum.gaps} gaps, worst ${kindWord(sum.rank)}`)
    : say(`${area.name}：无漏项`, `${area.name}: no gap`);
}

// --- by keyboard --------------------------------------------------------------------------------------

canvas.addEventListener("keydown", (event) => {
  if (!state.scene?.patches.length) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    state.cursor = state.cursor ? neighbour(state.scene.patches, state.cursor, event.key) : state.scene.patches[0];
    live(summary(state.cursor.area));
    paint();
  } else if (event.key === "Enter" && state.cursor) enter(state.cursor.area);
  else if (event.key === "Escape" || event.key === "Backspace") {
    event.preventDefault();
    if (state.panel) closePanel();
    else if (focus() !== state.layout.root && focus().parent) visit(focus().parent.key);
  }
});

/** Down one level; in a group, to its worst household. */
function enter(area) {
  if (area !== focus()) {
    visit(area.key);
    return;
  }
  const burning = area.ids.filter((id) => state.found.burning.has(id));
  if (burning.length) openPanel(burning[0]);
}

// --- the address, the filters and the clock -------------------------------------------------------------

function visit(key) {
  choose({ area: key });
  arrange();
  canvas.focus({ preventScroll: true });
  live(summary(focus()));
}

function choose(changes, how = "pushState") {
  state.choice = { ...state.choice, ...changes };
  history[how](null, "", `?${query()}`);
  state.booksAt = 0;
  form.elements.area.value = state.choice.area;
  rounds?.now();
}

addEventListener("popstate", () => {
  state.choice = readChoice(location.search);
  state.choice.area ||= page.dataset.area;
  state.booksAt = 0;
  fillForm();
  if (state.layout) arrange();
  rounds.now();
});

const form = part("filters");
form.addEventListener("change", () => {
  const given = new FormData(form);
  choose({ front: given.getAll("front"), kind: given.getAll("kind"), duty: given.get("duty") ?? "" });
});
form.addEventListener("submit", (event) => event.preventDefault());

function fillForm() {
  for (const name of ["front", "kind"]) {
    for (const box of form.querySelectorAll(`[name="${name}"]`)) box.checked = state.choice[name].includes(box.value);
  }
  form.elements.duty.value = state.choice.duty;
  form.elements.area.value = state.choice.area;
}

page.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-toggle]");
  const child = event.target.closest("[data-visit]");
  if (event.target.closest("[data-close]")) closePanel();
  else if (chip) toggle(chip, event);
  else if (child && state.layout?.areas.has(child.dataset.visit)) (event.preventDefault(), visit(child.dataset.visit));
});

function toggle(chip, event) {
  event.preventDefault();
  const [name, value] = chip.dataset.toggle.split("=");
  const chosen = new Set(state.choice[name]);
  if (!chosen.delete(value)) chosen.add(value);
  choose({ [name]: [...chosen] });
  fillForm();
}

const slider = part("slider");
const zone = page.dataset.zone;
let waiting = null;

slider.addEventListener("input", () => {
  const end = Number(slider.value) >= Number(slider.max);
  part("moment").textContent = end ? say("现在", "now") : inWords(fromMinute(Number(slider.value)), zone);
  slider.setAttribute("aria-valuetext", part("moment").textContent);
  clearTimeout(waiting);
  waiting = setTimeout(() => choose({ at: end ? "" : fromMinute(Number(slider.value)) }, "replaceState"), 180);
});
part("known").addEventListener("change", (event) => choose({ known: event.target.value === "then" ? "then" : "" }, "replaceState"));
part("live").addEventListener("click", () => {
  slider.value = slider.max;
  choose({ at: "" });
});

/** The moment the picture is of, and the slider's end moved up to now. */
function showClock({ at, now, live: isLive }) {
  slider.max = String(toMinute(now));
  slider.value = isLive ? slider.max : String(toMinute(at));
  part("moment").textContent = inWords(at, zone);
  slider.setAttribute("aria-valuetext", inWords(at, zone));
  page.classList.toggle("past", !isLive);
  part("live").setAttribute("aria-pressed", String(isLive));
  for (const box of part("known").querySelectorAll("input")) {
    box.disabled = isLive;
    box.checked = box.value === (state.choice.known || "now");
  }
}

// --- what is told ---------------------------------------------------------------------------------------

function live(text) {
  part("told").textContent = text;
}

let toldAt = 0;

/** New gaps are said aloud at most once a minute. */
function announce(news) {
  part("elsewhere").hidden = !state.found.elsewhere;
  part("elsewhere").textContent = say(`另有 ${state.found.elsewhere} 个漏项不在图上，见漏项清单`, `${state.found.elsewhere} more gaps have no cell here: see the list of gaps`);
  if (news.length && Date.now() - toldAt > 60_000) {
    toldAt = Date.now();
    live(say(`新增 ${news.length} 处，共 ${state.found.total} 个漏项`, `${news.length} more places, ${state.found.total} gaps in all`));
  }
}

function stale(error) {
  const box = part("stale");
  const since = state.at ? inWords(state.at, zone) : "—";
  box.hidden = false;
  box.textContent = error.message === "away"
    ? say(`已退出登录，画面停在 ${since}。请刷新页面重新登录。`, `You are signed out; the picture is of ${since}. Reload the page and sign in.`)
    : say(`连不上服务器，画面停在 ${since}。恢复后自动更新。`, `The server does not answer; the picture is of ${since}. It will catch up by itself.`);
  page.classList.add("old");
}

function well() {
  page.classList.add("ready");
  part("stale").hidden = true;
  page.classList.remove("old");
}

function rested() {
  part("stale").hidden = false;
  part("stale").textContent = say("长时间无人操作，已暂停刷新。点一下画面继续。", "Nobody has touched the screen for long; refreshing has paused. Touch it to go on.");
}

part("as-table").addEventListener("click", (event) => {
  const shown = part("table").hidden;
  part("table").hidden = !shown;
  event.currentTarget.setAttribute("aria-expanded", String(shown));
});

for (const sign of page.querySelectorAll("[data-sign]")) {
  const pen = fit(sign, 14, 14);
  shape(pen, Number(sign.dataset.sign), 7, 7, 9, theme.kinds[Number(sign.dataset.sign)]);
}

let again = null;
new ResizeObserver(() => {
  clearTimeout(again);
  again = setTimeout(() => state.layout && arrange(), 80);
}).observe(canvas.parentElement);

fillForm();
if (matchMedia("(max-width: 640px)").matches) part("choose").open = false;
let rounds = null;
rounds = feed({ ask, every: EVERY, idle: Number(page.dataset.idle) * 1000, failed: stale, done: well, rested });

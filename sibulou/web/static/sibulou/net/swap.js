// Puts a piece of HTML in place of another without losing the reader's focus, his place or his open parts.

/** Swaps only when something changed; the element in focus is found again by its id or address. */
export function swap(holder, html) {
  if (holder.dataset.shown === html) return false;
  const focused = holder.contains(document.activeElement) ? document.activeElement : null;
  const again = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.getAttribute("href") && `[href="${CSS.escape(focused.getAttribute("href"))}"]`);
  const opened = [...holder.querySelectorAll("details[open][id]")].map((one) => one.id);
  const place = holder.scrollTop;
  holder.innerHTML = html;
  holder.dataset.shown = html;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  holder.scrollTop = place;
  if (again) holder.querySelector(again)?.focus({ preventScroll: true });
  return true;
}

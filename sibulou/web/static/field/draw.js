// Elements without HTML in strings, so that nothing typed can become markup.

/**
 * `el("button.primary", {onclick, "aria-label": "…"}, "words", child, …)`. Functions are set as properties, `true` as an
 * empty attribute; null, false and undefined are left out.
 */
export function el(name, facts, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag || "div");
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(facts ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function" || key === "value") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  return fill(made, children);
}

/** Puts children into a place, behind what is there; null, undefined, false and "" are left out. */
export function fill(place, ...children) {
  place.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return place;
}

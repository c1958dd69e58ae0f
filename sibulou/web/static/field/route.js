// Where one is: `#/record/FORM/SUBJECT`. A screen goes elsewhere by `go("record", form, subject)`.

/** The names of the screens there are; the app fills it, since a screen that named the list would stand in a circle. */
export const known = new Set();

/** The name of the screen and the parts behind it; an empty address has no name. */
export function here(hash = location.hash) {
  const [name = "", ...parts] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { name, parts };
}

export const address = (name, ...parts) => `#/${[name, ...parts].map(encodeURIComponent).join("/")}`;

export function go(name, ...parts) {
  location.hash = address(name, ...parts);
}

/** Without a way back, as after something was kept. */
export function replace(name, ...parts) {
  location.replace(address(name, ...parts));
}

// Where one is: `#/record/FORM/SUBJECT`. A screen goes elsewhere by `go("record", form, subject)`.

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

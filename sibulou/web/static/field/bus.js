// What the modules tell each other: "store" (tables changed), "queue", "sync", "language", "locking", "locked", "wiped".

const bus = new EventTarget();

/** Calls `hear(detail)` whenever `name` is told; gives a function that ends it. */
export function on(name, hear) {
  const listener = (event) => hear(event.detail);
  bus.addEventListener(name, listener);
  return () => bus.removeEventListener(name, listener);
}

export function tell(name, detail) {
  bus.dispatchEvent(new CustomEvent(name, { detail }));
}

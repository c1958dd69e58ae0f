// The plan's expressions, read by the same language as on the server (CEL). Loaded when the first one is asked.

let engine = null;
const programs = new Map();

/** Call once before `holds` and `valueOf`; the browser keeps it after the first time. */
export async function ready() {
  engine ??= await import("../vendor/cel/evaluator.js");
}

/** Whether a condition is true; an absent field or an operand of the wrong kind makes it false, as on the server. */
export const holds = (source, variables) => read(source, variables) === true;

/** What an expression yields as plain JSON; undefined where it cannot be answered. */
export function valueOf(source, variables) {
  const found = read(source, variables);
  return found === undefined || found === null ? undefined : plain(found);
}

function read(source, variables) {
  if (!programs.has(source)) programs.set(source, engine.parse(source));
  try {
    return programs.get(source)(variables);
  } catch {
    return undefined;
  }
}

/** Whole numbers as CEL counts them; everything else as it is. `whole`: which fields of the object are whole. */
export function counted(object, whole = (_, value) => Number.isInteger(value)) {
  const pairs = Object.entries(object).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(pairs.map(([key, value]) => [key, typeof value === "number" && whole(key, value) ? BigInt(value) : value]));
}

function plain(value) {
  if (typeof value === "bigint") return Number(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

// What the screens work on: the store's tables as they are now, joined.

import { join } from "./held.js";
import * as store from "./store.js";

const TABLES = ["subjects", "areas", "obligations", "answers", "meta"];

export async function held() {
  const rows = await Promise.all(TABLES.map((table) => store.all(table)));
  return join(Object.fromEntries(TABLES.map((table, n) => [table, rows[n]])));
}

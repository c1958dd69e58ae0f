// The only place that reads the time. A device's clock is a claim: it may be wrong, and it may be set while records wait.
//
// `claim()` is what the clock shows, and what records carry. `now()` is the best guess of the true time and serves lists.
// A clock that is set back is noticed, while the app runs and across a restart; `shift` counts by how much in all, so
// that `claimOf(shift)` can say what the clock would show now had it not been set since. A clock set forward cannot be
// told from a telephone that slept.

const JITTER = 2000;
const FIELDS = ["last", "count", "seen", "shift", "skew"];

export class Clock {
  /** `wall` and `steady` give milliseconds, the second from any start and never back. */
  constructor({ wall = () => Date.now(), steady = () => performance.now() } = {}) {
    Object.assign(this, { wall, steady, last: 0, count: 0, seen: 0, shift: 0, skew: 0 });
    this.steadily = steady();
  }

  /** Goes on from what `kept()` gave in an earlier life of the app. */
  recall(kept = {}) {
    for (const field of FIELDS) this[field] = kept[field] ?? this[field];
    this.steadily = this.steady();
    this.#read();
  }

  /** What has to outlive the app. */
  kept() {
    this.#read();
    return Object.fromEntries(FIELDS.map((field) => [field, this[field]]));
  }

  /** The best guess of the true time: the device's clock, set right by the server's at their last contact. */
  now() {
    const shown = this.#read();
    return new Date(shown + this.shift + this.skew);
  }

  /** What the device's clock shows, or showed at `date`, with its zone: 2020-02-10T08:30:00.000+08:00. */
  claim(date = new Date(this.#read())) {
    const east = -date.getTimezoneOffset();
    const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
    const local = new Date(date.getTime() + east * 60000).toISOString().slice(0, -1);
    return `${local}${east < 0 ? "-" : "+"}${two(east / 60)}:${two(east % 60)}`;
  }

  /** What the device's clock showed at a true moment, as chosen on a screen that shows true times. */
  claimAt(moment) {
    this.#read();
    return this.claim(new Date(moment.getTime() - this.shift - this.skew));
  }

  /** What the clock would show now if it had not been set back since `shift` was as given. */
  claimOf(shift) {
    return this.claim(new Date(this.#read() + this.shift - shift));
  }

  /** The server's clock, as an answer told it. */
  learn(moment) {
    const server = Date.parse(moment);
    if (Number.isFinite(server)) this.skew = server - this.#read() - this.shift;
  }

  /** A UUIDv7, larger than every one before it, whatever the clock does. */
  newId() {
    const shown = this.#read();
    if (shown > this.last) [this.last, this.count] = [shown, random(2)[0] * 4];
    else if (this.count < 0xfff) this.count += 1;
    else [this.last, this.count] = [this.last + 1, 0];
    return spell(this.last, this.count);
  }

  #read() {
    const [shown, steadily] = [this.wall(), this.steady()];
    const expected = this.seen && this.seen + Math.max(0, steadily - this.steadily);
    if (shown < expected - JITTER) this.shift += Math.round(expected - shown);
    [this.seen, this.steadily] = [shown, steadily];
    return shown;
  }
}

const random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes));

function spell(milliseconds, count) {
  const tail = random(8);
  tail[0] = 0x80 | (tail[0] & 0x3f);
  const hex = [...tail].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const time = milliseconds.toString(16).padStart(12, "0");
  const middle = (0x7000 | count).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${middle}-${hex.slice(0, 4)}-${hex.slice(4)}`;
}

export const clock = new Clock();

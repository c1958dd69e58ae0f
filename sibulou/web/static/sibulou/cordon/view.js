// What part of the earth the map shows, and at what size. A degree of longitude shrinks with the latitude.

const MARGIN = 24; // pixels around what is shown first
const LEAST = 0.004; // degrees that the first look is wide at least

export class View {
  /** `focus`: west, south, east, north in degrees. */
  constructor(focus) {
    this.focus = focus;
    this.width = 0;
    this.height = 0;
    this.shrink = Math.cos(((focus[1] + focus[3]) / 2) * (Math.PI / 180));
    this.fitted = true;
  }

  /** A new size; what was moved by hand stays where it is. */
  resize(width, height) {
    this.width = width;
    this.height = height;
    if (this.fitted) this.fit();
  }

  /** Show all of the focus. */
  fit() {
    const [west, south, east, north] = this.focus;
    const wide = Math.max(LEAST, (east - west) * this.shrink);
    const high = Math.max(LEAST, north - south);
    this.scale = Math.max(1, Math.min((this.width - 2 * MARGIN) / wide, (this.height - 2 * MARGIN) / high));
    this.left = this.width / 2 - ((west + east) / 2) * this.shrink * this.scale;
    this.top = this.height / 2 + ((south + north) / 2) * this.scale;
    this.fitted = true;
  }

  /** Pixels of a place. */
  at(longitude, latitude) {
    return [this.left + longitude * this.shrink * this.scale, this.top - latitude * this.scale];
  }

  /** The place at pixels. */
  place(x, y) {
    return [(x - this.left) / (this.shrink * this.scale), (this.top - y) / this.scale];
  }

  move(x, y) {
    this.left += x;
    this.top += y;
    this.fitted = false;
  }

  /** Zoom about a point of the screen, which stays where it is. */
  zoom(times, x, y) {
    const wanted = Math.min(5e6, Math.max(20, this.scale * times));
    const real = wanted / this.scale;
    this.left = x - (x - this.left) * real;
    this.top = y - (y - this.top) * real;
    this.scale = wanted;
    this.fitted = false;
  }
}

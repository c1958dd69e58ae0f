// Draws the picture: boundary, roads, ways in, then what stands on them. Shapes differ, not colours alone.

const ROADS = [
  { color: "#8fa0b0", width: 1.4, dash: [] },
  { color: "#b3a58c", width: 1.2, dash: [2, 3] },
  { color: "#7fb2d9", width: 2, dash: [] },
];
const ROOM = 5000; // square pixels that each name needs; where there are more, names come with zooming in

export function paint(canvas, picture, view) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  canvas.width = Math.round(view.width * ratio);
  canvas.height = Math.round(view.height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.lineJoin = "round";
  ground(pen, picture, view);
  ROADS.forEach((style, layer) => {
    stroke(pen, style);
    for (const [of, line] of picture.roads) if (of === layer) trace(pen, line, view);
    pen.stroke();
  });
  stroke(pen, { color: "#b3261e", width: 3, dash: [7, 4] });
  for (const leak of picture.leaks) trace(pen, leak.line, view);
  pen.stroke();
  pen.setLineDash([]);
  villages(pen, picture, view);
  for (const [x, y] of picture.seals) seal(pen, view.at(x, y));
  for (const [, , x, y, stands] of picture.posts) post(pen, view.at(x, y), stands);
  for (const [x, y] of picture.plug) proposed(pen, view.at(x, y));
}

function stroke(pen, { color, width, dash }) {
  pen.beginPath();
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.setLineDash(dash);
}

function trace(pen, line, view) {
  pen.moveTo(...view.at(line[0], line[1]));
  for (let at = 2; at < line.length; at += 2) pen.lineTo(...view.at(line[at], line[at + 1]));
}

function ground(pen, picture, view) {
  pen.fillStyle = "#eef1f4";
  pen.fillRect(0, 0, view.width, view.height);
  pen.beginPath();
  for (const ring of picture.boundary) trace(pen, ring, view);
  pen.fillStyle = "#ffffff";
  pen.fill("evenodd");
  pen.strokeStyle = "#51606f";
  pen.lineWidth = 2;
  pen.setLineDash([10, 4, 2, 4]);
  pen.stroke();
}

function villages(pen, picture, view) {
  const seen = picture.villages.filter(([, , x, y]) => {
    const [px, py] = view.at(x, y);
    return px > 0 && py > 0 && px < view.width && py < view.height;
  });
  const roomy = view.width * view.height > seen.length * ROOM;
  const few = seen.filter(([, , , , state]) => state === "open").length * 2 * ROOM < view.width * view.height;
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  for (const [, name, x, y, state, inside] of seen) {
    const [px, py] = view.at(x, y);
    const open = state === "open";
    pen.globalAlpha = inside ? 1 : 0.35;
    pen.beginPath();
    pen.arc(px, py, open ? 6.5 : 4.5, 0, 2 * Math.PI);
    pen.fillStyle = open ? "#b3261e" : "#1b6e3c";
    pen.fill();
    if (open) {
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = 1.5;
      pen.stroke();
    }
    if (roomy || (open && few)) label(pen, name, px + 8, py + 4, open);
    pen.globalAlpha = 1;
  }
}

function label(pen, words, x, y, strong) {
  pen.lineWidth = 3;
  pen.strokeStyle = "#ffffff";
  pen.strokeText(words, x, y);
  pen.fillStyle = strong ? "#8c1d18" : "#17212b";
  pen.fillText(words, x, y);
}

function post(pen, [x, y], stands) {
  pen.beginPath();
  pen.rect(x - 4.5, y - 4.5, 9, 9);
  pen.fillStyle = stands ? "#0b5394" : "#ffffff";
  pen.fill();
  pen.strokeStyle = stands ? "#ffffff" : "#b45309";
  pen.lineWidth = stands ? 1.2 : 2.5;
  pen.stroke();
}

function seal(pen, [x, y]) {
  pen.fillStyle = "#17212b";
  pen.fillRect(x - 8, y - 2, 16, 4);
}

function proposed(pen, [x, y]) {
  pen.beginPath();
  pen.arc(x, y, 9, 0, 2 * Math.PI);
  pen.strokeStyle = "#9d174d";
  pen.lineWidth = 3;
  pen.stroke();
}

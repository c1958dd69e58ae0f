// The last ten days as a line. The chart library is fetched only when there is something to draw; without it the table stays.

import { say } from "./words.js";

let chart = null;

/** Draws {points: [[moment, gaps], …]} into `holder`, and writes the table under it. */
export async function drawTrend(holder, { points }) {
  writeTable(holder.querySelector("tbody"), points);
  const canvas = holder.querySelector("[data-chart]");
  if (points.length < 2) return;
  let echarts;
  try {
    echarts = await import("../../vendor/echarts.esm.min.js");
  } catch {
    return;
  }
  canvas.hidden = false;
  chart ??= echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption(options(points, getComputedStyle(holder)));
  new ResizeObserver(() => chart.resize()).observe(canvas);
}

function writeTable(body, points) {
  body.replaceChildren(
    ...points.map(([at, gaps]) => {
      const row = document.createElement("tr");
      row.append(cell("th", at.slice(5, 16).replace("T", " ")), cell("td", String(gaps)));
      row.lastChild.className = "number";
      return row;
    }),
  );
}

function cell(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (tag === "th") made.scope = "row";
  return made;
}

function options(points, style) {
  const faint = style.getPropertyValue("--net-word").trim();
  const hot = style.getPropertyValue("--net-overdue").trim();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    animation: !calm,
    grid: { left: 6, right: 14, top: 14, bottom: 4, containLabel: true },
    xAxis: { type: "category", boundaryGap: false, data: points.map(([at]) => at.slice(5, 10)), axisLabel: { color: faint }, axisLine: { lineStyle: { color: faint } } },
    yAxis: { type: "value", minInterval: 1, splitNumber: 3, axisLabel: { color: faint }, splitLine: { lineStyle: { color: faint, opacity: 0.18 } } },
    tooltip: { trigger: "axis", formatter: ([one]) => `${points[one.dataIndex][0].slice(5, 16).replace("T", " ")}<br>${say("逾期", "overdue")} ${one.value}` },
    series: [{ type: "line", smooth: true, symbolSize: 6, data: points.map(([, gaps]) => gaps), lineStyle: { color: hot, width: 2 }, itemStyle: { color: hot }, areaStyle: { color: hot, opacity: 0.14 } }],
  };
}

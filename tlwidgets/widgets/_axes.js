// @ts-nocheck: not yet
// Axes of a small chart with lines.
import { svg } from "./_shared.js";
import { ticks } from "./_plot.js";

const SHORT = (v) => {
  const size = Math.abs(v);
  return v !== 0 && (size < 1e-3 || size >= 1e5)
    ? v.toExponential(0).replace("e+", "e")
    : String(+v.toPrecision(3));
};

/**
 * The frame of a chart: `X(v)` and `Y(v)` turn values into pixels; `parts` are its SVG elements, to be put in first.
 *
 * `x` and `y`: {low, high, log, name, at (tick values), text(v), count}.
 */
export function axes({ width, height, left = 46, right = 14, top = 18, bottom = 36, x, y }) {
  const parts = [];
  const along = ({ low, high, log }, from, to) => {
    const f = log ? Math.log10 : (v) => v;
    const span = f(high) - f(low) || 1;
    return (v) => from + ((f(v) - f(low)) / span) * (to - from);
  };
  const X = along(x, left, width - right);
  const Y = along(y, height - bottom, top);
  const marks = ({ low, high, log, at, count = 5 }) => {
    if (at) return at;
    if (!log) return ticks(low, high, count);
    const [a, b] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((b - a) / count));
    return Array.from(
      { length: Math.max(0, Math.floor((b - a) / step) + 1) },
      (_, i) => 10 ** (a + i * step),
    );
  };
  for (const v of marks(y)) {
    parts.push(svg("line", { x1: left, x2: width - right, y1: Y(v), y2: Y(v), class: "tlw-axis-line" }));
    parts.push(svg("text", { x: left - 6, y: Y(v) + 4, "text-anchor": "end" }, null, (y.text ?? SHORT)(v)));
  }
  for (const v of marks(x)) {
    parts.push(
      svg("line", {
        x1: X(v),
        x2: X(v),
        y1: height - bottom,
        y2: height - bottom + 4,
        class: "tlw-axis-line",
      }),
    );
    parts.push(
      svg("text", { x: X(v), y: height - bottom + 16, "text-anchor": "middle" }, null, (x.text ?? SHORT)(v)),
    );
  }
  parts.push(
    svg("text", { x: width - right, y: height - 4, "text-anchor": "end", class: "tlw-axis" }, null, x.name),
  );
  const letters = Math.max(4, Math.floor((width - left) / 6.8));
  const name = [...y.name].length > letters ? `${[...y.name].slice(0, letters - 1).join("")}…` : y.name;
  parts.push(svg("text", { x: left, y: top - 8, class: "tlw-axis" }, null, name));
  for (const part of parts) if (part.tagName === "line") part.style.stroke = "var(--tlw-line)";
  return { X, Y, parts, left, right: width - right, top, bottom: height - bottom };
}

/** Path through points [x, y]; a value that is no number leaves a gap, and a single point is a dot. */
export function linePath(points, X, Y) {
  let path = "";
  let open = false;
  for (const [x, y] of points) {
    if (x === null || y === null || !Number.isFinite(x) || !Number.isFinite(y)) {
      open = false;
      continue;
    }
    path += open ? `L${X(x).toFixed(1)} ${Y(y).toFixed(1)}` : `M${X(x).toFixed(1)} ${Y(y).toFixed(1)}h0`;
    open = true;
  }
  return path;
}

/** Path of the band between two lines; points [x, low, high]. */
export function bandPath(points, X, Y) {
  let path = "";
  let run = [];
  const close = () => {
    if (run.length > 1) {
      const up = run.map(([x, low]) => `${X(x).toFixed(1)} ${Y(low).toFixed(1)}`);
      const back = run.map(([x, , high]) => `${X(x).toFixed(1)} ${Y(high).toFixed(1)}`).reverse();
      path += `M${up.join("L")}L${back.join("L")}Z`;
    }
    run = [];
  };
  for (const point of points) {
    if (point.every((v) => v !== null && Number.isFinite(v))) run.push(point);
    else close();
  }
  close();
  return path;
}

/** Dashes of lines with round ends, in the order in which they are given out. */
export const DASHES = ["", "7 5", "1 5", "9 5 1 5"];

/** Put an svg to a size. */
export function sizePlot(plot, width, height) {
  plot.setAttribute("width", width);
  plot.setAttribute("height", height);
  plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

// @ts-nocheck: not yet
// Every run as a bar, one band a method: what a mean hides.
import { svg } from "./_shared.js";

/** Mean and, unless it is to be short, spread in words. */
export function runWords(runs, short = false) {
  const good = runs.filter((v) => v !== null);
  if (!good.length) return "no number";
  const mean = good.reduce((a, b) => a + b, 0) / good.length;
  const spread = Math.sqrt(good.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, good.length - 1));
  const digits = Math.max(...good.map(Math.abs)) > 20 ? 1 : 3;
  return mean.toFixed(digits) + (good.length > 1 && !short ? ` ± ${spread.toFixed(digits)}` : "");
}

/** Draw into an svg. `series`: [{name, color, runs: [number or null], mark}]; `mark` is put in front of the name. */
export function runBars(plot, width, series) {
  const narrow = width < 420;
  const right = narrow ? 52 : 104;
  const left = Math.min(
    width * 0.3,
    Math.max(...series.map((s) => [...s.name].length + (s.mark ? 2 : 0)), 1) * 6.6 + 10,
  );
  const good = series.flatMap((s) => s.runs).filter((v) => v !== null);
  const low = Math.min(0, ...good);
  const high = Math.max(good.every((v) => v <= 1) ? 1 : 0, ...good);
  const room = Math.max(40, width - left - right);
  const X = (v) => left + ((v - low) / Math.max(1e-9, high - low)) * room;
  let y = 4;
  const parts = [];
  for (const { name, color, runs, mark } of series) {
    const step = Math.max(2, Math.min(9, 60 / Math.max(1, runs.length)));
    const tall = Math.max(20, step * runs.length);
    const letters = Math.max(2, Math.round((left - 10) / 6.6));
    const full = mark ? `${mark} ${name}` : name;
    const short = [...full].length > letters ? `${[...full].slice(0, letters - 1).join("")}…` : full;
    parts.push(
      svg(
        "text",
        { x: left - 8, y: y + tall / 2 + 4, "text-anchor": "end", "font-weight": mark ? 600 : 400 },
        null,
        short,
      ),
    );
    let path = "";
    let top = y + (tall - step * runs.length) / 2;
    for (const value of runs) {
      const bar = step > 3 ? step - 2 : step - 0.6;
      if (value === null) {
        parts.push(svg("text", { x: X(0) + 3, y: top + bar, class: "tlw-warned" }, null, "×"));
      } else {path += `M${X(0).toFixed(1)} ${top.toFixed(1)}H${X(value).toFixed(1)}v${bar.toFixed(1)}H${
          X(0).toFixed(1)
        }z`;}
      top += step;
    }
    parts.push(svg("path", { d: path, style: `fill: var(--tlw-c-${color})`, class: "tlw-run" }));
    const finite = runs.filter((v) => v !== null);
    if (finite.length) {
      const middle = X(finite.reduce((a, b) => a + b, 0) / finite.length);
      const line = { x1: middle, x2: middle, y1: y - 1, y2: y + tall + 1 };
      parts.push(
        svg("line", { ...line, class: "tlw-mean-halo" }),
        svg("line", { ...line, class: "tlw-mean" }),
      );
    }
    parts.push(svg("text", { x: left + room + 8, y: y + tall / 2 + 4 }, null, runWords(runs, narrow)));
    y += tall + 8;
  }
  parts.push(svg("line", { x1: X(0), x2: X(0), y1: 2, y2: y - 4, class: "tlw-base" }));
  plot.setAttribute("width", width);
  plot.setAttribute("height", y);
  plot.setAttribute("viewBox", `0 0 ${width} ${y}`);
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", series.map((s) => `${s.name} ${runWords(s.runs)}`).join("; "));
  plot.replaceChildren(...parts);
}

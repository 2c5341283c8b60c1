// @ts-nocheck: not yet
// What widgets with axes share.

/** Round numbers from `low` to `high`, about `count` of them. */
export function ticks(low, high, count, whole = false) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  let step = (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power;
  if (whole) step = Math.max(1, Math.round(step));
  const found = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) {
    found.push(Number(v.toPrecision(10)));
  }
  return found;
}

const polygon = (points) => `M${points.map((p) => p.join(" ")).join("L")}Z`;

/** Path of a marker; the shapes are those of MARKERS in _palette.py. */
export function markerPath(shape, x, y, r) {
  const around = (radii, turn = -Math.PI / 2) =>
    polygon(
      radii.map((q, i) => {
        const angle = turn + (2 * Math.PI * i) / radii.length;
        return [(x + q * r * Math.cos(angle)).toFixed(1), (y + q * r * Math.sin(angle)).toFixed(1)];
      }),
    );
  switch (shape) {
    case "square":
      return around([1.2, 1.2, 1.2, 1.2], Math.PI / 4);
    case "triangle":
      return around([1.3, 1.3, 1.3]);
    case "diamond":
      return around([1.3, 1.3, 1.3, 1.3]);
    case "cross":
      return around([1.3, 0.45, 1.3, 0.45, 1.3, 0.45, 1.3, 0.45], Math.PI / 4);
    case "plus":
      return around([1.4, 0.45, 1.4, 0.45, 1.4, 0.45, 1.4, 0.45]);
    case "star":
      return around([1.5, 0.6, 1.5, 0.6, 1.5, 0.6, 1.5, 0.6, 1.5, 0.6]);
    default:
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  }
}

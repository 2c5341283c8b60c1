// Shapes as the text of an SVG path. No DOM.

/** @typedef {(value: number) => number} Scale */

/** @param {(string | number)[][]} points */
const polygon = (points) => `M${points.map((p) => p.join(" ")).join("L")}Z`;

/**
 * A marker around a point; the shapes are those of MARKERS in _palette.py.
 *
 * @param {string} shape
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
export function markerPath(shape, x, y, r) {
  const around = (/** @type {number[]} */ radii, turn = -Math.PI / 2) =>
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

/**
 * A line through points [x, y]; a value that is no number leaves a gap, and a single point is a dot.
 *
 * @param {Iterable<(number | null)[]>} points
 * @param {Scale} X
 * @param {Scale} Y
 */
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

/**
 * The band between two lines; points [x, low, high], of which one that holds no number leaves a gap.
 *
 * @param {Iterable<(number | null)[]>} points
 * @param {Scale} X
 * @param {Scale} Y
 */
export function bandPath(points, X, Y) {
  let path = "";
  /** @type {number[][]} */
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
    const finite = point.filter((v) => v !== null && Number.isFinite(v));
    if (finite.length === point.length) run.push(/** @type {number[]} */ (point));
    else close();
  }
  close();
  return path;
}

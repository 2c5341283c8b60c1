// Where the bars, dots and names of the layers stand. No DOM.

/** @import { Block, Layer } from "./_layers.js" */

export const HEIGHT = 150;
export const LEFT = 34;
export const RIGHT = 12;
export const TOP = 30; // room for the handle and "input", "output"
export const BASE = HEIGHT - 36; // the bars stand on this line; BatchNorm dots and block names are below it

const LETTER = 6.2; // mean width of a letter

/**
 * The left edges of layers: `X(i)` of layer i, `at(x)` the other way round.
 *
 * @param {number} count
 * @param {number} width
 */
export function across(count, width) {
  const room = width - LEFT - RIGHT;
  return {
    X: (/** @type {number} */ i) => LEFT + (i * room) / Math.max(1, count),
    at: (/** @type {number} */ x) => ((x - LEFT) / Math.max(1, room)) * count,
  };
}

/**
 * Heights: `Y(v)` of a power of ten of parameters, up to the `highest`.
 *
 * @param {Layer[]} layers
 */
export function upward(layers) {
  const highest = Math.max(3, ...layers.map((layer) => Math.log10(layer.params + 1)));
  return { highest, Y: (/** @type {number} */ v) => BASE - (v / highest) * (BASE - TOP) };
}

/**
 * All bars as paths: those of BatchNorm layers (`norms`), of layers without weights (`stubs`) and of the others, and the
 * dots below BatchNorm layers. Layers that share a pixel are drawn as the highest of them: 2,000 cost as much as ten.
 *
 * @param {Layer[]} layers
 * @param {number} width
 */
export function barPaths(layers, width) {
  const n = layers.length;
  const { X } = across(n, width);
  const { Y } = upward(layers);
  const pixel = (width - LEFT - RIGHT) / Math.max(1, n);
  const gap = pixel > 4 ? 1.5 : pixel > 1.5 ? 0.5 : 0;
  const together = Math.max(1, Math.ceil(1 / pixel));
  const radius = Math.min(3.2, Math.max(1.5, pixel / 2));
  const paths = { bars: "", norms: "", stubs: "", dots: "" };
  for (let i = 0; i < n; i += together) {
    const part = layers.slice(i, i + together);
    const tallest = part.reduce((a, b) => (b.params > a.params ? b : a));
    const y = Math.min(BASE - 2, Y(Math.log10(tallest.params + 1)));
    const right = X(Math.min(n, i + together)) - gap;
    const kind = tallest.params === 0 ? "stubs" : tallest.batchnorm ? "norms" : "bars";
    paths[kind] += `M${X(i).toFixed(2)} ${BASE}V${y.toFixed(1)}H${right.toFixed(2)}V${BASE}Z`;
    if (part.some((layer) => layer.batchnorm)) {
      const x = (X(i) + right) / 2;
      paths.dots += `M${(x - radius).toFixed(2)} ${BASE + 7}a${radius} ${radius} 0 1 0 ${2 * radius} 0`;
      paths.dots += `a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
    }
  }
  return paths;
}

/**
 * The blocks that have a name, and what of it has room: all names in full, or the end of each ("4b" of "block4b"; both
 * forms beside each other would look like two kinds of things), or none.
 *
 * @param {Block[]} blocks
 * @param {(i: number) => number} X
 */
export function blockLabels(blocks, X) {
  const named = blocks.filter((block) => block.name);
  const ends = (/** @type {Block} */ block) => [X(block.start), X(block.end) - 2];
  const fits = (/** @type {string} */ text, /** @type {Block} */ block) => {
    const [from, to] = ends(block);
    return text.length * LETTER < to - from;
  };
  const short = (/** @type {string} */ name) => name.replace(/^.*?(?=\d+[a-z]?$)/i, "") || name;
  const allFit = named.every((block) => fits(block.name, block));
  return named.map((block) => {
    const [from, to] = ends(block);
    const text = allFit ? block.name : short(block.name);
    return { from, to, text: fits(text, block) ? text : null };
  });
}

// What is known of the layers of a network, and how it is said. No DOM.

/**
 * One layer. `can_train` counts the parameters that train when the layer is not frozen.
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} kind
 * @property {number} params
 * @property {number} can_train
 * @property {string} block
 * @property {boolean} batchnorm
 */
/** @typedef {{ name: string, start: number, end: number }} Block neighbouring layers, `end` excluded */
/** @typedef {{ layers: Layer[], value: number, still: boolean }} Frozen the first `value` layers; `still`: and BatchNorm */

/** @param {number} count */
export function shortCount(count) {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`;
  if (count >= 1e4) return `${(count / 1e3).toFixed(1)} k`;
  return String(count);
}

/**
 * @param {number} part
 * @param {number} whole
 */
export function percent(part, whole) {
  const share = (100 * part) / Math.max(1, whole);
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}

/**
 * Sums that make every position of the boundary cheap, however many layers there are: `trains(value, still)` counts the
 * parameters that train when the first `value` layers are frozen.
 *
 * @param {Layer[]} layers
 */
export function sums(layers) {
  const n = layers.length;
  const all = new Float64Array(n + 1); // trainable parameters from layer i to the end
  const withoutBatchNorm = new Float64Array(n + 1);
  let total = 0;
  for (let i = n - 1; i >= 0; i -= 1) {
    const { params, can_train: canTrain, batchnorm } = layers[i];
    total += params;
    all[i] = all[i + 1] + canTrain;
    withoutBatchNorm[i] = withoutBatchNorm[i + 1] + (batchnorm ? 0 : canTrain);
  }
  const trains = (/** @type {number} */ value, /** @type {boolean} */ still) =>
    (still ? withoutBatchNorm : all)[Math.min(value, n)];
  return { trains, total };
}

/**
 * Runs of neighbouring layers that belong to one block.
 *
 * @param {Layer[]} layers
 */
export function blocksOf(layers) {
  /** @type {Block[]} */
  const found = [];
  layers.forEach((layer, i) => {
    const last = found.at(-1);
    if (last?.name === layer.block) last.end = i + 1;
    else found.push({ name: layer.block, start: i, end: i + 1 });
  });
  return found;
}

/**
 * Where the boundary goes from `value` by a block.
 *
 * @param {Block[]} blocks
 * @param {number} value
 * @param {boolean} forward
 */
export function nextEdge(blocks, value, forward) {
  const last = blocks.at(-1)?.end ?? 0;
  const edges = [...blocks.map((block) => block.start), last];
  return forward ? (edges.find((e) => e > value) ?? last) : (edges.findLast((e) => e < value) ?? 0);
}

/**
 * Where the boundary is, for a screen reader.
 *
 * @param {Frozen} frozen
 * @param {string} share
 */
export function boundaryWords({ layers, value, still }, share) {
  const first = layers.find((l, i) => i >= value && l.can_train > 0 && !(still && l.batchnorm));
  const where = first ? `first trainable layer ${first.name}` : "nothing trains";
  return `${value} of ${layers.length} layers frozen, ${share} of parameters train, ${where}`;
}

/**
 * One layer, and whether it trains.
 *
 * @param {Frozen} frozen
 * @param {number} i
 */
export function layerWords({ layers, value, still }, i) {
  if (!layers.length) return "";
  const layer = layers[i];
  if (!layer) return "Everything is frozen: nothing would train.";
  const { name, kind, params } = layer;
  const held = i < value || (layer.batchnorm && still);
  const state = params === 0
    ? "no weights"
    : held
    ? "frozen"
    : layer.can_train
    ? "trains"
    : "no trainable weights";
  return `Layer ${i + 1}: ${name} · ${kind} · ${params.toLocaleString("en")} parameters · ${state}`;
}

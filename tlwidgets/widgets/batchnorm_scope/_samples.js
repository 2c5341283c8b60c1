// Samples of running statistics: those of one layer, their axes, the table of the last ones. No DOM.

/** @import { Axis } from "../_axes.js" */
/** @import { Run, Sample } from "./_types.d.ts" */

/** Which statistic: the distance of the mean in standard deviations, or the factor of the variance. */
export const MEAN = 0;
export const VARIANCE = 1;

const NUMBERS = 3; // lowest, middle and highest channel
const MARKER_DISTANCE = 14; // pixels between the markers of lines that lie on each other
const FACTORS = [0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20]; // ticks of a narrow axis of the variance
const CLOSE = [0.8, 1.25]; // those that are left out first
const NARROW = 30; // quotient of the ends below which the powers of ten are too few ticks

/**
 * The samples of a layer; none if the run does not have it.
 *
 * @param {Run} run
 * @param {number} statistic
 * @param {string} layer
 * @returns {Sample[]}
 */
export function samplesOf({ layers, steps, rows }, statistic, layer) {
  const at = layers.indexOf(layer);
  if (at < 0) return [];
  return Array.from(steps, (step, i) => {
    const start = ((i * layers.length + at) * 2 + statistic) * NUMBERS;
    return [step, rows[start], rows[start + 1], rows[start + 2]];
  });
}

/**
 * The last step of all runs, at least 1.
 *
 * @param {Pick<Run, "steps">[]} runs
 */
export const lastStep = (runs) => runs.reduce((last, { steps }) => Math.max(last, steps.at(-1) ?? 0), 1);

/**
 * How many samples there are.
 *
 * @param {Pick<Run, "steps">[]} runs
 */
export const countSamples = (runs) => runs.reduce((sum, { steps }) => sum + steps.length, 0);

/** @param {number} v */
const digits = (v) => String(+v.toPrecision(3));

/** @param {number} v */
const factorText = (v) => `× ${digits(v)}`;

/**
 * The y axis of a statistic: from zero for the mean, logarithmic and around 1 for the variance.
 *
 * @param {number} statistic
 * @param {Sample[][]} lines one per run
 * @returns {Omit<Axis, "name">}
 */
export function axisOf(statistic, lines) {
  const finite = lines.flat().flatMap(([, ...channels]) => channels).filter(Number.isFinite);
  if (statistic === MEAN) return { low: 0, high: finite.reduce((a, b) => Math.max(a, b), 0.1) * 1.05 };
  const positive = finite.filter((v) => v > 0);
  const low = positive.reduce((a, b) => Math.min(a, b), 0.8) / 1.05;
  const high = positive.reduce((a, b) => Math.max(a, b), 1.25) * 1.05;
  const axis = { low, high, log: true, text: factorText };
  if (high / low >= NARROW) return axis;
  const at = FACTORS.filter((v) => v >= low && v <= high);
  return { ...axis, at: at.length > 5 ? at.filter((v) => !CLOSE.includes(v)) : at };
}

/**
 * The samples as an axis can show them: what is not above zero has no place on a logarithmic one, and becomes a gap.
 *
 * @param {Sample[]} line
 * @param {boolean} log
 * @returns {Sample[]}
 */
export function placeable(line, log) {
  if (!log) return line;
  /** @param {number} v */
  const positive = (v) => (v > 0 ? v : NaN);
  return line.map(([step, low, middle, high]) => [step, positive(low), positive(middle), positive(high)]);
}

/**
 * The sample that gets the marker of a run. Lines that stay lie on each other: their markers are side by side.
 *
 * @param {Sample[]} line
 * @param {number} number of the run
 * @param {(step: number) => number} X to pixels
 * @returns {Sample | undefined} nothing if no sample is a number
 */
export function markedSample(line, number, X) {
  const good = line.filter(([, , middle]) => Number.isFinite(middle));
  const wanted = X(good.at(-1)?.[0] ?? 0) - number * MARKER_DISTANCE;
  /** @param {Sample} sample */
  const far = ([step]) => Math.abs(X(step) - wanted);
  return good.length ? good.reduce((best, sample) => (far(sample) < far(best) ? sample : best)) : undefined;
}

/**
 * The last sample that is a number, in words; empty without one.
 *
 * @param {string} name of the run
 * @param {Sample[]} line
 * @param {number} statistic
 */
export function lastWords(name, line, statistic) {
  const last = line.findLast(([, , middle]) => Number.isFinite(middle));
  if (!last) return "";
  const [step, , middle] = last;
  return `${name}: ${statistic === VARIANCE ? factorText(middle) : digits(middle)} at step ${step}`;
}

/**
 * The last samples of all runs and layers as a table.
 *
 * @param {Run[]} runs
 */
export function tableOf(runs) {
  /** @param {number} v */
  const short = (v) => (Number.isFinite(v) ? digits(v) : "no number");
  const rows = runs.flatMap((run) =>
    run.layers.map((layer) => {
      const [mean, variance] = [MEAN, VARIANCE].map((which) => samplesOf(run, which, layer).at(-1));
      const cells = mean && variance ? [mean[0], short(mean[2]), short(variance[2])] : ["–", "–", "–"];
      return [run.name, layer, ...cells];
    })
  );
  return { head: ["run", "layer", "step", "mean moved by (sd)", "variance ×"], rows };
}

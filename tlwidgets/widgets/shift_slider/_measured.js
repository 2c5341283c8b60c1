// What was measured under a shift, and what is said of it. No DOM.

/** @import { Group } from "../_types.d.ts" */
/** @import { Bin, Guess, Measure, Rows, Shown } from "./_types.d.ts" */

/** @type {Record<Measure, string>} */
export const NAMES = { accuracy: "accuracy", ece: "calibration error", distance: "distance" };

/**
 * What a model does at a severity; undefined where that was not measured.
 *
 * @param {Shown} shown
 * @param {string} name
 * @param {number} severity
 */
export const rowAt = ({ rows, kind }, name, severity) => rows[kind]?.[name]?.[String(severity)];

/**
 * One line for each model: points [severity, mean, low, high], null where there is no number.
 *
 * @param {Shown} shown
 * @returns {(number | null)[][][]}
 */
export const linesOf = (shown) =>
  shown.models.map(({ name }) =>
    shown.severities.map((s) => [s, ...(rowAt(shown, name, s)?.[shown.measure] ?? [null, null, null])])
  );

/**
 * Upper end of the axis.
 *
 * @param {(number | null)[][][]} lines
 * @param {Measure} measure
 */
export function highest(lines, measure) {
  if (measure === "accuracy") return 1;
  return lines.flat().reduce((most, [, , , high]) => Math.max(most, high ?? 0), 1e-9) * 1.06;
}

/**
 * Ends of the axis of severities; there is room on it also for one alone.
 *
 * @param {number[]} severities
 */
export function severityRange(severities) {
  const [low, high] = [severities[0], severities[severities.length - 1]];
  return severities.length > 1 ? { low, high } : { low: low - 1, high: low + 1 };
}

/**
 * The place of the severity nearest to a pixel.
 *
 * @param {number[]} severities
 * @param {(severity: number) => number} X
 * @param {number} x
 */
export function nearestSeverity(severities, X, x) {
  const distances = severities.map((s) => Math.abs(X(s) - x));
  return distances.indexOf(Math.min(...distances));
}

/**
 * Names at the ends of lines, moved down so that they are at least 13 pixels apart.
 *
 * @template {{ y: number }} Label
 * @param {Label[]} labels
 * @returns {Label[]}
 */
export function spread(labels) {
  let free = -Infinity;
  return [...labels].sort((a, b) => a.y - b.y).map((label) => {
    const y = Math.max(label.y, free);
    free = y + 13;
    return { ...label, y };
  });
}

/**
 * What an image is taken for; `wrong` is null where nothing is known of that.
 *
 * @param {string | undefined} truth
 * @param {Guess | undefined} guess
 * @param {number} i
 */
export function imageWords(truth, guess, i) {
  const name = truth ?? `image ${i}`;
  if (!guess) return { wrong: null, text: truth ?? "", words: name };
  const [said, confidence] = guess;
  const taken = said + (confidence === null ? "" : ` ${confidence.toFixed(2)}`);
  const wrong = truth === undefined ? null : said !== truth;
  return { wrong, text: wrong ? `✗ ${taken}` : taken, words: `${name}, taken for ${taken}` };
}

/** @param {Bin[]} bins */
export const filledBins = (bins) => bins.filter(([count]) => count > 0);

/** @param {Bin[]} bins */
export const totalOf = (bins) => bins.reduce((sum, [count]) => sum + count, 0);

/**
 * The surest predictions of each model in words.
 *
 * @param {Group[]} models
 * @param {(name: string) => Bin[]} binsOf
 */
export function reliabilityWords(models, binsOf) {
  const words = models.flatMap(({ name }) => {
    const bins = binsOf(name);
    if (!bins.length) return [];
    const [count, confidence, accuracy] = bins[bins.length - 1];
    const share = Math.round((100 * count) / totalOf(bins));
    const surest = `${share} % of the predictions have confidence ${confidence.toFixed(2)}`;
    return [`${name}: ${surest}, of which ${accuracy.toFixed(2)} are right`];
  });
  return `Reliability diagram. ${words.join("; ")}`;
}

/**
 * Whether there is a reliability diagram for any of the models, at whatever severity.
 *
 * @param {Rows} rows
 * @param {Group[]} models
 */
export const anyBins = (rows, models) =>
  Object.values(rows).some((of) =>
    models.some(({ name }) => Object.values(of[name] ?? {}).some(({ bins }) => bins.length > 0))
  );

/**
 * The numbers as a table.
 *
 * @param {Shown} shown
 * @param {Measure[]} measures
 */
export function shiftTable(shown, measures) {
  const several = shown.models.length > 1;
  const rows = shown.models.flatMap(({ name }) =>
    shown.severities.map((s) => [
      ...(several ? [name] : []),
      s,
      ...measures.map((measure) => rowAt(shown, name, s)?.[measure]?.[0].toFixed(3) ?? "–"),
    ])
  );
  return { head: [...(several ? ["model"] : []), "severity", ...measures.map((m) => NAMES[m])], rows };
}

/**
 * Sizes of the two charts: beside each other where there is room.
 *
 * @param {number} width
 */
export function chartSizes(width) {
  const wide = width >= 620;
  const left = wide ? Math.round(width * 0.64) : width;
  return {
    wide,
    lines: { width: left, height: wide ? 250 : 220 },
    square: { width: wide ? width - left - 14 : Math.min(width, 260), height: wide ? 250 : 230 },
  };
}

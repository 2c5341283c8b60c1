// What LiveCurves says: its status, its progress, its legend, how two lines differ.

/** @import { Comparison, Group, Traits } from "./_types.d.ts" */

/** @type {Record<string, string>} */
const STATUS_WORDS = {
  idle: "ready",
  running: "training",
  paused: "paused",
  stopped: "stopped",
  done: "finished",
  error: "ended by an error",
};

/**
 * Whether a run is on, also a paused one.
 *
 * @param {string} status
 */
export const isActive = (status) => status === "running" || status === "paused";

/**
 * The status; what was asked for and has not happened yet is said first.
 *
 * @param {Pick<Traits, "status" | "stop" | "paused">} state
 */
export function statusWords({ status, stop, paused }) {
  if (isActive(status) && stop) return "stopping after this batch…";
  if (status === "running" && paused) return "pausing after this batch…";
  if (status === "paused" && !paused) return "going on…";
  return STATUS_WORDS[status] ?? status;
}

/**
 * @param {string} status
 * @param {Traits["value"]} progress
 */
export function progressWords(status, progress) {
  const { run = "", epoch = 0, epochs = 0 } = progress ?? {};
  return status === "idle" || !run ? "" : `${run}: epoch ${epoch}${epochs ? ` of ${epochs}` : ""}`;
}

/**
 * @param {boolean} reachable whether the buttons reach the kernel while it trains
 * @param {string} status
 */
export function controlsHint(reachable, status) {
  if (reachable || !isActive(status)) return "";
  return (
    "Pause and Stop cannot reach this kernel while it trains. Use its interrupt button (■): " +
    "once stops after the batch, twice at once."
  );
}

/** @param {number} smoothing */
export const smoothingWords = (smoothing) => (smoothing > 0 ? smoothing.toFixed(2) : "off");

/** @param {Pick<Group, "key" | "members">} line */
export const lineName = ({ key, members }) => (members.length > 1 ? `${key} (${members.length} runs)` : key);

/**
 * What the strokes of the lines mean.
 *
 * @param {Pick<Group, "members">[]} lines
 */
export function strokeWords(lines) {
  if (!lines.length) return "";
  const band = lines.some((line) => line.members.length > 1);
  return `solid: validation, dashed: training${band ? ", band: lowest to highest run" : ""}`;
}

/**
 * How the two lines that are shown differ; null unless there are two that were compared.
 *
 * @param {Comparison[]} comparisons
 * @param {string[]} shown keys of the lines
 */
export function comparisonOf(comparisons, shown) {
  if (shown.length !== 2) return null;
  return comparisons.find((c) => shown.includes(c.base) && shown.includes(c.other)) ?? null;
}

/**
 * How to come to a comparison, where there is one to come to.
 *
 * @param {Comparison[]} comparisons
 * @param {number} shown number of lines
 */
export function comparisonHint(comparisons, shown) {
  const some = shown > 2 && comparisons.some((c) => c.effects.length);
  return some ? "Hide all lines but two to see how they differ." : "";
}

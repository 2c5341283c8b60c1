// Types that only the check of our JavaScript reads.
import type { axes } from "../_axes.js";
import type { Bytes, CommonTraits } from "../_types.d.ts";

/** The axes of a chart, and its edges in pixels. */
export type Axes = ReturnType<typeof axes>;

/** The range test: step by step a rate, ascending, its loss, and the loss smoothed. NaN and Infinity are possible. */
export interface RangeTest {
  rates: Float64Array;
  losses: Float64Array;
  smoothed: Float64Array;
}

/** What training with one rate gave. */
export interface Run {
  rate: number;
  /** The metric after each epoch, one list per run; null where it is no number. */
  curves: (number | null)[][];
  /** How many runs there are and what they came to. */
  words: string;
}

/** The traits that the widget reads. */
export interface Traits extends CommonTraits {
  /** The chosen rate. */
  value: number;
  metric: string;
  chance: number | null;
  suggestion: number | null;
  _rates: Bytes;
  _losses: Bytes;
  _smoothed: Bytes;
  _runs: Run[];
  /** Lowest and highest rate. */
  _limits: [number, number];
  /** Blocks, and the factor to the rate of each. */
  _multipliers: [string, number][];
}

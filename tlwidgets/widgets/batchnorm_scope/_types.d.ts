// Types that only the check of our JavaScript reads.
import type { Bytes, CommonTraits, Group } from "../_types.d.ts";

/** What a run and its line are called and how they look. */
interface Common extends Group {
  /** Names of its BatchNorm layers. */
  layers: string[];
  /** "stayed", "moved", "broken" or "none". */
  state: string;
}

/** A run as _records.py packs it. */
export interface PackedRun extends Common {
  steps: Bytes;
  rows: Bytes;
}

/** A run with its samples. */
export interface Run extends Common {
  /** Steps of the samples, ascending. */
  steps: Int32Array;
  /** Lowest, middle and highest channel, per sample, layer and statistic: shape (samples, layers, 2, 3). */
  rows: Float32Array;
}

/** A sample of one statistic of one layer: step, then lowest, middle and highest channel. */
export type Sample = [step: number, low: number, middle: number, high: number];

/** The traits that the widget reads. */
export interface Traits extends CommonTraits {
  /** The layer that is shown. */
  value: string;
  names: string[];
  _runs: PackedRun[];
  /** A sentence per run. */
  _words: string[];
}

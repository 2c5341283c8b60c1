import type { CommonTraits } from "../_types.d.ts";

/** A measured cell: source, target and method by number. */
export interface GainCell {
  s: number;
  t: number;
  m: number;
  runs: (number | null)[];
  gain: number | null;
  low: number | null;
  high: number | null;
  /** 1 or -1 where the seeds settle it, else 0. */
  sign: number;
  words: string;
}

export interface Traits extends CommonTraits {
  /** Source and target of the open cell, or none. */
  value: string[];
  method: string;
  baseline_name: string;
  sources: string[];
  targets: string[];
  methods: string[];
  _cells: GainCell[];
  /** By target. */
  _baseline: { runs: (number | null)[] }[];
  /** The baseline's, then the methods'. */
  _colors: string[];
  /** The gain at the ends of the colours. */
  _limit: number;
  _unit: string;
}

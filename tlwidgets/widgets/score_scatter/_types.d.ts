import type { Bytes, CommonTraits, Group } from "../_types.d.ts";

export interface Traits extends CommonTraits {
  /** Name of the shown score. */
  value: string;
  /** Number of the described candidate. */
  point: number | null;
  truth_name: string;
  names: string[];
  _labels: string[];
  _groups: Group[];
  /** The group of each candidate, as int32. */
  _group: Bytes;
  /** Scores by candidates, as float64. */
  _values: Bytes;
  /** As float64. */
  _truth: Bytes;
  /** Rank correlation with the truth, by score. */
  _rho: (number | null)[];
  /** What is said of each score. */
  _words: string[];
}

/** What was measured of the candidates. */
export interface Table {
  names: string[];
  truthName: string;
  labels: string[];
  groups: Group[];
  /** The scores, one after the other. */
  values: Float64Array;
  truth: Float64Array;
  /** The number of each candidate's group. */
  group: Int32Array;
}

/** A rectangle: left, top, right, bottom. */
export type Room = [number, number, number, number];

/** Where a chart of some width lies and how values become pixels. */
export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  xRange: [number, number];
  yRange: [number, number];
  /** Pixels of a candidate. */
  at(i: number): [number, number];
  X(value: number): number;
  Y(value: number): number;
}

/** A name beside its point. */
export interface PlacedName {
  i: number;
  name: string;
  room: Room;
  x: number;
  y: number;
  anchor: "start" | "end";
}

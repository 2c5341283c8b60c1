// Types that only the check of our JavaScript reads.
import type { Scale } from "../_paths.js";

/** A run as RunInfo of _points.py gives it. */
export interface Run {
  name: string;
  /** The line that it belongs to: its own name, or the group that it shares with other seeds. */
  line: string;
  color: string;
  marker: string;
}

/** A line of the legend. */
export interface Group extends Run {
  key: string;
  /** Numbers of its runs. */
  members: number[];
}

/** One run, one metric, training or validation. */
export interface Points {
  /** Epochs. */
  x: number[];
  y: number[];
}

/** All points, by run, metric and split. */
export type Series = Map<string, Points>;

/** What is drawn: a run, or the mean of the runs of a group with the lowest and the highest value at every x. */
export interface Curve extends Points {
  low: number[] | null;
  high: number[] | null;
}

/** A line with its curves of one metric. */
export interface Line extends Group {
  train: Curve | null;
  validation: Curve | null;
}

/** One difference between two lines, as Effect of _effects.py. */
export interface Effect {
  kind: string;
  x0: number | null;
  x1: number | null;
  y0: number;
  y1: number;
  text: string;
}

/** What two lines say about each other, as Comparison of _effects.py. */
export interface Comparison {
  base: string;
  other: string;
  metric: string;
  head: string;
  effects: Effect[];
  foot: string;
}

/** The axes of a panel. */
export interface Frame {
  width: number;
  height: number;
  left: number;
  /** Where the axes end, not a margin. */
  right: number;
  top: number;
  bottom: number;
  xMax: number;
  yMin: number;
  yMax: number;
  X: Scale;
  Y: Scale;
  /** Without points. */
  empty: boolean;
  /** With room at the right for the names of the lines. */
  withNames: boolean;
}

/** The traits that the widget reads. */
export interface Traits {
  title: string;
  metrics: string[];
  status: string;
  stop: boolean;
  paused: boolean;
  smoothing: number;
  /** Keys of lines. */
  hidden: string[];
  value: { run?: string; epoch?: number; epochs?: number } | null;
  text: string;
  _runs: Run[];
  _gaps: string[];
  _effects: Comparison[] | undefined;
  _controls: "live" | "interrupt";
  _snapshot: DataView | null;
}

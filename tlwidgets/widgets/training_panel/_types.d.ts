// Types that only the check of our JavaScript reads.

/** A line of the table of results: one press of Train, with as many runs as seeds. */
export interface Row {
  name: string;
  /** Whether the settings are still those of now. */
  now: boolean;
  stopped: boolean;
  frozen_to: number;
  trainable_params: number;
  learning_rate: number;
  /** Training examples of each class; null for all. */
  per_class: number | null;
  examples: number;
  epochs: number;
  epochs_done: number;
  /** Number of runs. */
  done: number;
  /** Mean over the runs, as lowest, highest and loss after the last epoch; null without a number. */
  accuracy: number | null;
  lowest: number | null;
  highest: number | null;
  loss: number | null;
  seconds: number;
}

/** The traits that the panel reads itself. Those of its parts stand beside them, under names with a prefix. */
export interface Traits {
  learning_rate: number;
  per_class: number | null;
  seeds: number;
  epochs: number;
  stale: boolean;
  problem: string;
  training: boolean;
  /** What per_class can be, ascending; the last is null. */
  _budgets: (number | null)[];
  _rows: Row[];
  _examples: number;
  _freeze_value: number;
  _freeze_freeze_batchnorm: boolean;
  _curves__runs: unknown[];
  _no_kernel?: boolean;
}

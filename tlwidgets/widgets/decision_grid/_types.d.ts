import type { CommonTraits } from "../_types.d.ts";

/** Row and column. */
export type Cell = [row: string, column: string];

/** What a strategy gave in a cell. */
export interface StrategyRuns {
  cell: Cell;
  strategy: string;
  color: string;
  mean: number;
  runs: (number | null)[];
}

export interface Traits extends CommonTraits {
  /** The choices: row, column, strategy. */
  value: [...Cell, strategy: string][];
  /** The open cell, or none. */
  cell: Cell | [];
  rows: string[];
  columns: string[];
  /** What rows and columns are, in a word each. */
  _axes: [string, string];
  _runs: StrategyRuns[];
}

import type { CommonTraits } from "../_types.d.ts";

export type Expect = "more" | "less" | "same";

export interface Numbers {
  mean: number;
  spread: number;
  seeds: number;
  margin: number;
}

export interface Traits extends CommonTraits, Numbers {
  expect: Expect;
  /** For 2, 3, … seeds: evenly spread numbers with mean 0 and standard deviation 1. */
  _dots: number[][];
  /** For 2, 3, … seeds: half the width of the interval of the mean of such numbers. */
  _reach: number[];
}

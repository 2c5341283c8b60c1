import type { Bytes, CommonTraits, Group, SpriteForm } from "../_types.d.ts";

export type Measure = "accuracy" | "ece" | "distance";

/** Mean, lowest and highest of the seeds. */
export type Spread = [mean: number, low: number, high: number];

/** How many predictions, their mean confidence, and how often they are right. */
export type Bin = [count: number, confidence: number, accuracy: number];

/** What a model does at one severity; a measure that is missing was not measured. */
export interface Row extends Partial<Record<Measure, Spread>> {
  bins: Bin[];
}

/** By kind, name of the model and severity. */
export type Rows = Record<string, Record<string, Record<string, Row>>>;

/** A class and how sure the model is of it. */
export type Guess = [name: string, confidence: number | null];

export interface Traits extends CommonTraits {
  /** Severity. */
  value: number;
  kind: string;
  measure: Measure;
  /** Accuracy of guessing. */
  chance: number | null;
  severities: number[];
  kinds: string[];
  _models: Group[];
  _rows: Rows;
  /** What is said of a severity, by kind. */
  _words: Record<string, Record<string, string>>;
  /** By kind. */
  _families: Record<string, string>;
  _measures: Measure[];
  /** Classes of the images. */
  _truth: string[];
  /** What each image is taken for, by kind and severity. */
  _said: Record<string, Record<string, Guess[]>>;
  _sprite: Bytes;
  _sprite_form: Partial<SpriteForm> & { samples?: number };
}

/** What the charts show. */
export interface Shown {
  kind: string;
  measure: Measure;
  value: number;
  severities: number[];
  models: Group[];
  rows: Rows;
  chance: number | null;
}

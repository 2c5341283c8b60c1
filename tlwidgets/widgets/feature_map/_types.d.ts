// Types that only the check of our JavaScript reads.
import type { Bytes, CommonTraits, Group, SpriteForm } from "../_types.d.ts";

/** What groups the images. */
export type By = "class" | "domain";

export interface Traits extends CommonTraits {
  /** Name of the shown block. */
  value: string;
  /** Name of the block beside it, or "". */
  beside: string;
  color_by: By;
  /** Name of the group that stands out, or "". */
  only: string;
  /** Number of the described image. */
  point: number | null;
  names: string[];
  _classes: Group[];
  /** None where no domains were given. */
  _domains: Group[];
  /** The class of each image, as int32. */
  _class: Bytes;
  /** The domain of each image, as int32. */
  _domain: Bytes;
  /** x and y by block and image, as float32; NaN where an image has no place. */
  _points: Bytes;
  /** Numbers of the nearest images by block and image, as int32; -1 for none. */
  _neighbours: Bytes;
  /** What is said of each block. */
  _words: Record<By, string>[];
  _sprite: Bytes;
  _sprite_form: Partial<SpriteForm>;
}

/** The images, of which the maps are made. */
export interface Table {
  classes: Group[];
  domains: Group[];
  classOf: Int32Array;
  domainOf: Int32Array;
  coordinates: Float32Array;
  neighbours: Int32Array;
}

/** Left, right, bottom, top of all points of all blocks. */
export type Limits = [number, number, number, number];

// Types that only the check of our JavaScript reads.
import type { Bytes } from "../_types.d.ts";

/** An image that the kernel has taken. */
export interface Item {
  name: string;
  /** What was done to it, such as cutting it. */
  notes: string[];
  /** Its class, where the folder says it, or "". */
  label: string;
  /** The most likely classes and their probabilities, most likely first; none without a model. */
  top: [name: string, probability: number][];
}

/** The map of what mattered in an image. */
export interface Mattered {
  words: string;
  /** Of the square that mattered most: left, top, width, height as shares of the image. */
  box: [number, number, number, number];
  image: NonNullable<Bytes>;
}

export interface Traits {
  /** Number of the chosen image, or -1. */
  selected: number;
  problems: string[];
  /** Pixels of a side. */
  size: number;
  busy: boolean;
  _items: Item[];
  /** A JPEG for each item. */
  _images: NonNullable<Bytes>[];
  /** By name of the image. */
  _maps: Record<string, Mattered>;
  _has_model: boolean;
  /** The largest file that is taken, in bytes. */
  _limit: number;
  /** Counts what the kernel has answered. */
  _heard: number;
  _no_kernel?: boolean;
}

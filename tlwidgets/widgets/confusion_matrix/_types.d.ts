import type { Bytes, CommonTraits } from "../_types.d.ts";

export type Normalize = "counts" | "true" | "predicted";

export interface Traits extends CommonTraits {
  /** The open cell: true class and predicted class, or none. */
  value: string[];
  normalize: Normalize;
  classes: string[];
  /** Of every cell that is not empty: true class, predicted class and how many, as int32. */
  _counts: Bytes;
  /** Images on a page. */
  _page: number;
  _has_images: boolean;
  /** Images that came with the widget, by cell ("i|j"). */
  _ahead: Record<string, { n: number; png: DataView<ArrayBuffer> }[]> | null;
}

/** A number of an example, and where its image lies. */
export interface CellImage {
  n: number;
  url: string;
}

/** What is known of a page of the open cell. */
export interface CellState {
  /** Examples in the cell. */
  count: number;
  /** Images on a page. */
  size: number;
  /** The images that the kernel sent for this page. */
  fetched: CellImage[] | null;
  /** The images that came with the widget. */
  ahead: CellImage[] | null;
  hasImages: boolean;
  /** There is no kernel to ask. */
  alone: boolean;
}

// Types that only the check of our JavaScript reads.
import type { Bytes, CommonTraits, SpriteForm } from "../_types.d.ts";

/** In which order the channels stand: by number, or by the strength of their response. */
export type Order = "channel" | "response";

export interface Layer {
  name: string;
  kind: string;
  /** Name of its block, or "". */
  block: string;
}

/** What Python sends of a layer. */
export interface Sent {
  /** Images, channels, height and width of a map. */
  form: [images: number, channels: number, high: number, wide: number];
  /** Height and width in the network: maps are sent smaller. */
  size: number[];
  /** Whether the channels have places, so that each is a map. */
  places: boolean;
  /** As int8: -127 to 127, by image and channel. */
  maps: Bytes;
  /** Strongest responses by image and channel, as float32. */
  scores: Bytes;
  /** As int8, by channel; nothing where they are no images. */
  filters: Bytes;
  filter_form: [] | [channels: number, high: number, wide: number, depth: number];
  filter_words: string;
  /** By channel, as uint8: DEAD, BROKEN (_look.js). */
  state: Bytes;
}

export interface Traits extends CommonTraits {
  /** Name of the shown layer. */
  value: string;
  channel: number;
  image: number;
  order: Order;
  _layers: Layer[];
  /** Names of the images. */
  _names: string[];
  /** The layers that were run. */
  _records: Record<string, Sent>;
  _problem: string;
  _sprite: Bytes;
  _sprite_form: Partial<SpriteForm>;
}

/** A layer's record, its numbers read. */
export interface Numbers extends Pick<Sent, "form" | "size" | "places" | "filter_form" | "filter_words"> {
  maps: Int8Array;
  scores: Float32Array;
  filters: Int8Array;
  state: Uint8Array;
}

/** Signed numbers that are drawn: rows of columns, each of `depth` numbers. */
export interface Raster {
  high: number;
  wide: number;
  depth: number;
  values: Int8Array;
}

/** Which channel is shown for which image. */
export interface At {
  channel: number;
  image: number;
}

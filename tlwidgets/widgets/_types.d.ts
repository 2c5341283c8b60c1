// Types that only the check of our JavaScript reads (`/** @import { View } from "../_types.d.ts" */`).

/**
 * The front end's side of a widget (anywidget gives it): `get` and `set` read and write its traits. `Traits` says
 * which there are and of what type; without it every name is allowed.
 */
// deno-lint-ignore no-explicit-any
export interface Model<Traits extends object = any> {
  get<Name extends keyof Traits>(name: Name): Traits[Name];
  /** Python hears of it with `save_changes`, the other views at once. */
  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void;
  save_changes(): void;
  /** A message that is no trait. */
  send(content: unknown, callbacks?: unknown, buffers?: (ArrayBuffer | ArrayBufferView)[]): void;
  // deno-lint-ignore no-explicit-any
  on(event: string, action: (...args: any[]) => void): void;
  // deno-lint-ignore no-explicit-any
  off(event: string, action?: (...args: any[]) => void): void;
}

/** What anywidget gives to `render`, once for each place where the widget is shown. */
// deno-lint-ignore no-explicit-any
export interface View<Traits extends object = any> {
  model: Model<Traits>;
  el: HTMLElement;
}

/** Takes something back: listeners, observers, object URLs. */
export type CleanUp = () => void;

/** What `setTimeout` gives; undefined while nothing waits. */
export type Timer = ReturnType<typeof setTimeout> | undefined;

/** What the default export of a widget's module returns: one for each model, whose views share what it closes over. */
// deno-lint-ignore no-explicit-any
export interface Widget<Traits extends object = any> {
  initialize?(given: { model: Model<Traits> }): void | CleanUp | Promise<void | CleanUp>;
  render(view: View<Traits>): void | CleanUp | Promise<void | CleanUp>;
}

/** Traits that every widget has. */
export interface CommonTraits {
  /** True in a page without a kernel (see tlwidgets/course/export.py). */
  _no_kernel?: boolean;
  label: string;
}

/** Binary traits arrive as a view on bytes; see `numbers` in _shared.js. */
export type Bytes = DataView<ArrayBuffer> | null | undefined;

/** A set of colour and marker, as _palette.py gives it. */
export interface Group {
  name: string;
  color: string;
  shape: string;
}

/** How the tiles of a sprite lie in it (_sprite.py). */
export interface SpriteForm {
  type: string;
  width: number;
  height: number;
  columns: number;
  rows: number;
}

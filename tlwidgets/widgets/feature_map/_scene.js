// What the maps of a view show: the model's points, how they look, and which of them is described.
import { numbers } from "../_shared.js";
import { spriteTiles } from "../_sprite.js";
import { pointLook } from "./_layout.js";
import { Points } from "./_points.js";
import { Stamps } from "./_stamps.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

/** @param {Model<Traits>} model */
const readPoints = (model) =>
  new Points({
    classes: model.get("_classes"),
    domains: model.get("_domains"),
    classOf: numbers(model.get("_class"), Int32Array),
    domainOf: numbers(model.get("_domain"), Int32Array),
    coordinates: numbers(model.get("_points"), Float32Array),
    neighbours: numbers(model.get("_neighbours"), Int32Array),
  });

/** What both maps of a view draw from. */
export class Scene {
  #model;
  #box;
  /** The image under the pointer, or -1. */
  hovered = -1;

  /**
   * @param {Model<Traits>} model
   * @param {Element} box  of the view, in the page
   */
  constructor(model, box) {
    this.#model = model;
    this.#box = box;
    this.tiles = spriteTiles(model.get("_sprite"), model.get("_sprite_form"));
    this.points = readPoints(model);
    this.stamps = this.#makeStamps();
  }

  readAll() {
    this.points = readPoints(this.#model);
    this.readColors();
  }

  readColors() {
    this.stamps = this.#makeStamps();
  }

  #makeStamps() {
    const { n, table } = this.points;
    return new Stamps(this.#box, [...table.classes, ...table.domains], pointLook(n).radius);
  }

  /**
   * The number of a block; -1 for "".
   *
   * @param {string} name
   */
  block(name) {
    return this.#model.get("names").indexOf(name);
  }

  /** What the points are coloured by, and the number of the group that stands out, or -1. */
  get look() {
    const by = this.#model.get("color_by");
    const groups = this.points.groups(by);
    const of = this.points.groupOf(by);
    return { groups, of, only: groups.findIndex(({ name }) => name === this.#model.get("only")) };
  }

  /** The image that was chosen, or -1. */
  get chosen() {
    return this.#model.get("point") ?? -1;
  }

  /** The image that is described, or -1. */
  get described() {
    return this.hovered >= 0 ? this.hovered : this.chosen;
  }
}

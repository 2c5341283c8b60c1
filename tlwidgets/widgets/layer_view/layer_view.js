// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// LayerView: the channels of a layer for an image, and what excites one of them.
import { alone, choice, focusKeeper, html, numbers, oncePerFrame, ownKeys } from "../_shared.js";
import { followTheme, inks } from "../_canvas.js";
import { spriteTiles } from "../_sprite.js";

const PAGE = 60; // channels that are drawn at a time
const BEST = 4;
const ORDERS = ["channel", "response"];
const DEAD = 1;
const BROKEN = 2;
const NAMED = 30; // images up to which all are shown

const shorter = (v) => (Number.isFinite(v) ? String(+v.toPrecision(3)) : "no number");

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const select = html("select", { "data-key": "layer", "aria-label": "Layer" });
    const before = html(
      "button",
      { type: "button", "data-key": "before", "aria-label": "Layer before" },
      "‹",
    );
    const after = html("button", { type: "button", "data-key": "after", "aria-label": "Layer after" }, "›");
    const row = html(
      "div",
      { class: "tlw-see-row" },
      html("span", { "aria-hidden": "true" }, "Layer"),
      before,
      select,
      after,
    );
    const strip = html("fieldset", { class: "tlw-see-strip" }, html("legend", {}, "Image"));
    const orders = choice("Order", "order", (index) => set("order", ORDERS[index]));
    const said = html("div", { role: "status" });
    const list = html("div", { class: "tlw-see-list", role: "listbox", "aria-label": "Channels" });
    const earlier = html("button", { type: "button", "data-key": "earlier" }, "Earlier");
    const later = html("button", { type: "button", "data-key": "later" }, "Later");
    const place = html("span", {});
    const pages = html("div", { class: "tlw-see-row" }, earlier, later, place);
    const detail = html("div", { class: "tlw-see-detail" });
    const scale = html("div", { class: "tlw-scale", "aria-hidden": "true" });
    scale.append("negative", html("i", { class: "tlw-see-ramp" }), "strongest for any image");
    const body = html(
      "div",
      { class: "tlw-see-body" },
      html("div", { class: "tlw-see-left" }, list, pages, scale),
      detail,
    );
    const box = html("div", { class: "tlw tlw-see", role: "group" });
    box.append(title, row, strip, orders.element, said, body);
    el.append(box);
    attend(box, model);

    let tiles = spriteTiles(null, {});
    const colors = new Uint8ClampedArray(256 * 4);
    let look = null; // the record of the shown layer, with its numbers
    let order = [];
    let page = 0;
    let waiting = "";

    function set(name, value) {
      model.set(name, value);
      model.save_changes();
    }
    const names = () => model.get("_layers").map((layer) => layer.name);

    function readColors() {
      const found = inks(box, ["c-down", "c-zero", "c-up"]);
      const rgb = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) || 0);
      const [down, zero, up] = ["c-down", "c-zero", "c-up"].map((name) => rgb(found[name]));
      for (let v = -128; v < 128; v += 1) {
        const end = v < 0 ? down : up;
        const share = Math.min(1, Math.abs(v) / 127) ** 0.8;
        for (let k = 0; k < 3; k += 1) colors[4 * (v + 128) + k] = zero[k] + share * (end[k] - zero[k]);
        colors[4 * (v + 128) + 3] = 255;
      }
    }

    function read() {
      const record = model.get("_records")[model.get("value")];
      if (!record) {
        look = null;
        return;
      }
      const [n, channels, high, wide] = record.form;
      look = {
        ...record,
        n,
        channels,
        high,
        wide,
        maps: numbers(record.maps, Int8Array),
        scores: numbers(record.scores, Float32Array),
        filters: numbers(record.filters, Int8Array),
        state: numbers(record.state, Uint8Array),
      };
      waiting = "";
    }
    const score = (image, channel) => look.scores[image * look.channels + channel];

    function sort() {
      order = look ? Array.from({ length: look.channels }, (_, c) => c) : [];
      if (look && model.get("order") === "response") {
        const value = (
          c,
        ) => (Number.isFinite(score(model.get("image"), c)) ? score(model.get("image"), c) : -Infinity);
        order.sort((a, b) => value(b) - value(a) || a - b);
      }
    }

    /** Signed numbers as colours, into a canvas of their own size. */
    function fill(canvas, high, wide, at) {
      canvas.width = wide;
      canvas.height = high;
      const image = new ImageData(wide, high);
      for (let p = 0; p < high * wide; p += 1) at(p, image.data);
      canvas.getContext("2d").putImageData(image, 0, 0);
    }
    function drawMap(canvas, image, channel) {
      const { high, wide, channels, maps } = look;
      const start = (image * channels + channel) * high * wide;
      fill(canvas, high, wide, (p, data) => {
        const from = 4 * (maps[start + p] + 128);
        for (let k = 0; k < 4; k += 1) data[4 * p + k] = colors[from + k];
      });
    }
    function drawFilter(canvas, channel) {
      const [, high, wide, depth] = look.filter_form;
      const start = channel * high * wide * depth;
      fill(canvas, high, wide, (p, data) => {
        if (depth === 3) {
          for (let k = 0; k < 3; k += 1) data[4 * p + k] = 128 + look.filters[start + 3 * p + k];
        } else {for (let k = 0; k < 3; k += 1) {
            data[4 * p + k] = colors[4 * (look.filters[start + p] + 128) + k];
          }}
        data[4 * p + 3] = 255;
      });
    }
    const image = (canvas, words) => {
      if (words) {
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", words);
      } else canvas.setAttribute("aria-hidden", "true");
      return canvas;
    };

    function channelWords(channel) {
      const state = look.state[channel];
      if (state & BROKEN) return `channel ${channel}: not a number for some image`;
      if (state & DEAD) return `channel ${channel}: 0 for all images`;
      return `channel ${channel}: strongest response ${shorter(score(model.get("image"), channel))}`;
    }

    function drawList() {
      const had = list.contains(document.activeElement);
      const shown = order.slice(page * PAGE, (page + 1) * PAGE);
      list.replaceChildren(
        ...shown.map((channel) => {
          const canvas = image(html("canvas", {}), "");
          drawMap(canvas, model.get("image"), channel);
          const chosen = channel === model.get("channel");
          const option = html("div", {
            role: "option",
            tabindex: chosen ? 0 : -1,
            "aria-label": channelWords(channel),
          }, canvas);
          if (chosen) option.dataset.key = "channel";
          option.setAttribute("aria-selected", String(chosen));
          const mark = look.state[channel] & BROKEN ? "?" : look.state[channel] & DEAD ? "×" : "";
          if (mark) option.append(html("span", { class: "tlw-see-mark", "aria-hidden": "true" }, mark));
          option.addEventListener("click", () => choose(order.indexOf(channel), true));
          return option;
        }),
      );
      if (!list.querySelector("[tabindex='0']")) list.firstChild?.setAttribute("tabindex", 0);
      if (had) list.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
      const last = Math.max(0, Math.ceil(order.length / PAGE) - 1);
      pages.hidden = last === 0;
      earlier.disabled = page === 0;
      later.disabled = page === last;
      place.textContent = `channels ${page * PAGE + 1} to ${
        Math.min(order.length, (page + 1) * PAGE)
      } of ${order.length}`;
    }

    function drawDetail() {
      const channel = model.get("channel");
      const at = model.get("image");
      const name = model.get("_names")[at] ?? "";
      box.dataset.channel = channel;
      const big = image(html("canvas", { class: "tlw-see-big" }), `${channelWords(channel)}, ${name}`);
      drawMap(big, at, channel);
      const figure = (content, words) => html("figure", {}, content, html("figcaption", {}, words));
      const parts = [
        figure(tiles.tile(at, 132, name), name),
        figure(big, `channel ${channel}: ${shorter(score(at, channel))}`),
      ];
      if (look.filters.length) {
        const filter = image(
          html("canvas", { class: "tlw-see-big tlw-see-filter" }),
          `filter of channel ${channel}`,
        );
        drawFilter(filter, channel);
        parts.push(figure(filter, "its filter"));
      }
      const best = Array.from({ length: look.n }, (_, i) => i)
        .filter((i) => Number.isFinite(score(i, channel)))
        .sort((a, b) => score(b, channel) - score(a, channel) || a - b)
        .slice(0, BEST);
      const dead = look.state[channel] & DEAD;
      const shown = html("ul", { class: "tlw-see-best" });
      if (!dead) {
        for (const i of best) {
          const words = html("span", {}, `${model.get("_names")[i]} ${shorter(score(i, channel))}`);
          shown.append(html("li", {}, tiles.tile(i, 56), words));
        }
      }
      const heading = html(
        "div",
        { class: "tlw-tip" },
        dead ? "0 for all images: this channel is silent here." : "Responds most to",
      );
      detail.replaceChildren(
        html("div", { class: "tlw-see-figures" }, ...parts),
        ...(look.filter_words ? [html("div", { class: "tlw-tip" }, look.filter_words)] : []),
        heading,
        shown,
      );
    }

    function sentence() {
      const layer = model.get("_layers")[names().indexOf(model.get("value"))];
      const { channels, size, places, state } = look;
      const dead = state.filter((s) => s & DEAD).length;
      const broken = state.filter((s) => s & BROKEN).length;
      const words = [
        `${layer?.kind ?? ""}: ${channels} channels, ${
          places ? `maps of ${size.join(" × ")}` : "one number each, not a map"
        }.`,
      ];
      if (dead) words.push(`${dead} ${dead === 1 ? "is" : "are"} 0 for all images (×).`);
      if (broken) words.push(`${broken} ${broken === 1 ? "is" : "are"} not a number for some image (?).`);
      return words.join(" ");
    }

    function drawLayer() {
      const value = model.get("value");
      box.dataset.value = value;
      if (select.dataset.names !== JSON.stringify(names())) {
        select.dataset.names = JSON.stringify(names());
        const blocks = new Map();
        for (const { name, block, kind } of model.get("_layers")) {
          if (!blocks.has(block)) blocks.set(block, []);
          blocks.get(block).push(html("option", { value: name }, `${name} · ${kind}`));
        }
        const options = [...blocks].flatMap((
          [block, inside],
        ) => (block ? [html("optgroup", { label: block }, ...inside)] : inside));
        select.replaceChildren(...options);
      }
      select.value = value;
      const at = names().indexOf(value);
      before.disabled = at <= 0;
      after.disabled = at >= names().length - 1;
      read();
      const problem = model.get("_problem");
      body.hidden = orders.element.hidden = !look;
      box.setAttribute("aria-busy", String(!look && !problem && !alone(model)));
      if (!look) {
        if (problem) said.textContent = problem;
        else if (alone(model)) {
          said.textContent = "This layer was not sent with the page: it needs the notebook and its kernel.";
        } else said.textContent = `Running the network up to ${value} …`;
        return;
      }
      said.textContent = sentence();
      orders.draw(["number", "strongest first"], ORDERS.indexOf(model.get("order")));
      sort();
      toChannel();
    }
    /** Turn to the page of the shown channel and draw. */
    function toChannel() {
      page = Math.max(0, Math.floor(order.indexOf(model.get("channel")) / PAGE));
      drawList();
      drawDetail();
    }

    let timer = 0;
    function send() {
      clearTimeout(timer);
      timer = 0;
      model.save_changes();
    }
    function choose(at, focus) {
      const channel = order[Math.max(0, Math.min(order.length - 1, at))];
      if (channel === undefined) return;
      model.set("channel", channel);
      if (focus) list.querySelector("[aria-selected='true']")?.focus({ preventScroll: true });
      clearTimeout(timer);
      timer = setTimeout(send, 60);
    }
    const here = () => Math.max(0, order.indexOf(model.get("channel")));
    const columns = () => {
      const all = [...list.children];
      const top = all[0]?.offsetTop;
      return Math.max(1, all.filter((tile) => tile.offsetTop === top).length);
    };
    ownKeys(list, {
      ArrowRight: () => choose(here() + 1),
      ArrowLeft: () => choose(here() - 1),
      ArrowDown: () => choose(Math.min(order.length - 1, here() + columns())),
      ArrowUp: () => choose(here() - columns() < 0 ? here() : here() - columns()),
      PageDown: () => choose(here() + PAGE),
      PageUp: () => choose(here() - PAGE),
      Home: () => choose(0),
      End: () => choose(order.length - 1),
    });
    const turn = (by) => {
      page += by;
      drawList();
    };
    earlier.addEventListener("click", () => turn(-1));
    later.addEventListener("click", () => turn(1));

    function toLayer(name) {
      if (name === undefined || name === waiting) return;
      waiting = name;
      set("value", name);
    }
    select.addEventListener("change", () => toLayer(select.value));
    select.addEventListener("keydown", (event) => event.stopPropagation());
    before.addEventListener("click", () => toLayer(names()[names().indexOf(model.get("value")) - 1]));
    after.addEventListener("click", () => toLayer(names()[names().indexOf(model.get("value")) + 1]));

    function drawStrip() {
      const all = model.get("_names");
      strip.hidden = all.length < 2;
      strip.classList.toggle("tlw-see-many", all.length > NAMED);
      const group = `tlw-see-${Math.random().toString(36).slice(2, 10)}`; // of this view alone
      const labels = all.map((name, i) => {
        const radio = html("input", {
          type: "radio",
          name: group,
          value: i,
          "data-key": `image-${i}`,
          "aria-label": name,
        });
        radio.checked = i === model.get("image");
        radio.addEventListener("change", () => set("image", i));
        radio.addEventListener("keydown", (event) => event.stopPropagation());
        return html("label", { title: name }, radio, tiles.tile(i, 44));
      });
      strip.replaceChildren(strip.firstChild, ...labels);
    }

    const onImage = () => {
      strip.querySelectorAll("input").forEach((radio, i) => {
        radio.checked = i === model.get("image");
      });
      if (!look) return;
      if (model.get("order") === "response") sort();
      toChannel();
    };
    const onChannel = () => {
      if (look && model.get("channel") < look.channels) toChannel();
    };
    const head = () => {
      title.textContent = model.get("label");
      box.setAttribute("aria-label", model.get("label"));
    };
    const onColors = () => {
      readColors();
      if (look) toChannel();
    };
    const all = () => {
      head();
      readColors();
      drawStrip();
      drawLayer();
    };
    const redraw = oncePerFrame(box, all);
    const listeners = [
      ["change:value", drawLayer],
      ["change:_records", drawLayer],
      ["change:_problem", drawLayer],
      ["change:order", drawLayer],
      ["change:image", onImage],
      ["change:channel", onChannel],
      ["change:label", head],
      ["change:_layers", redraw],
      ["change:_names", redraw],
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    tiles = spriteTiles(model.get("_sprite"), model.get("_sprite_form"));
    all();
    const stopTheme = followTheme(onColors);
    return () => {
      stopTheme();
      if (timer) send();
      tiles.forget();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};

// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// LearningRateLab: choose a rate on the curve of a range test, see what training did with it.
import { asTable, focusKeeper, followWidth, html, numbers, oncePerFrame, svg } from "../_shared.js";
import { handle, sender } from "../_handle.js";
import { markerPath, ticks } from "../_plot.js";
import { axes, DASHES, linePath, sizePlot } from "../_axes.js";

const STEP = 10 ** (1 / 20);
const PAGE = 10 ** 0.5;
const REACH = 4; // steps of the test on either side that say whether the loss falls

const rateText = (v) => v.toExponential(1).replace("e+", "e").replace("e0", "");
const short = (v) => (Number.isFinite(v) ? String(+v.toPrecision(3)) : "no number");

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const chosen = html("strong", { class: "tlw-lab-rate" });
    const take = html("button", { type: "button", "data-key": "take" });
    const row = html("div", { class: "tlw-lab-row" }, html("span", {}, "Learning rate"), chosen, take);
    const said = html("div", { role: "status", class: "tlw-lab-said" });
    const plot = svg("svg", {});
    const lines = svg("g", { "aria-hidden": "true" }, plot);
    const slider = svg("g", {
      class: "tlw-handle",
      role: "slider",
      tabindex: 0,
      "aria-label": "Learning rate",
      "data-key": "rate",
    }, plot);
    const area = svg("rect", { x: 0, y: 0, class: "tlw-area" }, slider);
    const cut = svg("line", { class: "tlw-cut" }, slider);
    const ring = svg("circle", { r: 7, class: "tlw-ring" }, slider);
    const grip = svg("circle", { r: 12, class: "tlw-grip" }, slider);
    const arrows = svg("path", { class: "tlw-grip-arrows" }, slider);
    const curves = svg("svg", { role: "img" });
    const right = html("div", {}, curves);
    const body = html("div", { class: "tlw-lab-body" }, html("div", {}, plot), right);
    const factors = html("div", { class: "tlw-lab-factors" });
    const table = asTable(rowsOf);
    const box = html("div", { class: "tlw tlw-lab", role: "group" });
    box.append(title, row, said, body, factors, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let [rates, losses, smoothed] = [[], [], []];
    let frame = null;
    let low = null; // the axes of the ends of the runs
    let shownRun = null;

    function read() {
      rates = numbers(model.get("_rates"), Float64Array);
      losses = numbers(model.get("_losses"), Float64Array);
      smoothed = numbers(model.get("_smoothed"), Float64Array);
    }
    const limits = () => model.get("_limits");
    const wide = () => width >= 620 && model.get("_runs").length > 0;

    /** The step of the test at a rate, or -1 outside it. */
    function stepAt(rate) {
      if (!rates.length || rate > rates[rates.length - 1] * 1.001 || rate < rates[0] * 0.999) return -1;
      let best = 0;
      for (let i = 1; i < rates.length; i += 1) {
        if (Math.abs(Math.log(rates[i] / rate)) < Math.abs(Math.log(rates[best] / rate))) best = i;
      }
      return best;
    }
    function nearestRun() {
      const value = model.get("value");
      return model.get("_runs").reduce(
        (
          best,
          run,
        ) => (best === null || Math.abs(Math.log(run.rate / value)) < Math.abs(Math.log(best.rate / value))
          ? run
          : best),
        null,
      );
    }

    function words() {
      const value = model.get("value");
      const parts = [];
      if (rates.length) {
        const i = stepAt(value);
        if (i < 0) {
          parts.push(
            value > rates[rates.length - 1]
              ? "the range test had stopped before this rate"
              : "below the rates of the range test",
          );
        } else if (!Number.isFinite(smoothed[i])) {
          parts.push("the loss of the range test is not a number here");
        } else {
          const [a, b] = [smoothed[Math.max(0, i - REACH)], smoothed[Math.min(rates.length - 1, i + REACH)]];
          const change = (b - a) / Math.max(1e-12, Math.abs(a));
          const way = !Number.isFinite(change)
            ? "breaking"
            : change < -0.01
            ? "falling"
            : change > 0.01
            ? "rising"
            : "level";
          parts.push(`loss ${short(smoothed[i])} in the range test, ${way}`);
        }
      }
      const run = nearestRun();
      if (run) parts.push(`trained at ${rateText(run.rate)}: ${model.get("metric")}, ${run.words}`);
      return `${rateText(value)}: ${parts.join("; ")}.`;
    }

    /** Everything that does not move with the rate. */
    function drawLines() {
      if (!width) return;
      const runs = model.get("_runs");
      const w = wide() ? Math.round(width * 0.66) : width;
      const upper = rates.length ? 210 : 0;
      const lower = runs.length ? 150 + (upper ? 0 : 40) : 0;
      const height = upper + lower;
      sizePlot(plot, w, height);
      const [from, to] = limits();
      const x = {
        low: from,
        high: to,
        log: true,
        name: lower && upper ? "" : "learning rate",
        text: (v) => v.toExponential(0).replace("e+", "e"),
      };
      const parts = [];
      frame = low = null;
      if (upper) {
        const good = Array.from(smoothed).filter((v) => Number.isFinite(v));
        const bottom = good.length ? Math.min(...good) : 0;
        const top = good.length ? Math.max(good[0], bottom) : 1;
        const room = Math.max(1e-6, top - bottom);
        frame = axes({
          width: w,
          height: upper,
          top: 44,
          bottom: lower ? 24 : 36,
          x,
          y: { low: bottom - 0.12 * room, high: top + 0.5 * room, name: "loss in the range test" },
        });
        const inside = (
          v,
        ) => (Number.isFinite(v) ? Math.max(bottom - 0.12 * room, Math.min(v, top + 0.5 * room)) : null);
        parts.push(...frame.parts);
        parts.push(
          svg("path", {
            d: linePath(Array.from(rates, (r, i) => [r, inside(losses[i])]), frame.X, frame.Y),
            class: "tlw-lab-raw",
          }),
        );
        parts.push(
          svg("path", {
            d: linePath(Array.from(rates, (r, i) => [r, inside(smoothed[i])]), frame.X, frame.Y),
            class: "tlw-lab-line",
          }),
        );
        if (!good.length) {
          parts.push(
            svg(
              "text",
              { x: (frame.left + frame.right) / 2, y: 110, "text-anchor": "middle" },
              null,
              "no loss is a number",
            ),
          );
        }
      }
      if (lower) {
        const ends = runs.flatMap((run) => run.curves.map((curve) => curve[curve.length - 1])).filter((v) =>
          v !== null
        );
        const most = Math.max(1e-9, ...ends);
        const least = Math.min(0, ...ends);
        const group = svg("g", { transform: `translate(0 ${upper})` });
        low = axes({
          width: w,
          height: lower,
          top: upper ? 24 : 44,
          x: { ...x, name: "learning rate" },
          y: {
            low: least,
            high: most <= 1 && least >= 0 ? 1 : most * 1.05,
            name: `${model.get("metric")} after training`,
            count: 4,
          },
        });
        group.append(...low.parts);
        const chance = model.get("chance");
        if (chance !== null && chance !== undefined) {
          svg("line", {
            x1: low.left,
            x2: low.right,
            y1: low.Y(chance),
            y2: low.Y(chance),
            class: "tlw-lab-chance",
          }, group);
          svg("text", { x: low.left + 4, y: low.Y(chance) - 4 }, group, "chance");
        }
        const means = runs.map((run) => {
          const good = run.curves.map((curve) => curve[curve.length - 1]).filter((v) => v !== null);
          return [run.rate, good.length ? good.reduce((a, b) => a + b, 0) / good.length : null];
        });
        svg("path", { d: linePath(means, low.X, low.Y), class: "tlw-lab-thin" }, group);
        for (const run of runs) {
          const values = run.curves.map((curve) => curve[curve.length - 1]);
          const dots = values.filter((v) => v !== null).map((v) =>
            markerPath("circle", low.X(run.rate), low.Y(v), 3.6)
          ).join("");
          svg("path", { d: dots, class: "tlw-lab-dot" }, group);
          const broke = values.filter((v) => v === null).length;
          if (broke) {
            svg(
              "text",
              { x: low.X(run.rate), y: low.bottom - 4, "text-anchor": "middle", class: "tlw-lab-broke" },
              group,
              `×${broke > 1 ? broke : ""}`,
            );
          }
        }
        parts.push(group);
      }
      const any = frame ?? low;
      const suggestion = model.get("suggestion");
      if (suggestion !== null && suggestion !== undefined) {
        const at = any.X(suggestion);
        const bottom = lower ? upper + low.bottom : frame.bottom;
        parts.push(
          svg("line", { x1: at, x2: at, y1: any.top - 14, y2: bottom, class: "tlw-lab-suggestion" }),
        );
        const end = at > w * 0.7;
        parts.push(
          svg(
            "text",
            {
              x: at + (end ? -5 : 5),
              y: any.top + 8,
              "text-anchor": end ? "end" : "start",
              class: "tlw-lab-hint",
            },
            null,
            "suggested",
          ),
        );
      }
      lines.replaceChildren(...parts);
      area.setAttribute("width", w);
      area.setAttribute("height", height);
      shownRun = null;
    }

    function drawCurves(run) {
      right.hidden = !run;
      if (!run || !width) return;
      const w = wide() ? width - Math.round(width * 0.66) - 12 : width;
      const height = wide() ? Number(plot.getAttribute("height")) : 180;
      sizePlot(curves, w, height);
      const runs = model.get("_runs");
      const all = runs.flatMap((r) => r.curves.flat()).filter((v) => v !== null);
      const most = Math.max(1e-9, ...all);
      const least = Math.min(0, ...all);
      const epochs = Math.max(1, ...runs.flatMap((r) => r.curves.map((curve) => curve.length)));
      const { X, Y, parts } = axes({
        width: w,
        height,
        left: 40,
        top: 44,
        x: {
          low: epochs > 1 ? 1 : 0,
          high: Math.max(epochs, 1),
          name: "epoch",
          at: ticks(1, Math.max(2, epochs), 4, true).filter((v) => v <= epochs),
        },
        y: {
          low: least,
          high: most <= 1 && least >= 0 ? 1 : most * 1.05,
          name: `${model.get("metric")}, trained at ${rateText(run.rate)}`,
          count: 4,
        },
      });
      const path = (curve) => linePath(curve.map((v, i) => [i + 1, v]), X, Y);
      const others = runs.filter((r) => r !== run).flatMap((r) => r.curves).map(path).join("");
      parts.push(svg("path", { d: others, class: "tlw-lab-raw" }));
      const chance = model.get("chance");
      if (chance !== null && chance !== undefined) {
        parts.push(
          svg("line", {
            x1: X(epochs > 1 ? 1 : 0),
            x2: X(epochs),
            y1: Y(chance),
            y2: Y(chance),
            class: "tlw-lab-chance",
          }),
        );
      }
      run.curves.forEach((curve, k) => {
        parts.push(
          svg("path", {
            d: path(curve),
            class: "tlw-lab-line",
            "stroke-dasharray": DASHES[k % DASHES.length],
          }),
        );
        const broke = curve.findIndex((v) => v === null);
        const last = [...curve].map((v, i) => [i + 1, v]).filter(([, v]) => v !== null).pop();
        if (broke >= 0) {
          parts.push(
            svg(
              "text",
              {
                x: X(broke + 1),
                y: last ? Y(last[1]) + 4 : Y(least) - 4,
                "text-anchor": "middle",
                class: "tlw-lab-broke",
              },
              null,
              "×",
            ),
          );
        }
      });
      curves.setAttribute(
        "aria-label",
        `Trained at ${rateText(run.rate)}: ${model.get("metric")}, ${run.words}. The other rates are pale.`,
      );
      curves.replaceChildren(...parts);
    }

    /** Everything that moves with the rate. */
    function paint() {
      const value = model.get("value");
      const text = words();
      const suggestion = model.get("suggestion");
      box.dataset.value = value;
      chosen.textContent = rateText(value);
      said.textContent = text;
      take.hidden = suggestion === null || suggestion === undefined;
      if (!take.hidden) {
        take.textContent = `Take the suggested ${rateText(suggestion)}`;
        take.disabled = Math.abs(Math.log(suggestion / value)) < 1e-6;
      }
      const [from, to] = limits();
      slider.setAttribute("aria-valuemin", from);
      slider.setAttribute("aria-valuemax", to);
      slider.setAttribute("aria-valuenow", value);
      slider.setAttribute("aria-valuetext", text);
      factors.hidden = !model.get("_multipliers").length;
      factors.replaceChildren(
        ...model.get("_multipliers").map(([block, factor]) =>
          html("span", {}, `${block}: ${rateText(value * factor)} (× ${short(factor)})`)
        ),
      );
      const run = nearestRun();
      if (run !== shownRun) drawCurves(run);
      shownRun = run;
      const any = frame ?? low;
      if (!any) return;
      const x = any.X(value);
      for (
        const [key, v] of Object.entries({
          x1: x,
          x2: x,
          y1: 13,
          y2: Number(area.getAttribute("height")) - 36,
        })
      ) cut.setAttribute(key, v);
      grip.setAttribute("cx", x);
      grip.setAttribute("cy", 13);
      arrows.setAttribute("d", `M${x - 3} 8l-5 5l5 5M${x + 3} 8l5 5l-5 5`);
      const i = frame ? stepAt(value) : -1;
      const seen = i >= 0 && Number.isFinite(smoothed[i]);
      ring.setAttribute("visibility", seen ? "visible" : "hidden");
      if (seen) {
        ring.setAttribute("cx", x);
        ring.setAttribute("cy", Math.max(frame.top, frame.Y(smoothed[i])));
      }
    }

    const send = sender(model);
    function move(to) {
      const [from, end] = limits();
      const value = Math.max(from, Math.min(end, Number(to.toPrecision(3))));
      if (value === model.get("value")) return;
      model.set("value", value);
      send.soon();
    }
    const by = (factor) => () => move(model.get("value") * factor);
    handle(slider, plot, {
      keys: {
        ArrowRight: by(STEP),
        ArrowUp: by(STEP),
        ArrowLeft: by(1 / STEP),
        ArrowDown: by(1 / STEP),
        PageUp: by(PAGE),
        PageDown: by(1 / PAGE),
        Home: () => move(limits()[0]),
        End: () => move(limits()[1]),
      },
      ready: () => Boolean(frame ?? low),
      drag: (x) => {
        const any = frame ?? low;
        const [from, to] = limits();
        const share = (x - any.left) / Math.max(1, any.right - any.left);
        move(from * (to / from) ** Math.max(0, Math.min(1, share)));
      },
      send,
    });
    take.addEventListener("click", () => {
      model.set("value", model.get("suggestion"));
      model.save_changes();
      slider.focus({ preventScroll: true }); // the button is off now
    });

    function rowsOf() {
      return {
        head: ["rate", `${model.get("metric")} of the runs`],
        rows: model.get("_runs").map((run) => [rateText(run.rate), run.words]),
      };
    }

    const all = () => {
      title.textContent = model.get("label");
      box.setAttribute("aria-label", model.get("label"));
      table.element.hidden = !model.get("_runs").length;
      drawLines();
      paint();
      table.draw();
    };
    const redraw = oncePerFrame(box, () => {
      read();
      all();
    });
    const listeners = [
      ["change:value", paint],
      ...[
        "label",
        "metric",
        "chance",
        "suggestion",
        "_rates",
        "_losses",
        "_smoothed",
        "_runs",
        "_multipliers",
        "_limits",
      ].map((name) => [`change:${name}`, redraw]),
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    read();
    all();
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      drawLines();
      paint();
    });
    return () => {
      stopFollowing();
      send.now();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};

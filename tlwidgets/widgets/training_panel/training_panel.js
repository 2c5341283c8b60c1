// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// TrainingPanel: FreezeSlider, learning rate, budget and LiveCurves in one.
import { alone, html } from "../_shared.js";
import freezeSlider from "../freeze_slider/freeze_slider.js";
import liveCurves from "../live_curves/live_curves.js";

const RATES = [];
for (let power = -6; power <= 0; power += 1) {
  for (const first of power ? [1, 2, 5] : [1]) RATES.push(Number(`${first}e${power}`));
}

const SETTINGS = ["rate", "per_class", "seeds", "epochs", "_freeze_value", "_freeze_keep_batchnorm_frozen"];

/** The model of a part: its traits are those of the panel, under other names. */
function partOf(model, prefix) {
  const key = (name) => (name === "_no_kernel" ? name : prefix + name);
  const event = (name) => (name.startsWith("change:") ? `change:${key(name.slice(7))}` : name);
  return {
    get: (name) => model.get(key(name)),
    set: (name, value) => model.set(key(name), value),
    save_changes: () => model.save_changes(),
    send: (...message) => model.send(...message),
    on: (name, action) => model.on(event(name), action),
    off: (name, action) => model.off(event(name), action),
  };
}

const rateText = (rate) => (rate >= 1e-4 ? String(Number(rate.toPrecision(3))) : rate.toExponential());

export default () => {
  const freeze = freezeSlider();
  const curves = liveCurves();

  function initialize({ model }) {
    return curves.initialize({ model: partOf(model, "_curves_") });
  }

  function render({ model, el }) {
    const field = (text, input, after) =>
      html("label", { class: "tlw-field" }, html("span", {}, text), input, after ?? "");
    const range = (key) => html("input", { type: "range", min: 0, step: 1, "data-key": key });
    const number = (key, max) => html("input", { type: "number", min: 1, max, step: 1, "data-key": key });
    const rate = range("rate");
    const rateSaid = html("output", { class: "tlw-said" });
    const budget = range("budget");
    const budgetSaid = html("output", { class: "tlw-said" });
    const budgetField = field("Labels of each class", budget, budgetSaid);
    const seeds = number("seeds", 20);
    const epochs = number("epochs", 1000);
    const controls = html("div", { class: "tlw-controls" });
    controls.append(
      field("Learning rate", rate, rateSaid),
      budgetField,
      field("Epochs", epochs),
      field("Seeds", seeds),
    );

    const train = html("button", { type: "button", class: "tlw-train", "data-key": "train" }, "Train");
    const clear = html("button", { type: "button", "data-key": "clear" }, "Clear runs");
    const state = html("span", { class: "tlw-state", role: "status" });
    const problem = html("div", { class: "tlw-problem", role: "alert" });
    const bar = html("div", { class: "tlw-actions" }, train, clear, state);
    const freezeBox = html("div");
    const curvesBox = html("div", { class: "tlw-panel-curves" });
    const table = html("div", {
      class: "tlw-scroll",
      tabindex: 0,
      role: "region",
      "aria-label": "Results of the runs",
    });
    const box = html("div", { class: "tlw tlw-panel", role: "group", "aria-label": "Training panel" });
    box.append(freezeBox, controls, bar, problem, curvesBox, table);
    el.append(box);

    const parts = [
      freeze.render({ model: partOf(model, "_freeze_"), el: freezeBox }),
      curves.render({ model: partOf(model, "_curves_"), el: curvesBox }),
    ];

    const set = (name, value) => {
      model.set(name, value);
      model.save_changes();
    };
    rate.max = RATES.length - 1;
    // the kernel hears of it when the handle is let go
    rate.addEventListener("input", () => model.set("rate", RATES[rate.value]));
    budget.addEventListener("input", () => model.set("per_class", model.get("_budgets")[budget.value]));
    for (const slider of [rate, budget]) slider.addEventListener("change", () => model.save_changes());
    for (const [input, name] of [[seeds, "seeds"], [epochs, "epochs"]]) {
      input.addEventListener("change", () => {
        const value = Math.round(Number(input.value));
        if (value >= 1 && value <= Number(input.max)) set(name, value);
        drawSettings();
      });
    }
    // JupyterLab takes the keys for its cells otherwise
    for (const input of [rate, budget, seeds, epochs, table]) {
      input.addEventListener("keydown", (event) => event.stopPropagation());
    }

    let asked = false;
    train.addEventListener("click", () => {
      if (train.getAttribute("aria-disabled") === "true") return;
      asked = true;
      model.save_changes();
      // the settings go along: Jupyter holds changes back while it waits for the kernel, and messages overtake them
      model.send({
        kind: "train",
        settings: Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)])),
      });
      drawState();
    });
    clear.addEventListener("click", () => model.send({ kind: "clear" }));

    function drawSettings() {
      const now = model.get("rate");
      const near = RATES.reduce(
        (best, r, i) => (Math.abs(Math.log(r / now)) < Math.abs(Math.log(RATES[best] / now)) ? i : best),
        0,
      );
      rate.value = near;
      rateSaid.textContent = rateText(now);
      rate.setAttribute("aria-valuetext", rateSaid.textContent);
      const budgets = model.get("_budgets");
      const wanted = model.get("per_class");
      const place = budgets.findIndex((b) => b === null || (wanted !== null && b >= wanted));
      budgetField.hidden = budgets.length < 2;
      budget.max = budgets.length - 1;
      budget.value = wanted === null ? budgets.length - 1 : place;
      budgetSaid.textContent = wanted === null ? `all (${model.get("_examples")} examples)` : String(wanted);
      budget.setAttribute("aria-valuetext", budgetSaid.textContent);
      if (document.activeElement !== seeds) seeds.value = model.get("seeds");
      if (document.activeElement !== epochs) epochs.value = model.get("epochs");
    }

    function drawState() {
      const busy = model.get("training");
      // not `disabled`: that would take the focus away
      train.setAttribute("aria-disabled", String(busy || asked || alone(model)));
      clear.disabled = busy || !model.get("_rows").length;
      let say = "";
      if (alone(model)) say = "Training needs a running kernel.";
      else if (busy) say = "training…";
      else if (asked) say = "asked; the kernel answers when it is free…";
      else if (model.get("stale")) say = "⚠ The settings have changed since the last run.";
      if (state.textContent !== say) state.textContent = say;
      box.classList.toggle("tlw-is-stale", model.get("stale") && !busy);
      if (problem.textContent !== model.get("problem")) problem.textContent = model.get("problem");
      box.dataset.training = busy;
      box.dataset.stale = model.get("stale");
    }

    function drawTable() {
      const rows = model.get("_rows");
      table.hidden = !rows.length;
      curvesBox.hidden = !rows.length && !model.get("training") && !model.get("_curves__runs").length;
      const some = (name) => rows.some((row) => row[name] !== null);
      const digits = (v) => (v === null ? "—" : v.toFixed(3));
      const columns = [
        ["Run", (row) => `${row.now ? "▸ " : ""}${row.name}${row.stopped ? " (stopped)" : ""}`],
        ["Frozen layers", (row) => row.frozen],
        ["Parameters that train", (row) => row.trainable_params.toLocaleString("en")],
        ["Learning rate", (row) => rateText(row.rate)],
        [
          "Examples",
          (
            row,
          ) => (row.per_class === null ? row.examples : `${row.examples} (${row.per_class} of each class)`),
        ],
        [
          "Epochs",
          (row) => (row.epochs_done < row.epochs ? `${row.epochs_done} of ${row.epochs}` : row.epochs),
        ],
        ["Seeds", (row) => row.done],
        [some("accuracy") ? "Validation accuracy" : "Validation loss", (row) => {
          const spread = row.done > 1 && row.accuracy !== null
            ? ` (${digits(row.lowest)} to ${digits(row.highest)})`
            : "";
          return some("accuracy") ? digits(row.accuracy) + spread : digits(row.loss);
        }],
        ["Seconds", (row) => row.seconds.toFixed(1)],
      ];
      const head = html("tr", {}, ...columns.map(([name]) => html("th", { scope: "col" }, name)));
      const body = rows.map((row) =>
        html(
          "tr",
          row.now ? { class: "tlw-now" } : {},
          ...columns.map(([, cell]) => html("td", {}, String(cell(row)))),
        )
      );
      table.replaceChildren(html("table", {}, html("thead", {}, head), html("tbody", {}, ...body)));
      const note = "▸ made with the settings of now";
      if (rows.some((row) => row.now)) table.append(html("div", { class: "tlw-tip" }, note));
    }

    const onState = () => {
      asked = false;
      drawState();
      drawTable();
    };
    const onRows = () => {
      drawState();
      drawTable();
    };
    const listeners = [
      ...["rate", "per_class", "seeds", "epochs", "_budgets", "_examples"].map((
        name,
      ) => [name, drawSettings]),
      ...["training", "problem"].map((name) => [name, onState]),
      ...["stale", "_rows"].map((name) => [name, onRows]),
    ].map(([name, action]) => [`change:${name}`, action]);
    for (const [name, action] of listeners) model.on(name, action);
    drawSettings();
    drawState();
    drawTable();
    return () => {
      for (const cleanup of parts) cleanup();
      for (const [name, action] of listeners) model.off(name, action);
    };
  }

  return { initialize, render };
};

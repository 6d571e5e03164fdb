"use strict";
// Languages, charts drawn when they come into view, one time slider for the moving charts of a section.
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const blob = (id) => document.getElementById(id).textContent;

  // What is packed: gzip in base64.
  async function unpacked(id) {
    const bytes = Uint8Array.from(atob(blob(id)), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  // Languages

  function speak(code) {
    root.lang = code;
    // What scrolls sideways can be reached by the keyboard.
  const reachable = () => {
    for (const box of all(".wide, .scroller")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  window.addEventListener("resize", reachable);
  reachable();

  for (const button of all(".switch")) button.setAttribute("aria-pressed", String(button.dataset.language === code));
    for (const name of ["aria-label", "alt", "title"])
      for (const element of all(`[data-${code}-${name}]`)) element.setAttribute(name, element.getAttribute(`data-${code}-${name}`));
    for (const element of all(`[data-${code}-text]`)) element.textContent = element.getAttribute(`data-${code}-text`);
    for (const chart of charts) if (chart.drawn) draw(chart);
  }

  // Charts

  const config = () => ({
    displaylogo: false, responsive: true, showSendToCloud: false, // nothing leaves this file
    modeBarButtonsToRemove: ["sendDataToCloud", "select2d", "lasso2d", "autoScale2d"],
    locale: root.lang, locales: { ko: { dictionary: JSON.parse(blob("plotly-words")) } },
  });
  const charts = all("figure.chart").map((figure) => ({
    figure, place: figure.querySelector(".plot"), menu: figure.querySelector(".choice"), id: figure.dataset.chart,
    drawn: false, visible: false, moment: null, at: null, busy: false,
  }));

  let plotly = null;
  function loaded() {
    plotly ??= unpacked("plotly").then((text) => {
      const script = document.createElement("script");
      script.textContent = text; // its hash is in the policy of this page
      document.head.append(script);
      if (!window.Plotly) throw new Error("the charts' library did not start");
    });
    return plotly;
  }

  const read = (chart) => (chart.reading ??= unpacked(chart.id).then((text) => { chart.document = JSON.parse(text); }));

  function set(target, path, value) {
    const last = path.length - 1;
    for (let i = 0; i < last; i++) target = target[path[i]];
    target[path[last]] = value;
  }

  // The figure in the language shown, with the choice made.
  function figureOf(chart) {
    const figure = structuredClone(chart.document.figure);
    for (const [path, value] of chart.document.words[root.lang] ?? []) set(figure, path, value);
    if (figure.choices) {
      const choice = figure.choices[chart.menu ? Number(chart.menu.value) : 0];
      for (const n of new Set(figure.choices.flatMap((each) => each.traces))) figure.data[n].visible = choice.traces.includes(n);
      for (const [path, value] of Object.entries(choice.layout)) reach(figure.layout, path, value);
    }
    figure.layout.autosize = true;
    return figure;
  }

  // "xaxis.title.text" and "annotations[0].text", as plotly's relayout takes them.
  function reach(layout, path, value) {
    const keys = path.replace(/\[(\d+)\]/g, ".$1").split(".");
    for (let i = 0; i < keys.length - 1; i++) layout = layout[keys[i]] ??= /^\d+$/.test(keys[i + 1]) ? [] : {};
    layout[keys.at(-1)] = value;
  }

  function draw(chart) {
    const { data, layout, frames } = figureOf(chart);
    chart.frames = frames ?? null;
    chart.at = chart.frames ? chart.document.figure.shown : null;
    window.Plotly.newPlot(chart.place, data, layout, config());
    chart.place.classList.add("drawn");
    for (const button of all(".modebar-btn", chart.place)) button.tabIndex = -1; // a picture has no stops for the keyboard inside
    chart.drawn = true;
    show(chart);
  }

  async function drawLater(chart) {
    try {
      await Promise.all([loaded(), read(chart)]);
      if (!chart.drawn) draw(chart);
    } catch (reason) {
      chart.place.textContent = String(reason);
      throw reason;
    }
  }

  for (const chart of charts) chart.menu?.addEventListener("change", () => { if (chart.drawn) draw(chart); });

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const chart = charts.find((each) => each.figure === entry.target);
      chart.visible = entry.isIntersecting;
      if (chart.visible) chart.drawn ? show(chart) : drawLater(chart);
    }
  }, { rootMargin: "600px 0px" });
  for (const chart of charts) watcher.observe(chart.figure);

  // Moments

  // Moves a chart to the moment asked for; while it moves, later moments wait and only the last of them is drawn.
  async function show(chart) {
    if (!chart.drawn || !chart.frames || chart.moment === null || chart.busy) return;
    const wanted = Math.round(chart.moment * (chart.frames.length - 1));
    if (wanted === chart.at || !chart.visible) return;
    chart.busy = true;
    chart.at = wanted;
    const { data, traces, layout } = chart.frames[wanted];
    try {
      await window.Plotly.animate(chart.place, [{ data, traces, layout }],
        { mode: "immediate", frame: { duration: 0, redraw: true }, transition: { duration: 0 } });
    } catch (reason) {
      if (reason) throw reason; // plotly rejects without a reason when a later move takes over
    } finally {
      chart.busy = false;
    }
    show(chart);
  }

  for (const clock of all(".clock")) {
    const dates = JSON.parse(clock.dataset.moments);
    const slider = clock.querySelector("input"), button = clock.querySelector(".play"), output = clock.querySelector("output");
    const moving = charts.filter((chart) => clock.parentElement.contains(chart.figure));
    const still = window.matchMedia("(prefers-reduced-motion: reduce)");
    let timer = null;
    const move = () => {
      const at = Number(slider.value);
      output.textContent = dates[at];
      slider.setAttribute("aria-valuetext", dates[at]);
      for (const chart of moving) { chart.moment = dates.length > 1 ? at / (dates.length - 1) : 0; show(chart); }
    };
    const play = (on) => {
      clearInterval(timer);
      timer = null;
      button.setAttribute("aria-pressed", String(on));
      button.querySelector(".icon").textContent = on ? "❚❚" : "▶";
      if (!on) return;
      if (Number(slider.value) >= dates.length - 1) { slider.value = 0; move(); }
      timer = setInterval(() => {
        if (moving.some((chart) => chart.busy)) return;
        if (Number(slider.value) >= dates.length - 1) return play(false);
        slider.value = Number(slider.value) + 1;
        move();
      }, still.matches ? 1000 : 150);
    };
    slider.addEventListener("input", () => { play(false); move(); });
    button.addEventListener("click", () => play(timer === null));
    clock.hidden = dates.length < 2;
    slider.setAttribute("aria-valuetext", dates[Number(slider.value)]);
  }

  // Print: everything, drawn as wide as on a screen; the style makes it as wide as the paper.

  window.addEventListener("beforeprint", () => {
    for (const chart of charts) {
      if (chart.place.offsetParent === null) continue; // folded away
      if (!chart.drawn && chart.document && window.Plotly) draw(chart);
      if (chart.drawn) window.Plotly.relayout(chart.place, { width: 1000, autosize: false });
    }
  });
  window.addEventListener("afterprint", () => {
    for (const chart of charts) if (chart.drawn) window.Plotly.relayout(chart.place, { width: null, autosize: true });
  });

  // Contents: where one is.

  const links = all(".contents a");
  const spy = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.target.near = entry.isIntersecting;
    const here = all("main > section").find((section) => section.near);
    for (const link of links) {
      if (here && link.hash === `#${here.id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-80px 0px -60% 0px" });
  for (const section of all("main > section")) spy.observe(section);

  // What scrolls sideways can be reached by the keyboard.
  const reachable = () => {
    for (const box of all(".wide, .scroller")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  window.addEventListener("resize", reachable);
  reachable();

  for (const button of all(".switch")) button.addEventListener("click", () => speak(button.dataset.language));
  if (root.lang !== "en") speak(root.lang);

  // When there is time: read what was not yet looked at, so that printing finds it.
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 200));
  window.addEventListener("load", () => idle(async () => {
    if (charts.length) await loaded();
    for (const chart of charts) await read(chart);
    root.dataset.ready = "true";
  }));
})();

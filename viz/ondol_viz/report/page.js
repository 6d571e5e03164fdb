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
    drawn: false, seen: false, moment: null, at: null, moved: 0,
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

  // The figure in the language shown, with the choice made, at the moment asked for.
  function figureOf(chart) {
    const figure = structuredClone(chart.document.figure);
    for (const [path, value] of chart.document.words[root.lang] ?? []) set(figure, path, value);
    for (const trace of figure.data) // what an earlier trace carries already
      if (Number.isInteger(trace.customdata)) trace.customdata = figure.data[trace.customdata].customdata;
    if (figure.choices) {
      const choice = figure.choices[chart.menu ? Number(chart.menu.value) : 0];
      for (const n of new Set(figure.choices.flatMap((each) => each.traces))) figure.data[n].visible = choice.traces.includes(n);
      for (const [path, value] of Object.entries(choice.layout)) reach(figure.layout, path, value);
    }
    if (figure.frames) {
      chart.at = wanted(chart);
      const { data, traces } = figure.frames[chart.at];
      data.forEach((change, i) => merge(figure.data[traces[i]], change));
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

  function merge(target, change) {
    for (const [key, value] of Object.entries(change)) {
      if (plainObject(value)) merge((target[key] ??= {}), value);
      else target[key] = value;
    }
  }

  // Neither a list nor the base64 of an array of numbers.
  const plainObject = (value) => value?.constructor === Object && !("bdata" in value);

  function draw(chart) {
    const { data, layout } = figureOf(chart);
    window.Plotly.newPlot(chart.place, data, layout, config());
    chart.place.classList.add("drawn");
    for (const button of all(".modebar-btn", chart.place)) button.tabIndex = -1; // a picture has no stops for the keyboard inside
    chart.drawn = true;
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

  const by = new Map(charts.map((chart) => [chart.figure, chart]));
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting && !by.get(target).drawn) drawLater(by.get(target));
  }, { rootMargin: "600px 0px" });
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) by.get(target).seen = isIntersecting;
    turn();
  });
  for (const chart of charts) [near, sight].forEach((watcher) => watcher.observe(chart.figure));

  // Moments

  const framesOf = (chart) => chart.document?.figure.frames;
  const wanted = (chart) => chart.moment === null ? chart.document.figure.shown : Math.round(chart.moment * (framesOf(chart).length - 1));
  const stale = (chart) => chart.drawn && chart.seen && framesOf(chart) && chart.at !== wanted(chart);
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const nextFrame = () => new Promise((done) => requestAnimationFrame(done));

  // Moves the charts in sight to the moment asked for: one redraw in each frame of the screen, that of the longest wait first, so that the slider
  // answers meanwhile; moments asked for in between are left out.  A chart out of sight follows when it comes into sight.
  let turning = null;
  const turn = () => (turning ??= follow().finally(() => { turning = null; }));
  async function follow() {
    await nextFrame();
    for (;;) {
      const waiting = charts.filter(stale);
      if (!waiting.length) return;
      const chart = waiting.reduce((first, other) => (other.moved < first.moved ? other : first));
      chart.moved = performance.now();
      await move(chart);
      await nextFrame();
    }
  }

  // One restyle of all traces that change and show: plotly's animate redraws twice, and one restyle a trace redraws as often as there are traces.
  function move(chart) {
    chart.at = wanted(chart);
    const { data, traces } = framesOf(chart)[chart.at];
    const shown = traces.map((_, i) => i).filter((i) => chart.place.data[traces[i]].visible !== false);
    const changes = {};
    shown.forEach((i, place) => {
      for (const [path, value] of flat(data[i])) (changes[path] ??= Array(shown.length))[place] = value;
    });
    return window.Plotly.restyle(chart.place, changes, shown.map((i) => traces[i]));
  }

  // "marker.color" and its value, as plotly's restyle takes them; what is left undefined stays.
  function flat(change, above = "") {
    return Object.entries(change).flatMap(([key, value]) =>
      key === "type" ? [] : plainObject(value) ? flat(value, `${above}${key}.`) : [[above + key, value]]);
  }

  for (const clock of all(".clock")) {
    const dates = JSON.parse(clock.dataset.moments);
    const slider = clock.querySelector("input"), button = clock.querySelector(".play"), output = clock.querySelector("output");
    const moving = charts.filter((chart) => clock.parentElement.contains(chart.figure));
    const still = window.matchMedia("(prefers-reduced-motion: reduce)");
    let playing = null;
    const go = (at) => {
      slider.value = at;
      output.textContent = dates[at];
      slider.setAttribute("aria-valuetext", dates[at]);
      for (const chart of moving) chart.moment = dates.length > 1 ? at / (dates.length - 1) : 0;
      return turn();
    };
    // As fast as the charts are drawn, and no faster than eyes follow.
    const play = async (on) => {
      const mine = (playing = on ? Symbol() : null);
      button.setAttribute("aria-pressed", String(on));
      button.querySelector(".icon").textContent = on ? "❚❚" : "▶";
      if (on && Number(slider.value) >= dates.length - 1) go(0);
      while (playing && playing === mine) {
        await Promise.all([turn(), pause(still.matches ? 1000 : 100)]);
        if (playing !== mine) return;
        if (Number(slider.value) >= dates.length - 1) return play(false);
        go(Number(slider.value) + 1);
      }
    };
    slider.addEventListener("input", () => { play(false); go(Number(slider.value)); });
    button.addEventListener("click", () => play(playing === null));
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

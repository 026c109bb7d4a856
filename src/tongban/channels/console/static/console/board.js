// The board: two pictures of the numbers that stand in the table, and new numbers every minute while somebody looks.
// Updating can be switched off (and stays off), stops while the page is hidden, and does not count as work: the session
// of an unattended screen ends as it should.
(() => {
  "use strict";
  const STORE = "tongban-board-auto", EVERY = 60000;
  const box = document.getElementById("numbers"), auto = document.getElementById("auto"), told = document.getElementById("told");
  const ink = "#14233a", soft = "#4a5a70", line = "#ccd5e0", blue = "#17508f", green = "#0b6b45";
  const font = getComputedStyle(document.body).fontFamily;
  let drawn = [];

  function make(id, option) {
    const place = document.getElementById(id);
    if (!place || !window.echarts) return;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(option);
    drawn.push(chart);
  }
  function axis(more) {
    return Object.assign({ axisLine: { lineStyle: { color: line } }, axisLabel: { color: soft, fontFamily: font }, splitLine: { lineStyle: { color: line } } }, more);
  }
  // The tooltip is drawn into the canvas: its HTML form needs inline styles, which our own policy forbids.
  const tip = { renderMode: "richText", textStyle: { color: ink, fontFamily: font } };

  function draw() {
    drawn.forEach((c) => c.dispose()); drawn = [];
    const data = JSON.parse(document.getElementById("board-data").textContent), w = data.words;
    const rows = data.shown ? data.centers.find((d) => d.code === data.shown).lines : data.districts;
    make("bars", {
      animation: false, textStyle: { fontFamily: font }, tooltip: { ...tip, trigger: "axis" },
      legend: { data: [w.received, w.decided], top: 0, textStyle: { color: ink } }, grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      xAxis: axis({ type: "value", minInterval: 1 }), yAxis: axis({ type: "category", inverse: true, data: rows.map((r) => r.name), axisTick: { show: false } }),
      series: [
        { name: w.received, type: "bar", data: rows.map((r) => r.received), itemStyle: { color: blue } },
        { name: w.decided, type: "bar", data: rows.map((r) => r.decided), itemStyle: { color: green, decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -0.8, color: "rgba(255,255,255,.35)" } } },
      ],
    });
    const widest = Math.max(1, ...data.centers.map((d) => d.lines.length));
    const cells = data.centers.flatMap((d, y) => d.lines.map((l, x) => ({ value: [x, y, l.waiting], name: l.name, overdue: l.overdue })));
    const most = Math.max(1, ...cells.map((c) => c.value[2]));
    make("heat", {
      animation: false, textStyle: { fontFamily: font },
      tooltip: { ...tip, formatter: (p) => `${p.data.name}\n${w.waiting} ${p.data.value[2]} ${w.cases}\n${w.overdue} ${p.data.overdue} ${w.cases}` },
      grid: { left: 8, right: 16, top: 8, bottom: 44, containLabel: true },
      xAxis: axis({ type: "category", data: [...Array(widest).keys()], show: false }), yAxis: axis({ type: "category", inverse: true, data: data.centers.map((d) => d.district), axisTick: { show: false } }),
      visualMap: { min: 0, max: most, text: [`${most} ${w.cases}`, "0"], orient: "horizontal", left: "center", bottom: 0, calculable: false, inRange: { color: ["#e7eff9", "#7fa8d6", "#123f77"] }, textStyle: { color: soft } },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: "#fff", borderWidth: 2 } }],
    });
  }

  async function update() {
    try {
      const answer = await fetch(box.dataset.url, { headers: { "X-Tongban-Poll": "1" }, credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { auto.checked = false; told.textContent = told.dataset.ended; return; }
      if (!answer.ok) throw new Error(answer.statusText);
      const held = document.activeElement && box.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      box.innerHTML = await answer.text();
      draw();
      if (held) box.querySelector(`a[href="${CSS.escape(held)}"], a[href="${held}"]`)?.focus();
      told.textContent = `${told.dataset.updated} ${new Date().toTimeString().slice(0, 5)}`;
    } catch {
      told.textContent = told.dataset.failed;
    }
  }
  auto.checked = localStorage.getItem(STORE) !== "off";
  auto.addEventListener("change", () => localStorage.setItem(STORE, auto.checked ? "on" : "off"));
  document.getElementById("now").addEventListener("click", update);
  setInterval(() => { if (auto.checked && !document.hidden) update(); }, EVERY);
  window.addEventListener("resize", () => drawn.forEach((c) => c.resize()));
  document.addEventListener("DOMContentLoaded", draw);
  if (document.readyState === "complete") draw();
})();

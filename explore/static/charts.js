// Draws the page's charts from the specifications beside them, in the page's own colours. Without it the tables remain.
"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const config = () => {
    const ink = colour("soft");
    const font = colour("sans");
    return {
      background: null,
      font,
      view: { stroke: null },
      axis: { labelColor: ink, titleColor: ink, domainColor: colour("line"), tickColor: colour("line"), gridColor: colour("hair"), labelFontSize: 11, titleFontWeight: "normal" },
      legend: { labelColor: colour("ink"), labelFontSize: 12 },
      line: { color: colour("link") },
      area: { color: colour("link") },
      rect: { color: colour("verified") },
      point: { color: colour("link"), fill: colour("link") },
      bar: { color: colour("link") },
      rule: { color: colour("seal") },
      range: { category: ["#0d6b7d", "#b3432f", "#6b8e23", "#8a5fbf", "#c98a00", "#3f6fb0", "#a04a7d", "#4b8f6b", "#7d5a3c", "#6f7a86"] },
    };
  };
  const views = new Map();
  const draw = async () => {
    for (const data of document.querySelectorAll("script[data-chart]")) {
      const place = document.getElementById(data.dataset.chart);
      views.get(place)?.finalize();
      const options = { actions: false, renderer: "canvas", ast: true, defaultStyle: false, config: config(), tooltip: tooltip };
      const { view } = await vegaEmbed(place, JSON.parse(data.textContent), options);
      views.set(place, view);
    }
    document.documentElement.dataset.charts = "drawn";
  };

  // A tooltip of text alone: names come from documents.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);
  function tooltip(_handler, event, _item, value) {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    const lines = typeof value === "object" ? Object.entries(value).map(([key, each]) => `${key} ${each}`.trim()) : [String(value)];
    tip.textContent = lines.join("\n");
    tip.style.left = `${Math.min(event.pageX + 14, document.documentElement.clientWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.pageY + 14}px`;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-png]");
    if (!button) return;
    const view = views.get(document.getElementById(button.dataset.png));
    if (!view) return;
    const link = document.createElement("a");
    link.href = await view.toImageURL("png", 2);
    link.download = `${button.dataset.name || "nianbao"}.png`;
    link.click();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();

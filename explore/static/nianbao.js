// Everything here only makes pages quicker to use: without it each link and form does the same.
"use strict";
(() => {
  document.documentElement.classList.add("js");

  // The report: a chosen number opens its place beside the tables.
  const panel = document.querySelector(".panel[data-report]");
  if (panel) {
    const show = async (query, cell) => {
      const answer = await fetch(`/report/${panel.dataset.report}/cell?${query}`);
      if (!answer.ok) return;
      panel.innerHTML = await answer.text();
      panel.classList.toggle("open", Boolean(cell));
      document.querySelectorAll("[data-cell][aria-current]").forEach((each) => each.removeAttribute("aria-current"));
      if (cell) {
        const link = document.querySelector(`.official a[data-cell="${CSS.escape(cell)}"]`);
        if (link) link.setAttribute("aria-current", "true");
      }
      panel.scrollTop = 0;
      history.replaceState(null, "", `?${query}`);
    };
    document.addEventListener("click", (event) => {
      const target = event.target.closest("[data-cell], [data-page]");
      if (!target || event.metaKey || event.ctrlKey || event.shiftKey) {
        if (!event.target.closest(".panel")) panel.classList.remove("open");
        return;
      }
      event.preventDefault();
      const { cell, page } = target.dataset;
      show(cell ? `cell=${encodeURIComponent(cell)}` : `page=${page}`, cell);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") panel.classList.remove("open");
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const here = document.activeElement?.closest(".official td.cell");
      if (!step || !here) return;
      const next = neighbour(here, ...step);
      if (next) {
        event.preventDefault();
        next.querySelector("a").focus();
      }
    });
  }

  // The cell next to one, by where the two are drawn: rows have headings of different widths.
  function neighbour(cell, dx, dy) {
    const from = cell.getBoundingClientRect();
    const cells = [...cell.closest("table").querySelectorAll("td.cell")];
    const ahead = cells.map((each) => ({ each, box: each.getBoundingClientRect() })).filter(({ box }) =>
      dx ? Math.abs(box.top - from.top) < 2 && (box.left - from.left) * dx > 1 : (box.top - from.top) * dy > 1);
    const far = ({ box }) => Math.abs(box.left - from.left) + (dy ? 10 * Math.abs(box.top - from.top) : 0);
    return ahead.sort((a, b) => far(a) - far(b))[0]?.each;
  }
})();

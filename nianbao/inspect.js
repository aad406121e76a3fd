"use strict";
(() => {
  const tip = document.getElementById("tip");
  let pinned = null;

  const line = (tag, words, name) => {
    const element = document.createElement(tag);
    element.textContent = words;
    if (name) element.className = name;
    return element;
  };

  const show = (mark) => {
    const { name, label, kind, state, printed, value, note } = mark.dataset;
    tip.replaceChildren();
    if (name) tip.append(line("b", name));
    if (label) tip.append(line("p", label));
    tip.append(line("p", value || printed.trim() || "（空）", "figure"));
    const said = [kind, state === kind ? "" : state, printed.trim() && printed.trim() !== value ? `原文“${printed.trim()}”` : "", note];
    tip.append(line("p", said.filter(Boolean).join("　"), "aside"));
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const left = Math.min(box.left, innerWidth - tip.offsetWidth - 12);
    const below = box.bottom + 8 + tip.offsetHeight < innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - tip.offsetHeight - 8)}px`;
  };

  const choose = (mark) => {
    document.querySelectorAll(".chosen").forEach((element) => element.classList.remove("chosen"));
    pinned = mark;
    if (!mark) { tip.hidden = true; return; }
    mark.classList.add("chosen");
    if (mark.classList.contains("mark")) show(mark);
  };

  for (const mark of document.querySelectorAll(".mark")) {
    mark.removeAttribute("title");
    mark.addEventListener("mouseenter", () => show(mark));
    mark.addEventListener("mouseleave", () => (pinned && pinned.classList.contains("mark") ? show(pinned) : (tip.hidden = true)));
    mark.addEventListener("focus", () => show(mark));
    mark.addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); choose(mark === pinned ? null : mark); });
    mark.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); choose(mark); } });
  }
  for (const link of document.querySelectorAll("a.goto")) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
      if (!target) return;
      event.preventDefault();
      event.stopPropagation();
      target.scrollIntoView({ block: "center", behavior: "instant" });
      choose(target);
    });
  }
  document.addEventListener("click", () => choose(null));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") choose(null); });
  document.addEventListener("scroll", () => { if (pinned && pinned.classList.contains("mark")) show(pinned); else tip.hidden = true; }, { passive: true, capture: true });
  const start = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (start) { start.scrollIntoView({ block: "center" }); choose(start); }
})();

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

  // Suggestions while one types: a combobox as the ARIA practices describe it.
  for (const form of document.querySelectorAll("[data-suggest]")) {
    const input = form.querySelector("[role=combobox]");
    const list = form.querySelector("[role=listbox]");
    const status = form.querySelector("[data-status]");
    const fills = form.dataset.suggest === "fill";
    let asked = 0;
    let chosen = -1;
    const close = () => {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (place) => {
      const options = [...list.children];
      chosen = options.length ? (place + options.length) % options.length : -1;
      options.forEach((each, at) => each.setAttribute("aria-selected", String(at === chosen)));
      if (chosen < 0) return;
      input.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
      if (fills) {
        input.value = option.dataset.value;
        close();
        input.form.requestSubmit();
      } else {
        location.href = option.dataset.address;
      }
    };
    const suggest = async () => {
      const query = input.value.trim();
      const number = ++asked;
      if (!query) return close();
      const answer = await (await fetch(`/-/nianbao/agencies.json?q=${encodeURIComponent(query)}`)).json();
      if (number !== asked) return;
      list.replaceChildren(...answer.agencies.map((agency, at) => {
        const option = document.createElement("li");
        option.id = `suggested-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.address = agency.address;
        option.dataset.value = agency.id === null ? agency.name : String(agency.id);
        const name = document.createElement("span");
        name.textContent = agency.canonical ? `${agency.name} → ${agency.canonical}` : agency.name;
        const years = document.createElement("span");
        years.className = "quiet";
        years.textContent = agency.years;
        option.append(name, years);
        return option;
      }));
      if (status) status.textContent = answer.count ? `${answer.count} ${status.dataset.some}` : status.dataset.none;
      list.hidden = !answer.agencies.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      chosen = -1;
    };
    let waiting;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(suggest, 90);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) suggest();
        else mark(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        take(list.children[chosen]);
      } else if (event.key === "Escape") close();
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) take(option);
    });
    input.addEventListener("blur", () => setTimeout(close, 120));
  }

  // Copying: what stands on the page as text.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-address]");
    if (!button) return;
    await navigator.clipboard.writeText("copy" in button.dataset ? document.getElementById(button.dataset.copy).textContent : location.href);
    const told = document.querySelector("[data-copied]");
    if (told) told.textContent = told.dataset.copied;
  });

  // Review by keyboard. Keys count only while nothing is being typed.
  if (document.querySelector("[data-key]")) {
    document.addEventListener("keydown", (event) => {
      if (event.target.closest("input, select, textarea") || event.metaKey || event.ctrlKey || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "e") {
        const field = document.getElementById("value");
        if (!field || field.matches(":disabled")) return;
        event.preventDefault();
        field.focus();
        return;
      }
      const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!target || target.matches(":disabled")) return;
      event.preventDefault();
      target.click();
    });
    // Enter in a field takes what is typed there, not the first button of the form.
    document.querySelector("[data-decision]")?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      event.currentTarget.querySelector('[value="typed"]').click();
    });
  }

  // What is still being counted is looked at again.
  if (document.querySelector("[data-again]")) setTimeout(() => location.reload(), 2500);

  // The token may come behind the address, where it is sent to nobody.
  const signIn = document.querySelector("[data-sign-in]");
  if (signIn && location.hash.startsWith("#token=")) {
    signIn.elements.token.value = decodeURIComponent(location.hash.slice(7));
    history.replaceState(null, "", location.pathname);
    signIn.elements.person.focus();
  }
})();

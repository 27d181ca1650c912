/* The look-up by keyboard: searches as one types, moves through results, and does on one key what a button does.
   Without it every button sends the form. */
(function () {
  "use strict";

  const look = document.getElementById("look");
  const box = document.getElementById("text");
  const said = document.getElementById("said");
  const fault = document.getElementById("fault");
  const withShortcuts = "shortcuts" in document.body.dataset;
  const PAUSE = 120; // milliseconds: between two letters of a quick typist, and not felt by others
  const TOLD = 2000; // milliseconds for which a button says that it worked
  let waiting = 0;
  let running = null;
  let acting = Promise.resolve();

  function isField(target) {
    return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) ||
      (target.tagName === "INPUT" && !["checkbox", "radio"].includes(target.type));
  }

  function tell(text) {
    if (said) said.textContent = text;
  }

  /* The results for what stands in the form now; `button` says what else is to be done.
     A search gives way to the next one; what a button does is done in turn and never cut off. */
  function ask(button) {
    clearTimeout(waiting);
    if (running) running.abort();
    const mine = (running = new AbortController());
    const send = () => mine.signal.aborted && !button ? null : fetchResults(button, button ? null : mine.signal);
    const done = acting.then(send);
    if (button) acting = done;
    return done;
  }

  async function fetchResults(button, signal) {
    if (button && button.name === "unfilter") clearFilters();
    const body = new URLSearchParams(new FormData(look));
    if (button && button.name) body.append(button.name, button.value);
    try {
      const answer = await fetch(look.action, {
        method: "POST", body, signal, headers: { Accept: look.dataset.media + ", application/json;q=0.9" },
      });
      const told = await answer.json();
      if (answer.ok) show(told.elements, button);
      else complain(told.error.message);
    } catch (problem) {
      if (problem.name !== "AbortError") complain(look.dataset.failed);
    }
  }

  function clearFilters() {
    for (const choice of look.querySelectorAll(".filters select")) choice.value = "";
    for (const choice of look.querySelectorAll(".filters input")) choice.checked = false;
  }

  function show(elements, button) {
    const old = document.getElementById("found");
    const held = old.contains(document.activeElement) ? document.activeElement.id : "";
    const made = buildAll(elements);
    old.replaceWith(made);
    const found = document.getElementById("found");
    const again = held && document.getElementById(held);
    if (again) again.focus();
    else if (held) focusOn(links()[0] || box);
    fault.hidden = true;
    tell(button && button.name === "outcome" ? look.dataset.counted : found.dataset.said);
  }

  function complain(text) {
    fault.textContent = text;
    fault.hidden = false;
  }

  function links() {
    return Array.from(document.querySelectorAll("a.opens"));
  }

  function focusOn(target) {
    if (!target) return;
    target.focus();
    const row = target.closest(".result");
    if (row) row.scrollIntoView({ block: "nearest" });
  }

  /* Down from the box to the first result, up from the first back to the box. */
  function move(step, target) {
    const all = links();
    const row = target.closest(".result");
    const at = row ? all.indexOf(row.querySelector("a.opens")) : -1;
    const next = at + step;
    if (next < 0) focusOn(box);
    else if (next < all.length) focusOn(all[next]);
  }

  /* What the key stands for: the button of the result that has the focus, else the page's own. */
  function thingOf(sign, target) {
    const named = '[aria-keyshortcuts="' + CSS.escape(sign) + '"]';
    const row = target.closest(".result");
    const inRow = row && row.querySelector(named);
    return inRow || Array.from(document.querySelectorAll(named)).find((thing) => !thing.closest(".result"));
  }

  function press(sign, target) {
    const thing = thingOf(sign, target);
    if (!thing) {
      if (sign === "b" && look) tell(look.dataset.none);
      return false;
    }
    if (thing === box) {
      box.focus();
      box.select();
    } else {
      if (thing.tagName === "SUMMARY") thing.focus();
      thing.click();
      if (thing.tagName === "SUMMARY") thing.parentElement.scrollIntoView({ block: "nearest" });
    }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && look && (target === box || !isField(target))) {
      if (target === box && step < 0) return;
      event.preventDefault();
      move(step, target);
    } else if (event.key === "Escape" && target === box) {
      event.preventDefault();
      document.getElementById("main").focus();
    } else if (withShortcuts && event.key.length === 1 && !event.repeat && !isField(target)) {
      if (press(event.key, target)) event.preventDefault();
    }
  });

  if (look) {
    const filters = look.querySelector(".filters");
    const wide = matchMedia("(min-width: 64rem)");
    // On a telephone results come first; how many filters are on stands above them.
    filters.open = wide.matches;
    wide.addEventListener("change", () => { filters.open = filters.open || wide.matches; });
    look.addEventListener("input", (event) => {
      clearTimeout(waiting);
      if (!event.isComposing) waiting = setTimeout(ask, event.target === box ? PAUSE : 0);
    });
    look.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = event.submitter;
      const entered = button && button.name === "search" && document.activeElement === box;
      // Keys pressed from here on are commands, and no letters of the text.
      if (entered) document.getElementById("main").focus();
      await ask(button);
      if (entered) focusOn(links()[0]);
    });
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      await navigator.clipboard.writeText(text.value);
      text.select();
      tell(button.dataset.copied);
      const label = button.dataset.label || (button.dataset.label = button.textContent);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, TOLD);
    });
  }
})();

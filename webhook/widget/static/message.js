/* Builds the message on the device. Nothing of it is sent, and it is kept only where the person asks for that. */
"use strict";

(() => {
  const page = document.querySelector("[data-part=message]");
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  const all = (rule) => [...page.querySelectorAll(rule)];
  const words = page.dataset;
  const fields = all("[data-blank]");
  const link = part("link");
  const remember = part("remember");
  const address = link.getAttribute("href").split("?")[0];
  const PLACE = `kelrodis-${address.slice("sms:".length)}`;

  /* How many characters one message holds, and each of several: fewer where a letter is left that no map below knows. */
  const PLAIN = { alone: 160, joined: 153 };
  const FOREIGN = { alone: 70, joined: 67 };
  /* What does not come apart into a letter and its mark, and what phones write by themselves. */
  const SIGNS = { "ł": "l", "Ł": "L", "„": '"', "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..." };

  function withoutMarks(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^\x00-\x7f]/g, (sign) => SIGNS[sign] || sign)
      .replace(/\s+/g, " ").trim();
  }

  function filled(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (blank, name) => values[name]);
  }

  function say(text) {
    part("status").textContent = text;
  }

  function typed() {
    return Object.assign({}, ...fields.map((field) => ({ [field.dataset.blank]: field.value })));
  }

  function draw() {
    const values = typed();
    Object.keys(values).forEach((name) => { values[name] = withoutMarks(values[name]) || "..."; });
    const text = filled(words.pattern, values);
    const room = /^[\n -~]*$/.test(text) ? PLAIN : FOREIGN;
    const parts = text.length <= room.alone ? 1 : Math.ceil(text.length / room.joined);
    part("text").textContent = text;
    part("count").textContent = filled(words.count, { length: text.length, most: room.alone, parts: parts });
    link.href = `${address}?body=${encodeURIComponent(text)}`;
  }

  function fill(values) {
    fields.forEach((field) => { field.value = values[field.dataset.blank] || ""; });
    draw();
  }

  /* Storage may be forbidden; then the box does not stay ticked. */
  function keep() {
    try {
      if (remember.checked) localStorage.setItem(PLACE, JSON.stringify(typed()));
      else localStorage.removeItem(PLACE);
    } catch (fault) {
      if (remember.checked) say(words.notKept);
      remember.checked = false;
    }
  }

  function recall() {
    try {
      return JSON.parse(localStorage.getItem(PLACE));
    } catch (fault) {
      return null;
    }
  }

  function choose(what) {
    page.querySelector("[data-blank=what]").value = what;
    draw();
    keep();
    say(filled(words.chosen, { what: what }));
  }

  function copy() {
    const text = part("text");
    const byHand = () => {
      getSelection().selectAllChildren(text);
      say(words.selected);
    };
    if (!navigator.clipboard) byHand();
    else navigator.clipboard.writeText(text.textContent).then(() => say(words.copied), byHand);
  }

  function erase() {
    remember.checked = false;
    fill({});
    keep();
    say(words.erased);
  }

  function makeButton(choice) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...choice.childNodes);
    button.addEventListener("click", () => choose(choice.dataset.what));
    choice.append(button);
  }

  all("[data-part=choice]").forEach(makeButton);
  all("[data-part=scripted]").forEach((element) => { element.hidden = false; });
  part("by-hand").hidden = true;
  fields.forEach((field) => field.addEventListener("input", () => { draw(); keep(); }));
  remember.addEventListener("change", keep);
  part("copy").addEventListener("click", copy);
  part("erase").addEventListener("click", erase);
  /* A browser that goes back would show again what was typed. */
  window.addEventListener("pagehide", () => remember.checked || fill({}));

  const kept = recall();
  remember.checked = Boolean(kept);
  fill(kept || {});
})();

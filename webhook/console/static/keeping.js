// While somebody types into a record's form: faults are told at once, texts put in order, hours said in words.
"use strict";
(() => {
  const form = document.getElementById("record");
  if (!form) return;
  const token = document.querySelector("meta[name=csrf-token]").content;
  const latest = new Map();
  const visited = new Set();
  let touched = false;

  const own = (field) => form.querySelectorAll(`[data-field="${CSS.escape(field)}"] [name]`);

  // Only what belongs to the field is sent, as the form itself would send it.
  const bodyOf = (field) => {
    const body = new URLSearchParams({ kind: form.dataset.kind, field });
    for (const input of own(field)) {
      if ((input.type === "checkbox" && !input.checked) || input.type === "button") continue;
      body.append(input.name, input.value);
    }
    return body;
  };

  const tell = (field, faults) => {
    for (const input of own(field)) {
      const place = document.getElementById(`${input.name}-fault`);
      if (!place) continue;
      // Nobody is told that a field is empty before they came to it.
      const early = !input.value && !visited.has(input.name);
      const sentence = early ? "" : faults[input.name] || "";
      if (place.textContent !== sentence) place.textContent = sentence;
      if (sentence) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  };

  // Only what was typed just now: putting other values in order would change what nobody touched.
  const keep = (input, kept) => {
    if (input.name in kept && input !== document.activeElement) input.value = kept[input.name];
  };

  const say = (field, spoken) => {
    for (const place of form.querySelectorAll(`[data-field="${CSS.escape(field)}"] [data-spoken]`)) {
      place.textContent = spoken[place.dataset.spoken] || "–";
    }
  };

  const check = async (field, left) => {
    const turn = (latest.get(field) || 0) + 1;
    latest.set(field, turn);
    let answer;
    try {
      answer = await fetch(form.dataset.validate, {
        method: "POST", body: bodyOf(field), headers: { "X-CSRFToken": token, Accept: "application/json" },
      });
    } catch { return; } // without a network the server tells the same faults on saving
    if (!answer.ok || latest.get(field) !== turn) return;
    const { faults, kept, spoken } = await answer.json();
    tell(field, faults);
    say(field, spoken);
    if (left) keep(left, kept);
  };

  form.addEventListener("focusout", (event) => visited.add(event.target.name));
  const fieldOf = (input) => input.closest("[data-field]")?.dataset.field;
  const waiting = new Map();
  form.addEventListener("input", (event) => {
    touched = true;
    const field = fieldOf(event.target);
    if (!field) return;
    clearTimeout(waiting.get(field));
    waiting.set(field, setTimeout(() => check(field, null), 400));
  });
  form.addEventListener("change", (event) => {
    const field = fieldOf(event.target);
    if (event.target.name?.endsWith(".phrase")) fill(event.target);
    if (!field) return;
    clearTimeout(waiting.get(field));
    check(field, event.target);
  });

  // A ready phrase fills all languages; what somebody wrote themselves is left.
  const fill = (select) => {
    const phrases = [...select.options];
    const chosen = select.selectedOptions[0];
    if (!chosen.value) return;
    for (const language of ["lt", "pl", "en"]) {
      const input = form.elements.namedItem(select.name.replace(".phrase", `.text.${language}`));
      const ready = phrases.some((one) => one.dataset[language] === input.value);
      if (!input.value || ready) input.value = chosen.dataset[language];
    }
  };

  form.addEventListener("submit", () => { touched = false; });
  addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
  document.getElementById("faults")?.focus();
})();

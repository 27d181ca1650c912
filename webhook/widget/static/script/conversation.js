/* The conversation inside `root`, the page itself or the panel: asks, shows, keeps, and says how it stands. */

function converse(root, language) {
  const words = wordsOf(language);
  const log = root.querySelector(".log");
  const status = root.querySelector(".status");
  const form = root.querySelector("form.ask");
  const field = form.querySelector("textarea");
  let busy = false;

  function say(text) {
    status.textContent = text;
  }

  function setBusy(state) {
    busy = state;
    log.setAttribute("aria-busy", String(state));
    form.querySelector("button").setAttribute("aria-disabled", String(state));
  }

  /* Brings a part to the top of what is seen. In the panel only its own content moves, never the page around it. */
  function reveal(part) {
    const moving = root.querySelector(".scroll");
    if (!moving) part.scrollIntoView({ block: "start" });
    else moving.scrollTop += part.getBoundingClientRect().top - moving.getBoundingClientRect().top - 8;
  }

  function show(part, seen) {
    const made = log.appendChild(part);
    if (seen) reveal(made);
    return made;
  }

  function showQuestion(text) {
    return show(element("p", { class: "asked" }, ["span", { class: "unseen" }, words.you + " "], text), true);
  }

  function showAnswer(told, seen) {
    const before = root.querySelector("#latest");
    if (before) before.removeAttribute("id");
    log.append(buildAll(told));
    const latest = log.lastElementChild;
    latest.id = "latest";
    if (!seen) return;
    /* In danger nothing stands above the number; else the question stands above its answer. */
    const grave = latest.querySelector(".danger");
    reveal(grave || latest.previousElementSibling || latest);
  }

  function forgetFault() {
    const fault = log.querySelector(".fault");
    if (fault) fault.remove();
  }

  /* lines: the server's for this very message, else those that came with the script. */
  function showFault(text, lines) {
    forgetFault();
    const part = element("section", { class: "answer fault", lang: language }, ["div", { class: "bubble" }, ["p", {}, text],
      ["div", { class: "buttons" }, ["button", { type: "button", "data-do": "retry" }, words.retry]]]);
    if (lines) part.append(buildAll(lines));
    show(part, true);
  }

  async function deliver(message) {
    if (busy) return;
    setBusy(true);
    say(words.waiting);
    const late = setTimeout(() => say(words.waiting_long), 6000);
    const answer = await send(message);
    clearTimeout(late);
    setBusy(false);
    say("");
    if (memory.now.waiting === null) return; /* erased meanwhile */
    if (answer && answer.ok) {
      forgetFault();
      const turn = { asked: memory.now.waiting.title, elements: answer.body.elements };
      memory.keep({ turns: memory.now.turns.concat(turn), waiting: null });
      showAnswer(turn.elements, true);
    } else if (answer) {
      const refused = answer.body.error || {};
      showFault(refused.message || words.unreachable, answer.body.elements || KELRODIS.languages[language].away);
    } else {
      showFault(navigator.onLine === false ? words.offline : words.unreachable, KELRODIS.languages[language].away);
    }
  }

  function ask(text, title) {
    if (busy || !text.trim()) return;
    if (memory.isOld()) clear();
    const message = { sender: memory.now.sender, message: text, language: language, message_id: random() };
    if (here.municipality) message.municipality = here.municipality;
    forgetFault();
    memory.keep({ language: language, waiting: { message: message, title: title } });
    showQuestion(title);
    deliver(message);
  }

  function again() {
    if (memory.now.waiting) deliver(memory.now.waiting.message);
  }

  function clear() {
    memory.clear();
    log.querySelectorAll(":scope > :not(.greeting)").forEach((old) => old.remove());
  }

  function startOver() {
    endOnServer(memory.now.sender).catch(() => {});
    clear();
    say(words.erased);
    field.value = "";
    field.focus();
    reveal(log.firstElementChild);
  }

  /* Another language is asked for as any person would ask for it; the answer shows that it was understood. */
  function restore() {
    memory.now.turns.forEach((turn) => {
      show(element("p", { class: "asked" }, ["span", { class: "unseen" }, words.you + " "], turn.asked), false);
      showAnswer(turn.elements, false);
    });
    if (memory.now.waiting) {
      showQuestion(memory.now.waiting.title);
      again();
    } else if (log.lastElementChild && memory.now.turns.length) {
      reveal(log.lastElementChild);
    }
  }

  function tell(told) {
    const service = told.form.querySelector("[name=service]").value;
    const helped = told.value === "helped" || told.value === "not_helped";
    post(helped ? "/api/v1/feedback" : "/api/v1/reports", { service_id: service, kind: told.value, language: language })
      .catch(() => {});
    told.form.replaceWith(element("p", { class: "quiet" }, words.told_thanks));
    say(words.told_thanks);
  }

  function copy(card) {
    const lines = Array.from(card.querySelectorAll("h2, .service, .lithuanian, .phone, dd, .source"));
    const text = lines.filter((line) => !line.closest("details")).map((line) => line.textContent.trim()).join("\n");
    navigator.clipboard.writeText(text).then(() => say(words.copied), () => {});
  }

  let pressed = null;
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button, a");
    if (!button) return;
    pressed = button;
    if (button.dataset.do === "retry") again();
    if (button.dataset.do === "copy") copy(button.closest(".card"));
  });

  root.addEventListener("submit", (event) => {
    const sent = event.target;
    const button = event.submitter || (pressed && pressed.form === sent ? pressed : null);
    if (sent.classList.contains("ask")) {
      event.preventDefault();
      const text = field.value;
      if (busy || !text.trim()) return;
      field.value = "";
      ask(text, text);
    } else if (sent.classList.contains("erase")) {
      event.preventDefault();
      startOver();
    } else if (button && button.name === "message") {
      event.preventDefault();
      ask(button.value, button.textContent);
    } else if (button && sent.dataset.do === "tell") {
      event.preventDefault();
      tell(button);
    }
  });

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.querySelector("button").click();
  });

  window.addEventListener("online", again);
  restore();
  return { say: say, ask: ask, field: field };
}

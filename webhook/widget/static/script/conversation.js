/* The conversation inside `root`, the page itself or the panel: asks, shows, keeps, and says how it stands. */

const PATIENCE = 6000;

function copyCard(card, say, words) {
  const lines = Array.from(card.querySelectorAll("h2, .service, .lithuanian, .phone, dd, .source"));
  const text = lines.filter((line) => !line.closest("details")).map((line) => line.textContent.trim()).join("\n");
  navigator.clipboard.writeText(text).then(() => say(words.copied), () => say(words.not_copied));
}

/* What was pressed has gone; who uses the keyboard goes on here. */
function focusOn(part) {
  part.setAttribute("tabindex", "-1");
  part.focus({ preventScroll: true });
}

function converse(root, language) {
  const words = wordsOf(language);
  const log = root.querySelector(".log");
  const status = root.querySelector(".status");
  const form = root.querySelector("form.ask");
  const field = form.querySelector("textarea");
  /* Answers that the server keeps for who had no script before. */
  const keptByServer = log.querySelector(":scope > :not(.greeting)") !== null;
  let busy = false;
  let late = 0;
  let ended = false;
  let order = null;

  function say(text) {
    status.textContent = text;
  }

  function setBusy(state) {
    busy = state;
    clearTimeout(late);
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

  function showQuestion(text, seen) {
    show(element("p", { class: "asked" }, ["span", { class: "unseen" }, words.you + " "], text), seen);
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

  /* Says whether the person was in it. */
  function forgetFault() {
    const fault = log.querySelector(".fault");
    if (!fault) return false;
    const within = fault.contains(fault.getRootNode().activeElement);
    fault.remove();
    return within;
  }

  /* text: null while there is still hope. lines: the server's for this very message, else those of the script. */
  function showFault(text, lines) {
    const within = forgetFault();
    const again = ["button", { type: "button", "data-do": "retry" }, words.retry];
    const bubble = ["div", { class: "bubble" }, ["p", {}, text || words.waiting_long]];
    if (text) bubble.push(["div", { class: "buttons" }, again]);
    const part = element("section", { class: "answer fault", lang: language }, bubble);
    part.append(buildAll(lines || KELRODIS.languages[language].away));
    show(part, true);
    if (within && text) part.querySelector("button").focus();
  }

  async function deliver(message) {
    if (busy || ended) return;
    const isWanted = () => !ended && memory.now.waiting !== null && memory.now.waiting.message.message_id === message.message_id;
    setBusy(true);
    say(words.waiting);
    late = setTimeout(() => showFault(null, null), PATIENCE);
    const answer = await send(message, isWanted);
    if (!isWanted()) return; /* erased, or drawn anew, meanwhile */
    setBusy(false);
    say("");
    if (answer && answer.ok) receive(answer.body);
    else refuse(answer, message);
    if (order) ask(order, order);
  }

  function receive(body) {
    const within = forgetFault();
    const turn = { asked: memory.now.waiting.title, elements: body.elements };
    memory.keep({ turns: memory.now.turns.concat(turn), waiting: null });
    showAnswer(turn.elements, true);
    if (within) focusOn(log.lastElementChild);
  }

  function refuse(answer, message) {
    const refused = (answer && answer.body.error) || {};
    if (refused.code === "unknown_municipality" && message.municipality) {
      /* The page that embeds us is mistaken about its place; the person is answered all the same. */
      console.warn("Kelrodis: unknown data-municipality");
      here.municipality = null;
      delete message.municipality;
      deliver(message);
      return;
    }
    const offline = navigator.onLine === false ? words.offline : words.unreachable;
    showFault(refused.message || offline, answer && answer.body.elements);
  }

  function ask(text, title) {
    if (busy || !text.trim()) return;
    if (memory.isOld()) clear();
    order = null;
    const message = { sender: memory.now.sender, message: text, language: language, message_id: random() };
    if (here.municipality) message.municipality = here.municipality;
    forgetFault();
    memory.keep({ language: language, waiting: { message: message, title: title } });
    showQuestion(title, true);
    deliver(message);
  }

  /* Another language is asked for as any person would ask for it; the answer shows that it was understood. */
  function command(text) {
    if (busy) order = text;
    else ask(text, text);
  }

  function again() {
    if (memory.now.waiting) deliver(memory.now.waiting.message);
  }

  function clear() {
    memory.clear();
    stopSending();
    setBusy(false);
    order = null;
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

  /* What was read before is not read aloud again. */
  function restore() {
    log.setAttribute("aria-live", "off");
    memory.now.turns.forEach((turn) => {
      showQuestion(turn.asked, false);
      showAnswer(turn.elements, false);
    });
    if (memory.now.turns.length) reveal(log.lastElementChild);
    setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
    if (!memory.now.waiting) return;
    showQuestion(memory.now.waiting.title, true);
    again();
  }

  function tell(told) {
    const service = told.form.querySelector("[name=service]").value;
    const helped = told.value === "helped" || told.value === "not_helped";
    post(helped ? "/api/v1/feedback" : "/api/v1/reports", { service_id: service, kind: told.value, language: language })
      .catch(() => {});
    const thanks = element("p", { class: "quiet" }, words.told_thanks);
    told.form.replaceWith(thanks);
    focusOn(thanks);
    say(words.told_thanks);
  }

  let pressed = null;
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button, a");
    if (!button) return;
    pressed = button;
    if (button.dataset.do === "retry") again();
    if (button.dataset.do === "copy") copyCard(button.closest(".card"), say, words);
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
      if (!keptByServer) event.preventDefault();
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
  return {
    say: say,
    command: command,
    field: field,
    stop() {
      ended = true;
      clearTimeout(late);
      window.removeEventListener("online", again);
    },
  };
}

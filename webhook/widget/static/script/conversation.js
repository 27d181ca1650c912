/* The conversation inside `root`, the page itself or the panel: asks, shows, keeps, and says how it stands. */

const PATIENCE = 6000;

/* What was pressed has gone; who uses the keyboard goes on here. */
function focusOn(part) {
  part.setAttribute("tabindex", "-1");
  part.focus({ preventScroll: true });
}

class Conversation {
  constructor(root, language) {
    this.root = root;
    this.language = language;
    this.words = wordsOf(language);
    this.log = root.querySelector(".log");
    this.status = root.querySelector(".status");
    this.form = root.querySelector("form.ask");
    this.field = this.form.querySelector("textarea");
    /* Answers that the server keeps for who had no script before. */
    this.keptByServer = this.log.querySelector(":scope > :not(.greeting)") !== null;
    this.busy = false;
    this.ended = false;
    this.order = null;
    this.pressed = null;
    this.again = () => memory.now.waiting && this.deliver(memory.now.waiting.message);
    this.listen();
    this.restore();
  }

  listen() {
    this.root.addEventListener("click", (event) => this.onClick(event));
    this.root.addEventListener("submit", (event) => this.onSubmit(event));
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.querySelector("button").click();
    });
    window.addEventListener("online", this.again);
  }

  /* Another conversation takes this one's place: what is still under way is for that one. */
  stop() {
    this.ended = true;
    clearTimeout(this.late);
    window.removeEventListener("online", this.again);
  }

  /* What is asked and answered. */

  ask(text, title) {
    if (this.busy || !text.trim()) return;
    if (memory.isOld()) this.clear();
    this.order = null;
    const message = { sender: memory.now.sender, message: text, language: this.language, message_id: random() };
    if (here.municipality) message.municipality = here.municipality;
    this.forgetFault();
    memory.keep({ language: this.language, waiting: { message: message, title: title } });
    this.showQuestion(title, true);
    this.deliver(message);
  }

  /* Another language is asked for as any person would ask for it; the answer shows that it was understood. */
  command(text) {
    if (this.busy) this.order = text;
    else this.ask(text, text);
  }

  async deliver(message) {
    if (this.busy || this.ended) return;
    const isWanted = () => {
      const { waiting } = memory.now;
      return !this.ended && waiting !== null && waiting.message.message_id === message.message_id;
    };
    this.setBusy(true);
    this.say(this.words.waiting);
    this.late = setTimeout(() => this.showFault(null, null), PATIENCE);
    const answer = await send(message, isWanted);
    if (!isWanted()) return; /* erased, or drawn anew, meanwhile */
    this.setBusy(false);
    this.say("");
    if (answer && answer.ok) this.receive(answer.body);
    else this.refuse(answer, message);
    /* Not while a message still waits for its answer. */
    if (this.order && memory.now.waiting === null) this.ask(this.order, this.order);
  }

  receive(body) {
    const within = this.forgetFault();
    const turn = { asked: memory.now.waiting.title, elements: body.elements };
    memory.keep({ turns: memory.now.turns.concat(turn), waiting: null });
    this.showAnswer(turn.elements, true);
    if (within) focusOn(this.log.lastElementChild);
  }

  refuse(answer, message) {
    const refused = (answer && answer.body.error) || {};
    if (refused.code === "unknown_municipality" && message.municipality) {
      /* The page that embeds us is mistaken about its place; the person is answered all the same. */
      console.warn("Kelrodis: unknown data-municipality");
      here.municipality = null;
      delete message.municipality;
      this.deliver(message);
      return;
    }
    const unheard = navigator.onLine === false ? this.words.offline : this.words.unreachable;
    this.showFault(refused.message || unheard, answer && answer.body.elements);
  }

  startOver() {
    endOnServer(memory.now.sender).catch(() => {});
    this.clear();
    this.say(this.words.erased);
    this.field.value = "";
    this.field.focus();
    this.reveal(this.log.firstElementChild);
  }

  clear() {
    memory.clear();
    stopSending();
    this.setBusy(false);
    this.order = null;
    this.log.querySelectorAll(":scope > :not(.greeting)").forEach((old) => old.remove());
  }

  /* What was read before is not read aloud again. */
  restore() {
    this.log.setAttribute("aria-live", "off");
    memory.now.turns.forEach((turn) => {
      this.showQuestion(turn.asked, false);
      this.showAnswer(turn.elements, false);
    });
    if (memory.now.turns.length) this.reveal(this.log.lastElementChild);
    setTimeout(() => this.log.setAttribute("aria-live", "polite"), 500);
    if (!memory.now.waiting) return;
    this.showQuestion(memory.now.waiting.title, true);
    this.again();
  }

  /* What is seen and heard. */

  say(text) {
    this.status.textContent = text;
  }

  setBusy(state) {
    this.busy = state;
    clearTimeout(this.late);
    this.log.setAttribute("aria-busy", String(state));
    this.form.querySelector("button").setAttribute("aria-disabled", String(state));
  }

  /* Brings a part to the top of what is seen. In the panel only its own content moves, never the page around it. */
  reveal(part) {
    const moving = this.root.querySelector(".scroll");
    if (!moving) part.scrollIntoView({ block: "start" });
    else moving.scrollTop += part.getBoundingClientRect().top - moving.getBoundingClientRect().top - 8;
  }

  showQuestion(text, seen) {
    const asked = element("p", { class: "asked" }, ["span", { class: "unseen" }, this.words.you + " "], text);
    this.log.append(asked);
    if (seen) this.reveal(asked);
  }

  showAnswer(told, seen) {
    const before = this.root.querySelector("#latest");
    if (before) before.removeAttribute("id");
    this.log.append(buildAll(told));
    const latest = this.log.lastElementChild;
    latest.id = "latest";
    if (!seen) return;
    /* In danger nothing stands above the number; else the question stands above its answer. */
    const grave = latest.querySelector(".danger");
    this.reveal(grave || latest.previousElementSibling || latest);
  }

  /* text: null while there is still hope. lines: the server's for this very message, else those of the script. */
  showFault(text, lines) {
    const within = this.forgetFault();
    const again = ["button", { type: "button", "data-do": "retry" }, this.words.retry];
    const bubble = ["div", { class: "bubble" }, ["p", {}, text || this.words.waiting_long]];
    if (text) bubble.push(["div", { class: "buttons" }, again]);
    const part = element("section", { class: "answer fault", lang: this.language }, bubble);
    part.append(buildAll(lines || KELRODIS.languages[this.language].away));
    this.log.append(part);
    this.reveal(part);
    if (within && text) part.querySelector("button").focus();
  }

  /* Says whether the person was in it. */
  forgetFault() {
    const fault = this.log.querySelector(".fault");
    if (!fault) return false;
    const within = fault.contains(fault.getRootNode().activeElement);
    fault.remove();
    return within;
  }

  /* What is pressed. */

  onClick(event) {
    const button = event.target.closest("button, a");
    if (!button) return;
    this.pressed = button;
    if (button.dataset.do === "retry") this.again();
    if (button.dataset.do === "copy") copyCard(button.closest(".card"), this.words, (text) => this.say(text));
  }

  onSubmit(event) {
    const sent = event.target;
    const button = event.submitter || (this.pressed && this.pressed.form === sent ? this.pressed : null);
    if (sent === this.form) {
      event.preventDefault();
      this.askWritten();
    } else if (sent.classList.contains("erase")) {
      if (!this.keptByServer) event.preventDefault();
      this.startOver();
    } else if (button && button.name === "message") {
      event.preventDefault();
      this.ask(button.value, button.textContent);
    } else if (button && sent.dataset.do === "tell") {
      event.preventDefault();
      this.tell(button);
    }
  }

  askWritten() {
    const text = this.field.value;
    if (this.busy || !text.trim()) return;
    this.field.value = "";
    this.ask(text, text);
  }

  tell(button) {
    const body = { service_id: button.form.querySelector("[name=service]").value, kind: button.value, language: this.language };
    const helped = button.value === "helped" || button.value === "not_helped";
    post(helped ? "/api/v1/feedback" : "/api/v1/reports", body).catch(() => {});
    const thanks = element("p", { class: "quiet" }, this.words.told_thanks);
    button.form.replaceWith(thanks);
    focusOn(thanks);
    this.say(this.words.told_thanks);
  }
}

/* Starts where the page asks for it: on our own page, or as a panel or inline part of another. */

/* A change of language is an order, also to the conversation that is already going on. */
function orderLanguage(talk, language) {
  if (memory.now.turns.length || memory.now.waiting) talk.command(KELRODIS.languages[language].order);
}

/* Our own pages: the chat where it is, and on every page leaving quickly and printing. */
function takeOverPage(language) {
  const talk = document.querySelector("form.ask") ? new Conversation(document, language) : null;
  if (talk && memory.now.language && memory.now.language !== language) {
    memory.keep({ language: language });
    orderLanguage(talk, language);
  }
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-do]");
    if (!pressed) return;
    if (pressed.dataset.do === "print") window.print();
    if (pressed.dataset.do === "copy" && !talk) copyCard(pressed.closest(".card"), wordsOf(language), () => {});
    if (pressed.dataset.do !== "exit") return;
    event.preventDefault();
    leave();
  });
  document.querySelectorAll("[data-do=print], [data-do=copy]").forEach((button) => {
    button.hidden = button.dataset.do === "copy" && !navigator.clipboard;
  });
  leaveByKey(() => true, (left) => talk && talk.say(wordsOf(language).exit_more[left - 1]));
  /* A page that the browser had kept whole would show what was erased. */
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
  document.documentElement.dataset.script = "on";
}

(function start() {
  if (window.Kelrodis) return;
  const element = document.currentScript || document.querySelector("script[src*='/widget.']");
  const asked = element.dataset;
  const known = (language) => (language in KELRODIS.languages ? language : null);
  const language = known(asked.language) || known((document.documentElement.lang || "").slice(0, 2)) || "lt";
  here.municipality = asked.municipality || null;
  memory.load();
  if ("page" in asked) {
    takeOverPage(language);
    return;
  }
  here.origin = new URL(element.src, document.baseURI).origin;
  here.embedded = true;
  window.Kelrodis = { open() {}, close() {} };
  const begin = () => {
    const { target, title, label, accent, offset } = asked;
    const panel = new Panel({ language, target, title, label, accent, offset });
    window.Kelrodis = { open: () => panel.open(), close: () => panel.close() };
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();

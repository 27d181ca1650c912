/* The launcher and the panel on somebody else's page, inside a shadow root that neither page's styles can cross. */

function withStyles(root) {
  if ("adoptedStyleSheets" in Document.prototype && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(KELRODIS.styles);
    root.adoptedStyleSheets = [sheet];
  } else {
    root.append(element("link", { rel: "stylesheet", href: "/styles/chat.css" }));
  }
}

function find(selector) {
  try {
    return selector ? document.querySelector(selector) : null;
  } catch (fault) {
    console.warn("Kelrodis: data-target is no selector");
    return null;
  }
}

function makePanel(options) {
  const host = document.createElement("div");
  const target = find(options.target);
  (target || document.body).append(host);
  const root = host.attachShadow({ mode: "open" });
  withStyles(root);
  const inline = target !== null;
  let language = memory.now.language || options.language;
  let launcher = null;
  let panel = null;
  let talk = null;

  /* Colours and distances are set as properties of the host, which a policy against style attributes allows. */
  if (options.accent) host.style.setProperty("--accent", options.accent);
  if (options.offset) {
    const distances = options.offset.split(/[ ,]+/);
    host.style.setProperty("--right", (parseInt(distances[0], 10) || 0) + "px");
    host.style.setProperty("--bottom", (parseInt(distances[1] || distances[0], 10) || 0) + "px");
  }

  function draw() {
    if (talk) talk.stop();
    if (panel) panel.remove();
    const told = KELRODIS.languages[language];
    root.append(buildAll(told.panel));
    panel = root.querySelector(".panel");
    panel.classList.toggle("inline", inline);
    if (inline) panel.removeAttribute("role");
    if (options.title) panel.querySelector(".name a").textContent = options.title;
    talk = converse(panel, language);
    panel.addEventListener("click", onClick);
  }

  function onClick(event) {
    const link = event.target.closest("[data-do]");
    if (!link) return;
    if (link.dataset.do === "exit") {
      event.preventDefault();
      leave();
    } else if (link.dataset.do === "close") {
      close();
    } else if (link.dataset.do === "language") {
      event.preventDefault();
      change(link.dataset.language);
    }
  }

  function change(to) {
    if (to === language) return;
    language = to;
    memory.keep({ language: to });
    draw();
    panel.querySelector(".languages [aria-current]").focus();
    orderLanguage(talk, to);
  }

  function open() {
    if (inline) return talk.field.focus();
    panel.hidden = false;
    launcher.hidden = true;
    memory.keep({ open: true });
    talk.field.focus();
  }

  function close() {
    panel.hidden = true;
    launcher.hidden = false;
    memory.keep({ open: false });
    launcher.focus();
  }

  draw();
  if (!inline) {
    launcher = element("button", { type: "button", class: "kelrodis launcher", lang: language, "aria-haspopup": "dialog" },
      options.label || wordsOf(language).open_chat);
    root.prepend(launcher);
    launcher.addEventListener("click", open);
    panel.hidden = !memory.now.open;
    launcher.hidden = !panel.hidden;
    root.addEventListener("keydown", (event) => event.key === "Escape" && !panel.hidden && close());
  }
  /* A page that the browser had kept whole would show what was erased on another. */
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    stopSending();
    memory.loadAgain();
    draw();
    if (!inline) panel.hidden = !memory.now.open;
    if (launcher) launcher.hidden = !panel.hidden;
  });
  leaveByKey(() => !panel.hidden, (left) => talk.say(wordsOf(language).exit_more[left - 1]));
  return { open: open, close: () => !inline && close() };
}

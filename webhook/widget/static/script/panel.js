/* The launcher and the panel on somebody else's page, inside a shadow root that neither page's styles can cross. */

function find(selector) {
  try {
    return selector ? document.querySelector(selector) : null;
  } catch (fault) {
    console.warn("Kelrodis: data-target is no selector");
    return null;
  }
}

function putStyles(root) {
  if ("adoptedStyleSheets" in Document.prototype && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(KELRODIS.styles);
    root.adoptedStyleSheets = [sheet];
  } else {
    root.append(element("link", { rel: "stylesheet", href: "/styles/chat.css" }));
  }
}

class Panel {
  constructor(options) {
    this.options = options;
    this.language = memory.now.language || options.language;
    const target = find(options.target);
    this.inline = target !== null;
    this.host = document.createElement("div");
    (target || document.body).append(this.host);
    this.root = this.host.attachShadow({ mode: "open" });
    putStyles(this.root);
    this.paint();
    this.draw();
    if (!this.inline) this.addLauncher();
    this.listen();
  }

  /* Colours and distances are set as properties of the host, which a policy against style attributes allows. */
  paint() {
    const { accent, offset } = this.options;
    if (accent) this.host.style.setProperty("--accent", accent);
    if (!offset) return;
    const distances = offset.split(/[ ,]+/);
    this.host.style.setProperty("--right", (parseInt(distances[0], 10) || 0) + "px");
    this.host.style.setProperty("--bottom", (parseInt(distances[1] || distances[0], 10) || 0) + "px");
  }

  draw() {
    if (this.talk) this.talk.stop();
    if (this.panel) this.panel.remove();
    this.root.append(buildAll(KELRODIS.languages[this.language].panel));
    this.panel = this.root.querySelector(".panel");
    this.panel.classList.toggle("inline", this.inline);
    if (this.inline) this.panel.removeAttribute("role");
    if (this.options.title) this.panel.querySelector(".name a").textContent = this.options.title;
    this.panel.addEventListener("click", (event) => this.onClick(event));
    this.talk = new Conversation(this.panel, this.language);
  }

  addLauncher() {
    const label = this.options.label || wordsOf(this.language).open_chat;
    const attributes = { type: "button", class: "kelrodis launcher", lang: this.language, "aria-haspopup": "dialog" };
    this.launcher = element("button", attributes, label);
    this.launcher.addEventListener("click", () => this.open());
    this.root.prepend(this.launcher);
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && !this.panel.hidden && this.close());
    this.show(memory.now.open);
  }

  listen() {
    leaveByKey(() => !this.panel.hidden, (left) => this.talk.say(wordsOf(this.language).exit_more[left - 1]));
    /* A page that the browser had kept whole would show what was erased on another. */
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      stopSending();
      memory.loadAgain();
      this.draw();
      if (!this.inline) this.show(memory.now.open);
    });
  }

  onClick(event) {
    const link = event.target.closest("[data-do]");
    if (!link) return;
    if (link.dataset.do === "exit") {
      event.preventDefault();
      leave();
    } else if (link.dataset.do === "close") {
      this.close();
    } else if (link.dataset.do === "language") {
      event.preventDefault();
      this.change(link.dataset.language);
    }
  }

  change(language) {
    if (language === this.language) return;
    this.language = language;
    memory.keep({ language: language });
    this.draw();
    this.panel.querySelector(".languages [aria-current]").focus();
    orderLanguage(this.talk, language);
  }

  show(state) {
    this.panel.hidden = !state;
    this.launcher.hidden = state;
  }

  open() {
    if (!this.inline) {
      this.show(true);
      memory.keep({ open: true });
    }
    this.talk.field.focus();
  }

  close() {
    if (this.inline) return;
    this.show(false);
    memory.keep({ open: false });
    this.launcher.focus();
  }
}

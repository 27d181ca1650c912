/* Takes the page's forms over: sends messages to the API and shows the answers with the same elements that
   templates/widget/answer.html makes. Everything is set as text, never as HTML. */
"use strict";

(() => {
  const log = document.getElementById("log");
  const status = document.getElementById("status");
  const form = document.getElementById("ask");
  const field = document.getElementById("message");
  const pageLanguage = log.dataset.language;
  let texts = null;
  let busy = false;
  let unsent = null;
  /* Answers that the server keeps for a person who had no JavaScript before. */
  const keptByServer = log.querySelector(":scope > :not(.greeting)") !== null;

  function node(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }

  function wordsOf(language) {
    return texts[language] || texts.lt;
  }

  function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /* What a person without JavaScript gets from rendering.py. */
  function safeLink(address) {
    return address && /^https?:\/\//i.test(address) ? address : null;
  }

  function siteName(address) {
    try {
      return new URL(address).hostname.replace(/^www\./, "");
    } catch {
      return address;
    }
  }

  function outside(address, text) {
    return node("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
  }

  function languageNames(codes, words) {
    return codes.map((code) => words.languages[code] || code).join(", ");
  }

  function openText(card, words) {
    if (card.open_now === null) return null;
    const key = card.open_now ? "open" : "closed";
    const change = card.hours_change_at;
    if (!change) return words[`${key}_now`];
    const [year, month, date] = change.slice(0, 10).split("-").map(Number);
    const weekday = (new Date(year, month - 1, date).getDay() + 6) % 7;
    return filled(words[`${key}_until`], { day: words.weekdays[weekday], time: change.slice(11, 16) });
  }

  function lithuanianNames(card) {
    return [...new Set([card.organization_lt, card.service_lt].filter(Boolean))].join(", ");
  }

  /* Help lines. */
  function wayItem(label, link, lineWay) {
    const hours = lineWay.hours_text;
    return node("li", {}, `${label}: `, link, hours ? " " : null, hours ? node("span", {}, `(${hours})`) : null);
  }

  function way(lineWay, words) {
    const value = lineWay.value;
    if (lineWay.kind === "sms") {
      return wayItem(words.way_sms, node("a", { href: `sms:${value.replaceAll(" ", "")}` }, value), lineWay);
    }
    if (lineWay.kind === "email") {
      return wayItem(words.way_email, node("a", { href: `mailto:${value}` }, value), lineWay);
    }
    if (lineWay.kind === "chat" && safeLink(value)) {
      return wayItem(words.way_chat, outside(value, siteName(value)), lineWay);
    }
    return null;
  }

  function helpLine(line, words) {
    const calls = line.ways.filter((one) => one.kind === "call" && one.hours_text);
    const spoken = line.languages_known && line.spoken_languages.length;
    return node("li", {},
      node("a", { class: "call", href: `tel:${line.tel}` }, node("strong", {}, line.number), " ", node("span", {}, line.name)),
      node("ul", {},
        calls.map((one) => node("li", {}, one.hours_text)),
        line.free ? node("li", {}, words.free) : null,
        spoken ? node("li", {}, `${words.spoken_languages}: ${languageNames(line.spoken_languages, words)}`) : null,
        line.ways.map((one) => way(one, words))));
  }

  function helpLines(lines, language) {
    return node("ul", { class: "lines" }, lines.map((line) => helpLine(line, wordsOf(language))));
  }

  function crisisBlock(crisis, language) {
    if (crisis.level === "none" || !crisis.helplines.length) return null;
    return node("section", { class: crisis.level, lang: language },
      node("h2", {}, wordsOf(language)[crisis.level]), helpLines(crisis.helplines, language));
  }

  /* Cards. */
  function row(label, kind, language, ...content) {
    return node("div", { class: kind }, node("dt", {}, label), node("dd", { lang: language }, ...content));
  }

  function phones(card, words) {
    if (!card.phones.length) return null;
    return node("div", { class: "phone" }, node("dt", {}, words.phone), card.phones.map((phone) =>
      node("dd", {}, node("a", { class: "call", href: `tel:${phone.tel}` }, phone.number),
        phone.label ? " " : null, phone.label ? node("span", {}, phone.label) : null)));
  }

  function contacts(card, words) {
    const website = safeLink(card.website);
    const map = safeLink(card.map_url);
    const open = openText(card, words);
    return [
      phones(card, words),
      card.email ? row(words.email, "email", null, node("a", { href: `mailto:${card.email}` }, card.email)) : null,
      website ? row(words.website, "website", null, outside(website, siteName(website))) : null,
      card.address ? row(words.address, "address", null, node("span", { lang: "lt" }, card.address),
        map ? " " : null, map ? outside(map, words.map) : null) : null,
      card.hours_text || open ? row(words.hours, "hours", null,
        card.hours_text ? node("span", {}, card.hours_text) : null, open ? " " : null,
        open ? node("strong", { class: card.open_now ? "open" : "closed" }, open) : null) : null,
    ];
  }

  function source(card, words) {
    const link = safeLink(card.source_url);
    const confirmed = card.verified_on ? filled(words.verified, { date: card.verified_on }) : words.unverified;
    return node("p", { class: "source" }, `${words.source}: `, link ? outside(link, siteName(link)) : words.no_link,
      `, ${card.source_date || words.undated}. ${confirmed}`);
  }

  function items(tag, list) {
    return node(tag, {}, list.map((item) => node("li", {}, item)));
  }

  function details(card, words, language) {
    return node("dl", {},
      card.who ? row(words.who, "who", language, card.who) : null,
      contacts(card, words),
      card.how_to_get.length ? row(words.how_to_get, "how", language, items("ol", card.how_to_get)) : null,
      card.documents.length ? row(words.documents, "documents", language, items("ul", card.documents)) : null,
      card.cost ? row(words.cost, "cost", language, card.cost) : null,
      card.spoken_languages.length
        ? row(words.spoken_languages, "spoken", null, languageNames(card.spoken_languages, words)) : null);
  }

  function serviceCard(card, language) {
    const words = wordsOf(language);
    const own = card.text_language !== language ? card.text_language : null;
    const renamed = card.organization_id !== card.service_id
      && (card.organization_lt !== card.organization || card.service_lt !== card.service);
    return node("article", { class: card.fallback ? "card fallback" : "card" },
      node("h2", { lang: own }, card.service),
      card.organization !== card.service ? node("p", { class: "institution", lang: own }, card.organization) : null,
      renamed ? node("p", { class: "lithuanian" }, `${words.ask_for}: `, node("span", { lang: "lt" }, lithuanianNames(card))) : null,
      card.alert ? node("p", { class: "alert" }, `${card.alert.text} (${filled(words.until, { date: card.alert.until })})`) : null,
      card.why ? node("p", { class: "why" }, card.why) : null,
      card.description ? node("p", { class: "description", lang: own }, card.description) : null,
      details(card, words, own),
      source(card, words));
  }

  function buttons(list) {
    if (!list.length) return null;
    return node("form", { class: "buttons", method: "post", action: form.getAttribute("action") },
      node("input", { type: "hidden", name: "lang", value: pageLanguage }),
      list.map((button) => node("button", { name: "message", value: button.payload }, button.title)));
  }

  function turn(answer) {
    return node("section", { class: "answer", lang: answer.language },
      crisisBlock(answer.crisis, answer.language),
      answer.replies.map((part) => node("div", { class: "bubble", lang: part.language },
        part.text ? node("p", {}, part.text) : null,
        part.services.map((card) => serviceCard(card, part.language)),
        buttons(part.buttons))));
  }

  /* The conversation. */
  function random() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  let sender = null;
  function whoAsks(renew) {
    try {
      sender = sender || sessionStorage.getItem("kelrodis-sender");
      if (renew || !sender) {
        sender = random();
        sessionStorage.setItem("kelrodis-sender", sender);
      }
    } catch {
      sender = renew || !sender ? random() : sender;
    }
    return sender;
  }

  async function post(path, body) {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), 20000);
    try {
      const response = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
        signal: stop.signal,
      });
      return { ok: response.ok, body: response.status === 204 ? null : await response.json() };
    } finally {
      clearTimeout(clock);
    }
  }

  function show(element) {
    const before = document.getElementById("latest");
    if (before) before.removeAttribute("id");
    element.id = "latest";
    log.append(element);
    element.scrollIntoView({ block: "start" });
  }

  function showFault(text, lines) {
    const words = texts[pageLanguage];
    const again = node("button", { type: "button" }, words.retry);
    again.addEventListener("click", () => unsent && deliver(unsent));
    show(node("section", { class: "answer" }, node("div", { class: "bubble" },
      node("p", {}, text),
      lines && lines.length
        ? node("section", { class: "distress" }, node("h3", {}, words.help_now), helpLines(lines, pageLanguage)) : null,
      node("div", { class: "buttons" }, again))));
  }

  function setBusy(state, text) {
    busy = state;
    status.textContent = text;
    for (const button of document.querySelectorAll("button")) button.setAttribute("aria-disabled", String(state));
  }

  async function deliver(message) {
    if (busy) return;
    const words = texts[pageLanguage];
    unsent = message;
    setBusy(true, words.waiting);
    let outcome = "";
    try {
      const answer = await post("/api/v1/chat", message);
      if (answer.ok) {
        unsent = null;
        show(turn(answer.body));
        outcome = words.answered;
      } else {
        showFault(answer.body.error.message, answer.body.helplines);
      }
    } catch {
      showFault(words.unreachable, null);
    }
    setBusy(false, outcome);
  }

  function ask(text, title) {
    if (busy || !text.trim()) return;
    const words = texts[pageLanguage];
    log.append(node("p", { class: "asked" }, node("b", {}, words.you), " ", title));
    deliver({ sender: whoAsks(false), message: text, language: pageLanguage, message_id: random() });
  }

  async function erase() {
    if (busy) return;
    const words = texts[pageLanguage];
    let done = false;
    setBusy(true, words.waiting);
    try {
      done = (await post("/api/v1/chat/end", { sender: whoAsks(false) })).ok;
    } catch {
      done = false;
    }
    setBusy(false, done ? words.erased : words.unreachable);
    if (!done) return;
    if (keptByServer) document.getElementById("erase").submit();
    whoAsks(true);
    unsent = null;
    for (const old of log.querySelectorAll(":scope > :not(.greeting)")) old.remove();
    field.focus();
  }

  function onSubmit(event) {
    const button = event.submitter;
    if (!texts) return;
    if (event.target.id === "erase") {
      event.preventDefault();
      erase();
    } else if (event.target === form) {
      event.preventDefault();
      const text = field.value;
      if (busy || !text.trim()) return;
      field.value = "";
      ask(text, text);
    } else if (button && button.name === "message") {
      event.preventDefault();
      ask(button.value, button.textContent);
    }
  }

  function onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  /* Until the words have come, and where they do not come, the plain forms go on working. */
  fetch(log.dataset.texts)
    .then((response) => response.json())
    .then((found) => {
      texts = found;
      document.addEventListener("submit", onSubmit);
      field.addEventListener("keydown", onKey);
      document.documentElement.dataset.script = "on";
    })
    .catch(() => {});
})();

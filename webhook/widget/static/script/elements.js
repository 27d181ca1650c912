/* Builds what the server tells as [tag, {attributes}, ...children]. Texts are set as texts, never read as HTML. */

/* Where we come from, and whether we stand on somebody else's page. */
const here = { origin: "", embedded: false };

const ADDRESSES = ["href", "action", "src"];

function build(told) {
  if (typeof told === "string") return document.createTextNode(told);
  const made = document.createElement(told[0]);
  for (const name of Object.keys(told[1])) {
    const value = told[1][name];
    made.setAttribute(name, ADDRESSES.includes(name) && value.startsWith("/") ? here.origin + value : value);
  }
  if (made.dataset.do === "copy") made.hidden = !navigator.clipboard;
  if (here.embedded && leadsAway(made)) made.setAttribute("target", "_blank");
  made.append(...told.slice(2).map(build));
  return made;
}

/* A link or form that would replace the page on which the panel stands. */
function leadsAway(made) {
  if (made.tagName === "FORM") return true;
  const address = made.getAttribute("href") || "";
  return made.tagName === "A" && address.startsWith(here.origin + "/") && !made.dataset.do;
}

function element(tag, attributes, ...children) {
  return build([tag, attributes, ...children]);
}

function buildAll(told) {
  const part = document.createDocumentFragment();
  part.append(...told.map(build));
  return part;
}

function wordsOf(language) {
  return (KELRODIS.languages[language] || KELRODIS.languages.lt).words;
}

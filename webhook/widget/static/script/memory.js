/* The conversation of this tab: in sessionStorage only, gone with the tab, after 30 idle minutes and on leaving. */

const PLACE = "kelrodis";
const IDLE = 30 * 60 * 1000;
/* Older turns are forgotten first; the storage of a tab is small. */
const MOST_TURNS = 40;

function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => ("0" + byte.toString(16)).slice(-2)).join("");
}

/* turns: what was asked and how it was answered. waiting: a message that has no answer yet, to be sent again. */
function nothing() {
  return { sender: random(), at: Date.now(), language: null, open: false, turns: [], waiting: null };
}

const memory = {
  now: nothing(),

  load() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(PLACE));
      if (kept && Date.now() - kept.at < IDLE) this.now = kept;
      else sessionStorage.removeItem(PLACE);
    } catch (fault) {
      /* Storage is forbidden or spoilt: the conversation lives as long as the page. */
    }
  },

  keep(changes) {
    Object.assign(this.now, changes, { at: Date.now() });
    this.now.turns = this.now.turns.slice(-MOST_TURNS);
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(this.now));
    } catch (fault) {
      /* As above. */
    }
  },

  /* What another page of this tab has left, where the browser shows an old page again. */
  loadAgain() {
    this.now = nothing();
    this.load();
  },

  isOld() {
    return Date.now() - this.now.at >= IDLE;
  },

  clear() {
    const { language, open } = this.now;
    this.now = Object.assign(nothing(), { language: language, open: open });
    try {
      sessionStorage.removeItem(PLACE);
    } catch (fault) {
      /* As above. */
    }
  },
};

/* Carries messages to the server. A message keeps its id, so that sending it again is never answered twice. */

const LONGEST = 25000;
const PAUSES = [0, 1000, 3000];
let flying = null;

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function post(path, body, options) {
  return fetch(here.origin + path, Object.assign({
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: KELRODIS.accept },
    body: JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
  }, options));
}

async function once(message) {
  flying = typeof AbortController === "function" ? new AbortController() : null;
  const mine = flying;
  const clock = setTimeout(() => mine && mine.abort(), LONGEST);
  try {
    const response = await post("/api/v1/chat", message, mine ? { signal: mine.signal } : {});
    return { ok: response.ok, status: response.status, body: await response.json() };
  } finally {
    clearTimeout(clock);
  }
}

/* The answer, or null when nobody answers. A refusal that asking again does not change is an answer too; so is the
   last of those that do not end, since it may hold the help lines for this very message. */
async function send(message, isWanted) {
  let last = null;
  for (const milliseconds of PAUSES) {
    await pause(milliseconds);
    if (!isWanted()) return null;
    try {
      last = await once(message);
      if (last.ok || last.status < 500) return last;
    } catch (fault) {
      if (navigator.onLine === false) return last;
    }
  }
  return last;
}

function stopSending() {
  if (flying) flying.abort();
  flying = null;
}

/* Also while the page is being left. */
function endOnServer(sender) {
  return post("/api/v1/chat/end", { sender: sender }, { keepalive: true });
}

/* Carries messages to the server. A message keeps its id, so that sending it again is never answered twice. */

const LONGEST = 25000;
const PAUSES = [0, 1000, 3000];

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
  const stop = typeof AbortController === "function" ? new AbortController() : null;
  const clock = setTimeout(() => stop && stop.abort(), LONGEST);
  try {
    const response = await post("/api/v1/chat", message, stop ? { signal: stop.signal } : {});
    return { ok: response.ok, status: response.status, body: await response.json() };
  } finally {
    clearTimeout(clock);
  }
}

/* The answer, or null when nobody answers. A refusal that asking again does not change is an answer too. */
async function send(message) {
  for (const milliseconds of PAUSES) {
    await pause(milliseconds);
    try {
      const answer = await once(message);
      if (answer.ok || answer.status < 500) return answer;
    } catch (fault) {
      if (navigator.onLine === false) return null;
    }
  }
  return null;
}

/* Also while the page is being left. */
function endOnServer(sender) {
  return post("/api/v1/chat/end", { sender: sender }, { keepalive: true });
}

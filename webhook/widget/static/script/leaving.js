/* Leaving quickly, as GOV.UK's pattern does: the page goes blank at once, and Back leads to what was there before. */

const TIMES = 3;
const WITHIN = 5000;

function leave() {
  endOnServer(memory.now.sender).catch(() => {});
  memory.clear();
  document.documentElement.hidden = true;
  document.title = "";
  const target = here.origin + "/exit";
  /* From a frame the whole page is left. */
  try {
    window.top.location.replace(target);
  } catch (fault) {
    window.location.replace(target);
  }
}

/* Shift pressed three times within five seconds; `say` tells how often it must still be pressed. */
function leaveByKey(isShown, say) {
  let pressed = [];
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !isShown()) {
      pressed = [];
      return;
    }
    const now = Date.now();
    pressed = pressed.filter((time) => now - time < WITHIN).concat(now);
    if (pressed.length >= TIMES) leave();
    else say(TIMES - pressed.length);
  });
}

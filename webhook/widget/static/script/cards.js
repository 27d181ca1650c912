/* What the script alone can do with a card. */

function copyCard(card, words, say) {
  const lines = Array.from(card.querySelectorAll("h2, .service, .lithuanian, .phone, dd, .source"));
  const text = lines.filter((line) => !line.closest("details")).map((line) => line.textContent.trim()).join("\n");
  navigator.clipboard.writeText(text).then(() => say(words.copied), () => say(words.not_copied));
}

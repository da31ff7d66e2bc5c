// The page's icon from <html data-colour data-letter>.
const icon = document.createElement("link"), mark = document.documentElement.dataset;
icon.rel = "icon";
icon.href = "data:image/svg+xml," + encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">` +
  `<circle cx="8" cy="8" r="8" fill="${mark.colour}"/><text x="4.5" y="11.5" font-size="10" fill="#fff">${mark.letter}</text></svg>`);
document.head.append(icon);

// Where everything with an id is on the screen, five times a second; countdowns, dialogs and "saved" boxes.
let reported = "";
setInterval(() => {
  if (document.visibilityState !== "visible") return;
  const scale = window.devicePixelRatio, spots = {};
  const left = window.screenX + (window.outerWidth - window.innerWidth * scale) / 2;
  const top = window.screenY + window.outerHeight - window.innerHeight * scale;
  for (const element of document.querySelectorAll("[id]")) {
    const box = element.getBoundingClientRect();
    if (box.width)
      spots[element.id] = [left + scale * (box.left + box.width / 2), top + scale * (box.top + box.height / 2)].map(Math.round);
  }
  const now = JSON.stringify(spots);
  if (now !== reported) fetch("/spots", { method: "POST", body: reported = now }).catch(() => {});
}, 200);

function countdown(element, seconds) {
  const show = () => {
    const parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(n => String(Math.floor(n)).padStart(2, "0"));
    element.textContent = parts.join(":");
    seconds -= 1;
  };
  show();
  setInterval(show, 1000);
}

function dialog(words, button, dim) {
  const shade = document.createElement("div");
  shade.className = dim ? "shade dim" : "shade";
  shade.innerHTML = `<div class="dialog"><p>${words}</p><button id="close">${button}</button></div>`;
  document.body.append(shade);
  shade.querySelector("button").onclick = () => shade.remove();
}

function saved(words) {
  const box = document.createElement("div");
  box.className = "saved";
  box.textContent = words;
  document.body.append(box);
  setTimeout(() => box.remove(), 2500);
}

// What belongs to the page as a whole: the transport bar, links, keys, language.
const seekBar = find("#seek");
seekBar.addEventListener("input", () => {
  player.seek(Number(seekBar.value));
  incidents.choose(null);
});
document.addEventListener("moved", () => {
  seekBar.value = player.now;
  seekBar.setAttribute("aria-valuetext", tellTime(player.now));
  find("#clock-session").textContent = tellTime(player.now);
  find("#clock-wall").textContent = wallClock(player.now);
});

const speedMenu = find("#speed");
speedMenu.addEventListener("change", () => player.setSpeed(Number(speedMenu.value)));
find("#play").addEventListener("click", () => player.toggle());
find("#print").addEventListener("click", () => window.print());
find("#help-open").addEventListener("click", () => find("#help").showModal());
for (const dialog of findAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });
}

// ---------------------------------------------------------------- links: a moment (#t=12.3), an incident, a milestone, a list
function follow(hash) {
  const moment = /^#t=(-?[\d.]+)$/.exec(hash);
  const incident = /^#incident-(\d+)$/.exec(hash);
  if (moment) {
    player.seek(Number(moment[1]));
    incidents.choose(null);
  }
  if (incident) incidents.open(Number(incident[1]));
  const milestone = /^#milestone-(\d+)$/.exec(hash);
  const row = milestone && find(hash);
  if (row) {
    player.seek(session.milestones[milestone[1]][0]);
    lists.open("log");
    lists.reveal(row);
    find("a", row).focus({ preventScroll: true });
  }
  return Boolean(moment || incident || row);
}

document.addEventListener("click", (event) => {
  const hash = event.target.closest('a[href^="#"]')?.getAttribute("href");
  if (!hash) return;
  lists.open(hash.slice(1)); // and go there, as with any link
  if (!follow(hash)) return;
  event.preventDefault();
  history.replaceState(null, "", hash);
  bringIntoView(find(".player"));
});
// A button pressed with the mouse gives the focus back, or else Space would press it again instead of playing.
document.addEventListener("click", (event) => {
  if (event.detail && event.target.closest("button")) event.target.closest("button").blur();
});
// Who follows a link from further down must see where it leads.
function bringIntoView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  if (bottom < 0.2 * innerHeight || top > 0.8 * innerHeight) element.scrollIntoView({ block: "nearest" });
}
window.addEventListener("hashchange", () => follow(location.hash));

// ---------------------------------------------------------------- keys
const withChosen = (act) => () => incidents.chosen && act(incidents.chosen);
const skip = (seconds) => () => player.seek(player.now + seconds);

const KEYS = {
  " ": () => player.toggle(),
  j: incidents.next,
  n: incidents.next,
  k: incidents.previous,
  p: incidents.previous,
  c: withChosen((card) => review.decide(card, "confirmed")),
  d: withChosen((card) => review.decide(card, "dismissed")),
  m: withChosen((card) => review.writeNote(card)),
  i: () => find("#only-incidents").click(),
  "/": texts.focus,
  "+": timeline.zoomIn,
  "-": timeline.zoomOut,
  "?": () => find("#help").showModal(),
  ArrowLeft: skip(-5),
  ArrowRight: skip(5),
};
const SHIFTED = { ArrowLeft: skip(-1), ArrowRight: skip(1) };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
  const { target } = event;
  if (target.matches("input[type=text], input[type=search], textarea, select")) {
    if (event.key === "Escape") target.blur();
    return;
  }
  // Space presses a button that has the focus, and arrows move a slider.
  if (event.key === " " && target.matches("button, summary, input:not([type=range])")) return;
  if (event.key.startsWith("Arrow") && target.matches("input")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const speed = /^[1-9]$/.test(key) ? speedMenu.options[Number(key) - 1] : undefined;
  const act = (event.shiftKey && SHIFTED[key]) || KEYS[key];
  if (speed) {
    speedMenu.value = speed.value;
    player.setSpeed(Number(speed.value));
  } else if (!act) return;
  else act();
  event.preventDefault();
});

// ---------------------------------------------------------------- begin
startLanguages();
timeline.setZoom(1);
player.seek(session.begin_s);
follow(location.hash);

// A recording in its pane: one part, or several that follow one another. Where there are several, two <video> elements,
// the decks, take turns: one shows the part of the moment, the other has the next part ready.
const FASTEST = 16; // browsers refuse or clip playbackRate above this

function openReel({ source, parts }) {
  const DRIFT_S = 0.03; // nearer than this is together
  const JUMP_S = 0.5; // further off than this is put right by seeking, less by playing a little faster or slower
  const NUDGE = 0.25; // how much faster or slower, at most
  const SEAM_S = 0.5; // the last picture stays so long: parts seldom meet exactly
  const END_SLACK_S = 0.05; // the last picture of a file may end a little early

  const box = find(`.screen[data-source="${source}"]`);
  const outside = find(".outside", box);
  const decks = findAll("video", box).map((video) => ({ video, part: null, ready: false }));
  let front = decks[0];
  let now = session.begin_s;
  let told = "";

  const endOf = (part) => part.offset_s + part.duration_s;
  const nextOf = (part) => parts[parts.indexOf(part) + 1];
  const partAt = (t) => parts.findLast((part) => part.offset_s <= t) ?? parts[0];
  const timeOf = ({ video, part }) => video.currentTime + part.offset_s - part.first_pts_s;

  // ---------------------------------------------------------------- opening
  function load(deck, part) {
    deck.part = part;
    deck.ready = false;
    part.missing = !part.url;
    if (part.url) deck.video.src = part.url;
    else deck.video.removeAttribute("src");
  }

  function fail(deck) {
    deck.ready = false;
    deck.part.missing = true;
    show();
  }

  // Never asks for the video's own duration: recordings made in a browser have none.
  function place(deck, t) {
    const inside = Math.min(Math.max(t, deck.part.offset_s), endOf(deck.part));
    const target = Math.max(0, inside - deck.part.offset_s + deck.part.first_pts_s);
    if (deck.ready && Math.abs(deck.video.currentTime - target) > 0.01) deck.video.currentTime = target;
  }

  function turnTo(part) {
    if (front.part === part) return;
    front.video.pause();
    front = decks.find((deck) => deck.part === part) ?? decks.find((deck) => deck !== front) ?? front;
    if (front.part !== part) load(front, part);
    for (const deck of decks) deck.video.hidden = deck !== front;
    const rest = decks.find((deck) => deck !== front);
    const next = nextOf(part);
    if (rest && next && rest.part !== next) load(rest, next);
  }

  function adopt(part, file) {
    if (part.url.startsWith("blob:")) URL.revokeObjectURL(part.url);
    part.url = URL.createObjectURL(file);
    part.other = file.size !== part.size_bytes;
    for (const deck of decks) if (deck.part === part) load(deck, part);
  }

  for (const deck of decks) {
    deck.video.addEventListener("error", () => fail(deck));
    deck.video.addEventListener("loadedmetadata", () => {
      // A browser that knows the container but not the picture's codec plays the sound alone.
      if (!deck.video.videoWidth) return fail(deck);
      deck.ready = true;
      place(deck, now);
      show();
    });
  }
  find("input[type=file]", box).addEventListener("change", (event) => {
    const files = [...event.target.files];
    for (const file of files) {
      // Several files are told apart by their names; a single one may have been given another name.
      const part = parts.find((p) => p.file === file.name) ?? (files.length === 1 ? front.part : null);
      if (part) adopt(part, file);
    }
    show();
  });

  // ---------------------------------------------------------------- what the pane says
  function absence() {
    const { part } = front;
    const next = nextOf(part);
    if (now < part.offset_s) return ["player.not_begun", { time: tellTimes(part.offset_s) }];
    if (now < endOf(part) + SEAM_S) return ["", {}];
    if (!next) return ["player.ended", { time: tellTimes(endOf(part)) }];
    return ["player.between", { start: tellTimes(endOf(part)), end: tellTimes(next.offset_s) }];
  }

  function show() {
    const { part } = front;
    const [key, slots] = absence();
    const state = [key, part.file, part.missing, part.other].join("|");
    if (state === told) return;
    told = state;
    tell(outside, key, slots);
    outside.hidden = !key || part.missing;
    find(".missing", box).hidden = !part.missing;
    find(".missing-file", box).textContent = part.file;
    find(".other-file", box).hidden = !part.other;
    const which = find(".part", box);
    if (which) tell(which, "player.part", { number: parts.indexOf(part) + 1, all: parts.length });
  }

  // ---------------------------------------------------------------- following the clock
  function move(t) {
    now = t;
    turnTo(partAt(t));
    show();
  }

  return {
    source,
    box,
    // Whether there is a picture to play at t.
    covers(t) {
      const part = partAt(t);
      const shows = t >= part.offset_s && t < endOf(part) - END_SLACK_S;
      return shows && front.part === part && front.ready && !front.video.ended;
    },
    // The session time of the picture in view while it plays by itself, else null.
    get playingAt() {
      const { video } = front;
      return video.paused || video.seeking ? null : timeOf(front);
    },
    seek(t) {
      move(t);
      place(front, t);
    },
    // Shows the picture of t, standing still.
    stand(t) {
      move(t);
      front.video.pause();
      if (!front.video.seeking) place(front, t);
    },
    // Plays at t and goes on beside the clock. onRefused is called when the browser does not let it play.
    keepUp(t, speed, onRefused) {
      move(t);
      const { video } = front;
      if (!this.covers(t)) return video.pause();
      if (video.seeking) return;
      const ahead = timeOf(front) - t;
      if (Math.abs(ahead) > JUMP_S * Math.max(1, speed) || (video.paused && Math.abs(ahead) > DRIFT_S)) place(front, t);
      const nudge = Math.abs(ahead) > DRIFT_S ? Math.min(NUDGE, Math.max(-NUDGE, -ahead / speed)) : 0;
      const rate = Math.min(FASTEST, speed * (1 + nudge));
      if (Math.abs(video.playbackRate - rate) > 0.01) video.playbackRate = rate;
      // A play that is cut short by the next part or a pause is no refusal.
      if (video.paused) video.play().catch((error) => error.name === "NotAllowedError" && onRefused());
    },
  };
}

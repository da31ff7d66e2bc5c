// One clock for all recordings: session time. While a recording plays, the first that has a picture leads, and the
// clock follows it; the others keep up. Where none has one (or none could be opened) the clock runs by itself.
const player = (() => {
  const LEAD_IN_S = 2; // an incident is shown with what came just before it

  const reels = session.reels.map(openReel);
  let now = session.begin_s;
  let playing = false;
  let speed = 1;
  let last = 0;
  let passages = null; // when only incidents are played: [start, end] pairs

  const stepped = () => speed > FASTEST;
  // What came just before the exam's first incident is not the room scan.
  function leadIn(incident) {
    const t = incident.start_s - LEAD_IN_S;
    return inRoomScan(t) && !inRoomScan(incident.start_s) ? 0 : t;
  }

  // ---------------------------------------------------------------- the clock
  function tick(stamp) {
    if (!playing) return;
    const passed = last ? (stamp - last) / 1000 : 0;
    last = stamp;
    const leader = stepped() ? undefined : reels.find((reel) => reel.covers(now));
    // It never runs back: where another recording takes over the lead, or the next part, it waits for it.
    if (leader) now = Math.max(now, leader.playingAt ?? now);
    else now += passed * speed;
    skipBetween();
    if (now >= session.end_s) {
      now = session.end_s;
      pause();
    }
    for (const reel of reels) {
      if (playing && !stepped()) reel.keepUp(now, speed, pause);
      else reel.stand(now);
    }
    show();
    if (playing) requestAnimationFrame(tick);
  }

  function skipBetween() {
    if (!passages) return;
    const next = passages.find(([, end]) => now < end);
    if (!next) return pause();
    if (now < next[0]) seek(next[0]);
  }

  function show() {
    // The room scan and the webcam take turns in one place.
    for (const { source, box } of roomScan ? reels : []) {
      if (source === "workspace") box.hidden = !inRoomScan(now);
      if (source === "webcam") box.hidden = inRoomScan(now);
    }
    document.dispatchEvent(new Event("moved"));
  }

  // ---------------------------------------------------------------- controls
  function seek(t) {
    now = within(t);
    for (const reel of reels) reel.seek(now);
    show();
  }

  function play() {
    if (now >= session.end_s) seek(session.begin_s);
    playing = true;
    last = 0;
    document.body.classList.add("is-playing");
    requestAnimationFrame(tick);
  }

  function pause() {
    playing = false;
    document.body.classList.remove("is-playing");
    for (const reel of reels) reel.stand(now);
  }

  const toggle = () => (playing ? pause() : play());

  for (const video of reels.flatMap(({ box }) => findAll("video", box))) video.addEventListener("click", toggle);

  return {
    get now() {
      return now;
    },
    get playing() {
      return playing;
    },
    seek,
    toggle,
    showIncident: (incident) => seek(leadIn(incident)),
    setSpeed(value) {
      speed = value;
      find("#stepped").hidden = !stepped();
    },
    // Overlapping passages need no merging: the first whose end lies ahead is the one to be in.
    playOnly(incidents) {
      passages = incidents && incidents.map((i) => [within(leadIn(i)), within(i.end_s + LEAD_IN_S)]);
    },
  };
})();

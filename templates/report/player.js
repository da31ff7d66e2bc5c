// One clock for all recordings. While a recording plays, it leads and the clock follows it; the others are kept
// beside it. Where none covers the moment (or none could be opened) the clock runs by itself.
const player = (() => {
  const FASTEST = 16; // browsers refuse or clip playbackRate above this
  const DRIFT_S = 0.25; // a follower further off than this is put right
  const LEAD_IN_S = 2; // an incident is shown with what came just before it
  const END_SLACK_S = 0.05;

  const screens = session.clips.map((clip) => {
    const box = find(`.screen[data-source="${clip.source}"]`);
    return { clip, box, video: find("video", box), ready: false };
  });
  let now = session.begin_s;
  let playing = false;
  let speed = 1;
  let last = 0;
  let passages = null; // when only incidents are played: [start, end] pairs

  const mediaTime = (screen, t) => t - screen.clip.offset_s + screen.clip.first_pts_s;
  const sessionTime = (screen) => screen.video.currentTime + screen.clip.offset_s - screen.clip.first_pts_s;
  const covers = (screen, t) =>
    t >= screen.clip.offset_s && t < screen.clip.offset_s + screen.clip.duration_s - END_SLACK_S;
  // What came just before the exam's first incident is not the room scan.
  function leadIn(incident) {
    const t = incident.start_s - LEAD_IN_S;
    return inRoomScan(t) && !inRoomScan(incident.start_s) ? 0 : t;
  }
  const usable = (screen) => screen.ready && covers(screen, now) && !screen.video.ended;
  const stepped = () => speed > FASTEST;

  // ---------------------------------------------------------------- opening
  function open(screen, url) {
    screen.ready = false;
    find(".missing", screen.box).hidden = Boolean(url);
    if (url) screen.video.src = url;
  }

  function fail(screen) {
    screen.ready = false;
    find(".missing", screen.box).hidden = false;
    show();
  }

  for (const screen of screens) {
    const { video, box, clip } = screen;
    video.addEventListener("error", () => fail(screen));
    video.addEventListener("loadedmetadata", () => {
      // A browser that knows the container but not the picture's codec plays the sound alone.
      if (!video.videoWidth) return fail(screen);
      screen.ready = true;
      find(".missing", box).hidden = true;
      align(screen);
      show();
    });
    video.addEventListener("click", () => toggle());
    find("input[type=file]", box).addEventListener("change", (event) => {
      const [file] = event.target.files;
      if (!file) return;
      if (video.src.startsWith("blob:")) URL.revokeObjectURL(video.src);
      find(".other-file", box).hidden = file.size === clip.size_bytes;
      open(screen, URL.createObjectURL(file));
    });
    open(screen, clip.url);
  }

  // ---------------------------------------------------------------- the clock
  function align(screen) {
    const target = Math.max(0, mediaTime(screen, now));
    if (screen.ready && Math.abs(screen.video.currentTime - target) > 0.01) screen.video.currentTime = target;
  }

  function drive(screen, leads) {
    const { video } = screen;
    if (!usable(screen) || !playing || stepped()) {
      if (!video.paused) video.pause();
      if (usable(screen) && stepped() && !video.seeking) align(screen);
      return;
    }
    if (video.playbackRate !== speed) video.playbackRate = speed;
    const off = Math.abs(video.currentTime - mediaTime(screen, now));
    if (!leads && off > DRIFT_S * Math.max(1, speed) && !video.seeking) align(screen);
    if (video.paused) {
      align(screen);
      video.play().catch(() => pause());
    }
  }

  function tick(stamp) {
    if (!playing) return;
    const passed = last ? (stamp - last) / 1000 : 0;
    last = stamp;
    const leader = stepped() ? undefined : screens.find(usable);
    if (!leader) now += passed * speed;
    else if (!leader.video.paused && !leader.video.seeking) now = sessionTime(leader);
    skipBetween();
    if (now >= session.end_s) {
      now = session.end_s;
      pause();
    }
    for (const screen of screens) drive(screen, screen === leader);
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
    for (const screen of screens) {
      find(".outside", screen.box).hidden = !screen.ready || covers(screen, now);
      // The room scan and the webcam take turns in one place.
      if (roomScan && screen.clip.source === "workspace") screen.box.hidden = !inRoomScan(now);
      if (roomScan && screen.clip.source === "webcam") screen.box.hidden = inRoomScan(now);
    }
    document.dispatchEvent(new Event("moved"));
  }

  // ---------------------------------------------------------------- controls
  function seek(t) {
    now = within(t);
    screens.forEach(align);
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
    for (const { video } of screens) video.pause();
  }

  const toggle = () => (playing ? pause() : play());

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

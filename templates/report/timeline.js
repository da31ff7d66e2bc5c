// The graphs: hover reads, a click seeks, the playhead follows. Shapes and bars are part of the document.
const timeline = (() => {
  const ZOOMS = [1, 2, 4, 8, 16, 32];
  const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const LABEL_PX = 76;
  const MARK_PX = 24; // milestones nearer than this share a mark
  const TOLD = 6; // milestones named in a mark's tooltip

  const plot = find("#plot");
  const frame = find("#plot-window");
  const playhead = find("#playhead");
  const cursor = find("#cursor");
  const readout = find("#readout");
  let zoom = 1;
  let pointed = null; // session time under the pointer

  // Index of the last entry at or before t; entries are sorted and begin with their time.
  function before(entries, t) {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle][0] <= t) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function riskAt(t) {
    const index = before(session.knots, t);
    if (index < 0) return { temporary: 0, permanent: 0 };
    const [start, temporary, permanent] = session.knots[index];
    const next = session.knots[index + 1];
    if (!next) return { temporary, permanent };
    const part = (t - start) / (next[0] - start);
    return { temporary: temporary + (next[1] - temporary) * part, permanent };
  }

  function stretchAt(signal, t) {
    const stretches = session.strips[signal];
    const stretch = stretches[before(stretches, t)];
    return stretch && t < stretch[1] ? stretch : null;
  }

  const tellState = (signal, [, , state]) => `${say(`strips.${signal}`)}: ${say(`strips.${state}`)}`;

  // What the strip under the pointer shows there, and from when to when.
  function explain(event) {
    const strip = event.target.closest("[data-strip]");
    if (!strip) return;
    const stretch = stretchAt(strip.dataset.strip, timeUnder(event));
    const times = stretch ? [tellTime, wallClock].map((tell) => stretch.slice(0, 2).map(tell)) : [];
    const lines = times.filter(([start]) => start).map((ends) => ends.join("–"));
    strip.title = stretch ? [tellState(strip.dataset.strip, stretch), ...lines].join("\n") : "";
  }

  function describe(t) {
    const { temporary, permanent } = riskAt(t);
    const parts = [tellTimes(t)];
    parts.push(
      say("timeline.now_risk", {
        risk: tidy(temporary + permanent),
        temporary: tidy(temporary),
        permanent: tidy(permanent),
      }),
    );
    if (session.focus.length) {
      const focus = session.focus[before(session.focus, t)]?.[1] ?? null;
      parts.push(focus === null ? say("timeline.now_no_focus") : say("timeline.now_focus", { focus: tidy(focus) }));
    }
    for (const signal of Object.keys(session.strips)) {
      const stretch = stretchAt(signal, t);
      if (stretch) parts.push(tellState(signal, stretch));
    }
    const events = session.incidents.filter((i) => i.start_s <= t && t < i.end_s).map((i) => i.event);
    for (const event of new Set(events)) parts.push(say(`events.${event}.name`, {}, event));
    return parts.join(" · ");
  }

  function timeUnder(event) {
    const bounds = plot.getBoundingClientRect();
    return within(session.begin_s + ((event.clientX - bounds.left) / bounds.width) * spanned);
  }

  function draw() {
    playhead.style.left = `${share(player.now) * 100}%`;
    readout.textContent = describe(pointed ?? player.now);
  }

  function drawAxis() {
    const width = plot.clientWidth;
    if (!width) return;
    const step = STEPS_S.find((s) => (s / spanned) * width >= LABEL_PX) ?? STEPS_S.at(-1);
    const marks = [];
    for (let t = Math.ceil(session.begin_s / step) * step; t <= session.end_s; t += step) {
      // A label that would stick out at the right edge is left away; its tick is not.
      const mark = document.createElement("span");
      mark.style.left = `${share(t) * 100}%`;
      if ((1 - share(t)) * width > LABEL_PX * 0.75) mark.textContent = clock(t);
      marks.push(mark);
    }
    find("#axis").replaceChildren(...marks);
    find("#axis").classList.add("marked");
  }

  // Milestones that would overlap at this zoom share a mark.
  function drawMarks() {
    const strip = find("#milestone-strip");
    const width = plot.clientWidth;
    if (!strip || !width) return;
    const groups = [];
    session.milestones.forEach(([t], index) => {
      const group = groups.at(-1);
      if (group && (share(t) - share(session.milestones[group[0]][0])) * width < MARK_PX) group.push(index);
      else groups.push([index]);
    });
    strip.replaceChildren(...groups.map(mark));
  }

  function mark(group) {
    const link = document.createElement("a");
    link.className = "mark";
    link.href = `#milestone-${group[0]}`;
    link.tabIndex = -1; // the list of milestones is there for the keyboard
    link.style.left = `${share(session.milestones[group[0]][0]) * 100}%`;
    if (group.length > 1) link.textContent = group.length;
    const lines = group.slice(0, TOLD).map((index) => {
      const [t, message] = session.milestones[index];
      return `${tellTimes(t)}  ${message}`;
    });
    if (group.length > TOLD) lines.push(say("log.more", { count: group.length - TOLD }));
    link.title = lines.join("\n");
    return link;
  }

  function setZoom(level) {
    if (!ZOOMS.includes(level)) return;
    zoom = level;
    plot.style.width = `${zoom * 100}%`;
    find("#zoom-level").textContent = `${zoom}×`;
    find("#zoom-out").disabled = zoom === ZOOMS[0];
    find("#zoom-in").disabled = zoom === ZOOMS.at(-1);
    drawAxis();
    drawMarks();
    frame.scrollLeft = share(player.now) * plot.clientWidth - frame.clientWidth / 2;
  }

  plot.addEventListener("pointermove", (event) => {
    pointed = timeUnder(event);
    cursor.hidden = false;
    cursor.style.left = `${share(pointed) * 100}%`;
    explain(event);
    draw();
  });
  plot.addEventListener("pointerleave", () => {
    pointed = null;
    cursor.hidden = true;
    draw();
  });
  plot.addEventListener("click", (event) => {
    if (event.target.closest(".bar, .mark")) return; // these lead to an incident, or a milestone
    player.seek(timeUnder(event));
    incidents.choose(null);
  });
  find("#zoom-in").addEventListener("click", () => setZoom(zoom * 2));
  find("#zoom-out").addEventListener("click", () => setZoom(zoom / 2));
  document.addEventListener("moved", draw);
  document.addEventListener("translated", () => {
    draw();
    drawMarks();
  });
  new ResizeObserver(() => {
    drawAxis();
    drawMarks();
  }).observe(frame);

  return { zoomIn: () => setZoom(zoom * 2), zoomOut: () => setZoom(zoom / 2), setZoom };
})();

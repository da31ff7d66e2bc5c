// Decisions of the person who watches: kept in this browser, exported and imported as proctor.review/1.
const review = (() => {
  const SCHEMA = "proctor.review/1";
  const STORE = `${SCHEMA}:${session.session}`;
  const CHOICES = ["confirmed", "dismissed", "open"];

  let kept = {}; // incident key -> { decision, note }

  const keyOf = (card) => session.incidents[card.dataset.index].key;
  const keyFrom = (entry) => `${entry.event}@${entry.source}@${entry.start_s.toFixed(3)}-${entry.end_s.toFixed(3)}`;
  const entryOf = (card) => kept[keyOf(card)] ?? { decision: "open", note: "" };

  function save() {
    memory.write(STORE, JSON.stringify({ reviewer: find("#reviewer").value, kept }));
    warnIfNotKept();
  }

  function warnIfNotKept() {
    if (!memory.works) tell(find("#review-note"), "review.not_kept");
  }

  function change(card, part) {
    kept[keyOf(card)] = { ...entryOf(card), ...part };
    save();
    incidents.cards.filter((other) => keyOf(other) === keyOf(card)).forEach(show);
    count();
    incidents.filter();
  }

  function show(card) {
    const { decision, note } = entryOf(card);
    card.dataset.status = decision;
    for (const choice of ["confirmed", "dismissed"]) {
      find(`[data-action=${choice}]`, card).setAttribute("aria-pressed", String(decision === choice));
    }
    tell(find(".decision", card), `status.${decision}`);
    const field = find("textarea", card);
    if (field.value !== note) field.value = note;
    if (note) openNote(card);
    find(`#bar-${card.dataset.index}`)?.classList.toggle("is-dismissed", decision === "dismissed");
  }

  function count() {
    const done = incidents.cards.filter((card) => entryOf(card).decision !== "open").length;
    if (incidents.cards.length) tell(find("#progress"), "review.progress", { done, all: incidents.cards.length });
  }

  function openNote(card) {
    find("textarea", card).hidden = false;
    find("[data-action=note]", card).setAttribute("aria-expanded", "true");
  }

  function decide(card, decision) {
    // The same choice twice takes it back.
    change(card, { decision: entryOf(card).decision === decision ? "open" : decision });
  }

  function writeNote(card) {
    openNote(card);
    find("textarea", card).focus();
  }

  // ---------------------------------------------------------------- files
  function exportFile() {
    const decisions = incidents.cards
      .map((card) => ({ incident: session.incidents[card.dataset.index], ...entryOf(card) }))
      .filter(({ decision, note }) => decision !== "open" || note)
      .map(({ incident: { event, source, start_s, end_s }, decision, note }) => ({
        event,
        source,
        start_s,
        end_s,
        decision,
        note,
      }));
    const content = {
      schema: SCHEMA,
      student_id: session.student_id,
      session: session.session,
      policy_sha256: session.policy_sha256,
      reviewer: find("#reviewer").value,
      exported_at: new Date().toISOString(),
      decisions,
    };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1) + "\n"], { type: "application/json" }));
    link.download = `review-${session.student_id.replace(/[^\p{L}\p{N}_-]+/gu, "_")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const isEntry = (entry) =>
    CHOICES.includes(entry?.decision) &&
    Number.isFinite(entry.start_s) &&
    Number.isFinite(entry.end_s) &&
    typeof (entry.note ?? "") === "string";

  function importText(text) {
    const note = find("#review-note");
    tell(find("#review-rest"), "");
    let content;
    try {
      content = JSON.parse(text);
    } catch {
      content = null;
    }
    if (content?.schema !== SCHEMA || !Array.isArray(content.decisions) || !content.decisions.every(isEntry)) {
      return tell(note, "review.not_a_review");
    }
    if (content.session !== session.session) return tell(note, "review.other_session");
    const known = new Set(incidents.cards.map(keyOf));
    const matching = content.decisions.filter((entry) => known.has(keyFrom(entry)));
    for (const entry of matching) kept[keyFrom(entry)] = { decision: entry.decision, note: entry.note ?? "" };
    if (typeof content.reviewer === "string" && content.reviewer) find("#reviewer").value = content.reviewer;
    showAll();
    tell(note, "review.imported", { count: matching.length });
    const left = content.decisions.length - matching.length;
    tell(find("#review-rest"), left ? "review.unmatched" : "", { count: left });
    save();
  }

  function showAll() {
    incidents.cards.forEach(show);
    count();
    incidents.filter();
  }

  if (!incidents.cards.length) return { decide() {}, writeNote() {} };

  for (const card of incidents.cards) {
    for (const choice of ["confirmed", "dismissed"]) {
      find(`[data-action=${choice}]`, card).addEventListener("click", () => decide(card, choice));
    }
    find("[data-action=note]", card).addEventListener("click", () => writeNote(card));
    find("textarea", card).addEventListener("input", (event) => change(card, { note: event.target.value }));
  }
  find("#reviewer").addEventListener("change", save);
  find("#export").addEventListener("click", exportFile);
  find("#import").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) importText(await file.text());
    event.target.value = "";
  });

  const stored = memory.read(STORE);
  if (stored) {
    const content = JSON.parse(stored);
    kept = content.kept;
    find("#reviewer").value = content.reviewer;
  }
  showAll();
  warnIfNotKept();

  return { decide, writeNote };
})();

// The list of incidents: choosing, filtering, stepping through.
const incidents = (() => {
  const cards = findAll(".card");
  const filters = findAll("[data-filter]");
  let chosen = null;

  const incidentOf = (card) => session.incidents[card.dataset.index];
  const shown = () => cards.filter((card) => !card.hidden);

  function choose(card) {
    for (const other of findAll(".is-chosen")) other.classList.remove("is-chosen");
    chosen = card;
    if (!card) return;
    card.classList.add("is-chosen");
    find(`#bar-${card.dataset.index}`)?.classList.add("is-chosen");
    lists.open("incidents");
    lists.reveal(card);
  }

  // Chooses by number, as the lanes and links do; a quality stretch has no card, only a time.
  function open(index) {
    const incident = session.incidents[index];
    if (!incident) return;
    const card = cards.find((c) => c.dataset.index === String(index)) ?? null;
    if (card?.hidden) clearFilters();
    choose(card);
    if (!card) find(`#bar-${index}`)?.classList.add("is-chosen");
    player.showIncident(incident);
  }

  function step(direction) {
    const list = shown();
    if (!list.length) return;
    let place = list.indexOf(chosen);
    if (place < 0) {
      // Nothing chosen: the neighbours of the present moment.
      const after = list.findIndex((card) => incidentOf(card).start_s > player.now);
      const ahead = after < 0 ? list.length : after;
      place = direction > 0 ? ahead - 1 : ahead;
    }
    const target = list[place + direction];
    if (target) open(Number(target.dataset.index));
  }

  // ---------------------------------------------------------------- filters
  function filter() {
    for (const card of cards) {
      card.hidden = filters.some(({ value, dataset }) => value && card.dataset[dataset.filter] !== value);
      find(`#bar-${card.dataset.index}`)?.classList.toggle("is-filtered", card.hidden);
    }
    const count = shown().length;
    if (cards.length) tell(find("#shown"), "incidents.shown", { shown: count, all: cards.length });
    const none = find(".none-shown");
    if (none) none.hidden = count > 0;
    playOnly();
  }

  function clearFilters() {
    for (const select of filters) select.value = "";
    filter();
  }

  function playOnly() {
    const list = shown().map(incidentOf);
    player.playOnly(find("#only-incidents").checked && list.length ? list : null);
  }

  for (const select of filters) select.addEventListener("change", filter);
  find("#only-incidents").addEventListener("change", playOnly);
  find("#next").addEventListener("click", () => step(1));
  find("#previous").addEventListener("click", () => step(-1));
  for (const card of cards) {
    card.addEventListener("click", (event) => {
      if (event.target.closest("a, button, summary, textarea, details")) return;
      open(Number(card.dataset.index));
    });
    find("[data-action=enlarge]", card)?.addEventListener("click", () => {
      const image = find("img", card);
      Object.assign(find("#picture-image"), { src: image.src, alt: image.alt });
      find("#picture").showModal();
    });
  }
  filter();

  return {
    choose,
    open,
    filter,
    next: () => step(1),
    previous: () => step(-1),
    get cards() {
      return cards;
    },
    get chosen() {
      return chosen;
    },
  };
})();

// The lists beside the players take turns as tabs. Without scripts, and on paper, they stand below one another.
const lists = (() => {
  const bar = find("#tabs");
  const tabs = findAll("[role=tab]", bar);
  const listOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

  function choose(tab) {
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      listOf(other).hidden = other !== tab;
    }
  }

  function open(id) {
    const tab = tabs.find((other) => listOf(other).id === id);
    if (tab) choose(tab);
    return Boolean(tab);
  }

  // Scrolls within the list only: the players must stay where they are.
  function reveal(row) {
    const list = row.closest(".rows, .cards");
    const below = row.getBoundingClientRect().top - list.getBoundingClientRect().top;
    if (list.scrollHeight > list.clientHeight) list.scrollTop += below - (list.clientHeight - row.clientHeight) / 3;
  }

  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
    const list = listOf(tab);
    list.setAttribute("role", "tabpanel");
    list.setAttribute("aria-labelledby", tab.id);
  }
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const tab = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    choose(tab);
    tab.focus();
    event.preventDefault();
    event.stopPropagation(); // arrows skip in the recordings elsewhere
  });
  // Up and down go from row to row; Enter, on a link, goes to its moment.
  for (const list of findAll(".rows")) {
    list.addEventListener("keydown", (event) => {
      const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
      const row = step && event.target.closest("li")?.[step];
      if (!row) return;
      find("a", row).focus();
      event.preventDefault();
    });
  }
  bar.hidden = tabs.length < 2;
  choose(tabs[0]);

  return { open, reveal };
})();

// The words that were read on the screen: only what matches is put into the page, and only so much at a time.
const texts = (() => {
  const AT_A_TIME = 100;
  const field = find("#text-query");
  if (!field) return { focus() {} };

  const list = find("#text-rows");
  const more = find("#text-more");
  let query = null; // a pattern; null lists everything
  let found = [];

  // Without case and accents, letter by letter, so that places in the folded text are places in the text.
  function fold(text) {
    return [...text]
      .map((letter) => {
        const bare = letter.toLowerCase().replace("đ", "d").normalize("NFD").replace(/\p{M}/gu, "");
        return bare.length === letter.length ? bare : letter;
      })
      .join("");
  }

  // The network that read the screen knows no ế, ơ or đ and may leave them out: where they are typed they may be lacking,
  // as long as enough of the query is left to mean something.
  function compile(typed) {
    const letters = [...typed];
    const mayLack = (letter) => letter > "\u00ff" && /\p{Script=Latin}/u.test(letter);
    const isLoose = letters.filter((letter) => letter.trim() && !mayLack(letter)).length >= 2;
    const pieces = letters.map((letter) => {
      const plain = fold(letter).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return isLoose && mayLack(letter) ? `${plain}?` : plain;
    });
    return typed ? new RegExp(pieces.join(""), "g") : null;
  }

  const lines = session.texts.map(([start_s, end_s, place, written]) => {
    const text = written.normalize("NFC");
    return { start_s, end_s, place, text, folded: fold(text) };
  });

  function element(name, className, ...content) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  }

  function told(className, key) {
    const made = element("span", className);
    tell(made, key);
    return made;
  }

  function mark({ text, folded }) {
    const pieces = [];
    let done = 0;
    for (const { 0: match, index } of query ? folded.matchAll(query) : []) {
      pieces.push(text.slice(done, index), element("mark", "", text.slice(index, index + match.length)));
      done = index + match.length;
    }
    return [...pieces, text.slice(done)];
  }

  function row(line) {
    const times = element("span", "times", element("b", "", `${clock(line.start_s)}–${clock(line.end_s)}`));
    if (session.wall) times.append(element("span", "muted", `${wallClock(line.start_s)}–${wallClock(line.end_s)}`));
    const said = element("span", "said", ...mark(line), " ", told("muted", `places.${line.place}`));
    const link = element("a", "", times, said);
    link.href = `#t=${line.start_s}`;
    return element("li", "", link);
  }

  function showMore() {
    const shown = list.children.length;
    list.append(...found.slice(shown, shown + AT_A_TIME).map(row));
    const left = found.length - list.children.length;
    more.hidden = !left;
    tell(more, "texts.more", { count: left });
    return list.children[shown];
  }

  function search() {
    query = compile(field.value.trim().replace(/\s+/g, " ").normalize("NFC"));
    found = query ? lines.filter((line) => line.folded.search(query) >= 0) : lines;
    list.replaceChildren();
    list.scrollTop = 0;
    showMore();
    tell(find("#text-count"), query ? "texts.found" : "texts.all", { found: found.length, all: lines.length });
  }

  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    const first = find("a", list);
    if (event.key === "Enter") first?.click();
    else if (event.key === "ArrowDown") first?.focus();
    else return;
    event.preventDefault();
  });
  list.addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" && event.target.closest("li") === list.firstElementChild) field.focus();
  });
  more.addEventListener("click", () => find("a", showMore()).focus());
  find("#text-no-scripts").hidden = true;
  find("#text-search").hidden = list.hidden = false;
  search();

  return {
    focus() {
      lists.open("texts");
      field.focus();
      field.select();
    },
  };
})();

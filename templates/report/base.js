// What every page needs: its data, values that outlive it, its words. Everything that can be read without scripts is in
// the document already.
const pageData = JSON.parse(find("script[type='application/json']").textContent);

function find(selector, root = document) {
  return root.querySelector(selector);
}

function findAll(selector, root = document) {
  return [...root.querySelectorAll(selector)];
}

// Values that outlive the page. Some browsers refuse storage to local files, so every access may fail.
const memory = {
  works: true,
  read(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      memory.works = false;
      return null;
    }
  },
  write(key, text) {
    try {
      localStorage.setItem(key, text);
    } catch {
      memory.works = false;
    }
  },
};

// ---------------------------------------------------------------- words
let language = pageData.language;

function say(key, slots = {}, fallback = key) {
  const text = pageData.languages[language][key] ?? fallback;
  return text.replace(/\{(\w+)\}/g, (slot, name) => slots[name] ?? slot);
}

// Fills an element now, and again when the language changes.
function tell(element, key, slots = {}) {
  element.dataset.t = key;
  element.dataset.slots = JSON.stringify(slots);
  element.textContent = key ? say(key, slots) : "";
}

function translate() {
  document.documentElement.lang = language;
  document.title = pageData.heading ? `${pageData.heading} · ${say(pageData.title)}` : say(pageData.title);
  for (const element of findAll("[data-t]")) {
    const { t, slots, fallback } = element.dataset;
    element.textContent = t ? say(t, slots ? JSON.parse(slots) : {}, fallback) : "";
  }
  for (const name of ["aria-label", "alt", "placeholder"]) {
    for (const element of findAll(`[data-t-${name}]`)) {
      const { slots } = element.dataset;
      element.setAttribute(name, say(element.getAttribute(`data-t-${name}`), slots ? JSON.parse(slots) : {}));
    }
  }
  document.dispatchEvent(new Event("translated"));
}

function switchLanguage(code) {
  language = code;
  memory.write("proctor.language", code);
  translate();
}

// The menu, and the language that a reader chose before.
function startLanguages() {
  const menu = find("#language");
  menu.addEventListener("change", () => switchLanguage(menu.value));
  const wanted = memory.read("proctor.language");
  if (wanted !== null && wanted in pageData.languages) {
    language = wanted;
    menu.value = wanted;
  }
  translate();
}

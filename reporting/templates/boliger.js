// Finding dwellings and rows in the index beside the page; details are fetched in parts when one is opened.
const kobosync = (() => {
  const STEP = 50, TONES = ["good", "calm", "calm", "warn", "warn", "calm", "calm", "bad", "calm"];
  // A select -> the column that it filters and the list of its values. Each is a parameter of the address too.
  const CHOICES = {
    k: ["class", "codes"],
    c: ["category", "categorySlugs"],
    e: ["owner", "ownerSlugs"],
    s: ["origin", "originSlugs"],
    h: ["holder", "holderSlugs"],
  };
  // What the night's counts call one: every let dwelling of ours, in the register, in sync, not there.
  const STATES = {2: state => state >= 1, 0: state => state >= 2, 3: state => state === 3, 1: state => state === 1};
  let all, haystack, because = -1, hits = [], shown = 0;
  const parts = new Map();

  const say = value => {
    if (value === true) return TEKST.yes;
    if (value === false) return TEKST.no;
    if (value == null || value === "") return TEKST.none;
    return typeof value === "number" ? value.toLocaleString("nb-NO", {useGrouping: false}) : String(value);
  };

  function index(data) {
    all = data;
    const said = [data.address, data.post, data.matrikkel, data.id, data.kobo, data.where];
    haystack = data.id.map((_, i) => plain(said.map(column => column[i]).filter(Boolean).join(" ")));
    options("k", data.classes);
    options("c", data.categories);
    options("e", data.owners);
    options("s", data.origins);
    options("h", data.holders);
    for (const id of ["q", "i", ...Object.keys(CHOICES)]) at(id).addEventListener("input", find);
    at("m").addEventListener("click", more);
    const asked = new URLSearchParams(location.search);
    at("q").value = asked.get("q") || "";
    at("i").value = asked.get("i") in STATES ? asked.get("i") : "";
    for (const [id, [, slugs]] of Object.entries(CHOICES)) {
      const place = all[slugs].indexOf(asked.get(id));
      if (place >= 0) at(id).value = place;
    }
    because = all.becauseSlugs.indexOf(asked.get("b"));
    at("w").textContent = because >= 0 ? `${TEKST.why}: ${all.causes[because]}` : "";
    find();
  }

  function options(id, names) {
    names.forEach((name, i) => {
      const option = make("option", name);
      option.value = i;
      at(id).append(option);
    });
  }

  // What is asked for, as an address that can be sent to somebody else.
  function link() {
    const asked = new URLSearchParams();
    if (at("q").value.trim()) asked.set("q", at("q").value.trim());
    if (at("i").value) asked.set("i", at("i").value);
    for (const [id, [, slugs]] of Object.entries(CHOICES)) if (at(id).value !== "") asked.set(id, all[slugs][+at(id).value]);
    if (because >= 0) asked.set("b", all.becauseSlugs[because]);
    at("l").hidden = ![...asked].length;
    at("l").href = "?" + asked;
  }

  // "gnr 73 bnr 1", "Gårdsnr. 73, bruksnr. 1", "gbnr 73/1": asked for as it is written in the list, 73/1.
  const GARD = "g(?:[aå]rds?)?\\.?(?:nr|nummer)\\.?", BRUK = "b(?:ruks)?\\.?(?:nr|nummer)\\.?";
  const TOLD_APART = new RegExp(`(?<![a-zæøå])${GARD}\\s*(\\d+)[\\s,/]*(?:og\\s*)?${BRUK}\\s*(\\d+)`, "g");
  const BOTH = new RegExp(`(?<![a-zæøå])(?:gbnr|${GARD}\\s*/?\\s*${BRUK})\\.?:?\\s*(?=\\d)`, "g");
  const parcel = text => text
    .replace(TOLD_APART, "$1/$2")
    .replace(BOTH, "")
    .replace(/(\d)\s*\/\s*(?=\d)/g, "$1/");

  function find() {
    const words = parcel(plain(at("q").value)).split(/[\s,]+/).filter(Boolean), state = STATES[at("i").value];
    const chosen = Object.entries(CHOICES).filter(([id]) => at(id).value !== "").map(([id, [column]]) => [all[column], +at(id).value]);
    link();
    hits = [];
    for (let i = 0; i < haystack.length; i++) {
      if (chosen.some(([column, value]) => column[i] !== value)) continue;
      if (state && !state(all.state[i])) continue;
      if (because >= 0 && all.because[i] !== because) continue;
      // An owner's own key is found whole only: it may be a number like a house's.
      if (words.every(word => within(haystack[i], word)) || (words.length === 1 && own(i).includes(words[0]))) hits.push(i);
    }
    at("t").replaceChildren();
    shown = 0;
    more();
  }
  const own = i => plain(all.keys[i] || "").split(" ");
  // In small letters, and å as one sign: some programs write it as two.
  const plain = text => text.toLowerCase().normalize("NFC");

  // "12" finds house 12, not 112: a word must begin where a word of the dwelling begins.
  function within(text, word) {
    for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + 1)) {
      const begins = from === 0 || " -".includes(text[from - 1]);
      if (begins && !(word.includes("/") && /\d/.test(text[from + word.length] || ""))) return true;
    }
    return false;
  }

  function more() {
    for (const i of hits.slice(shown, shown + STEP)) at("t").append(entry(i));
    shown = Math.min(hits.length, shown + STEP);
    const several = TEKST.found.replace("{n}", hits.length.toLocaleString("nb-NO"));
    const count = hits.length === 0 ? TEKST.found_none : hits.length === 1 ? TEKST.found_one : several;
    at("n").textContent = count + (shown < hits.length ? ". " + TEKST.shown.replace("{shown}", shown) : "");
    at("m").hidden = shown >= hits.length;
  }

  function entry(i) {
    const item = make("li"), button = make("button", null, "hit"), inside = make("div", null, "inside");
    const name = make("span", all.address[i] || all.where[i] || TEKST.none), kind = all.class[i];
    name.append(make("small", [all.id[i] || all.keys[i], all.kobo[i], all.address[i] && all.where[i]].filter(Boolean).join(" · ")));
    const place = make("span", all.matrikkel[i]);
    place.append(make("small", all.category[i] == null ? "" : all.categories[all.category[i]]));
    button.append(name, place, make("span", kind == null ? TEKST.no_class : all.classes[kind], "chip " + (TONES[kind] || "calm")));
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    inside.hidden = true;
    button.addEventListener("click", async () => {
      inside.hidden = !inside.hidden;
      button.setAttribute("aria-expanded", String(!inside.hidden));
      if (inside.childNodes.length) return;
      try {
        fill(inside, (await fetched(Math.floor(i / all.part)))[i % all.part]);
      } catch {
        inside.replaceChildren(make("p", TEKST.missing));
      }
    });
    item.append(button, inside);
    return item;
  }

  function fetched(number) {
    if (!parts.has(number)) {
      const waiting = {};
      waiting.promise = new Promise((done, failed) => {
        waiting.done = done;
        waiting.failed = failed;
      });
      parts.set(number, waiting);
      const script = make("script");
      script.src = `boliger/del-${number}.js`;
      script.onerror = () => {
        parts.delete(number);
        waiting.failed();
      };
      document.head.append(script);
    }
    return parts.get(number).promise;
  }

  function fill(inside, said) {
    const line = (title, text) => {
      const p = make("p");
      p.append(make("strong", title + ": "), text);
      inside.append(p);
    };
    if (said.r) line(TEKST.why, said.r);
    if (said.h) line(TEKST.held, said.h);
    if (said.d) line(TEKST.decided, said.d.join(" "));
    if (said.u) line(TEKST.outcome, said.u.filter(Boolean).join(": "));
    if (said.s) line(TEKST.sources, said.s.join(", "));
    if (said.m) line(TEKST.candidates, said.m.join(", "));
    const ours = said.o || [], kobo = said.k || [], changed = new Set(said.c || []), rows = [];
    all.fields.forEach((field, f) => {
      if (ours[f] == null && kobo[f] == null) return;
      rows.push([[field, say(ours[f]), ...(said.k ? [say(kobo[f])] : [])], changed.has(f) ? "differs" : ""]);
    });
    inside.append(table(TEKST.compared, [TEKST.field, TEKST.ours, ...(said.k ? [TEKST.kobo] : [])], rows));
    if (said.p) inside.append(sources(said.p));
    const night = ([when, kind]) => `${when.split("-").reverse().join(".")} ${all.classes[kind]}`;
    if (said.n) line(TEKST.nights, said.n.map(night).join(" → "));
    if (said.l) {
      const chosen = (won, reason) => won ? `${TEKST.won}: ${reason}` : "";
      const told = said.l.map(([field, source, value, won, reason]) => [[field, source, say(value), chosen(won, reason)], ""]);
      inside.append(table(TEKST.disagree, [TEKST.field, TEKST.source, TEKST.value, TEKST.reason], told));
    }
  }

  function sources(told) {
    const heads = told.map(([title, , , , carried]) => carried ? `${title} (${TEKST.carried})` : title);
    const rows = all.fields.flatMap((field, f) =>
      told.some(one => one[5][f] != null) ? [[[field, ...told.map(one => say(one[5][f]))], ""]] : []);
    const places = told.map(([, file, sheet, row]) => [file, sheet, row == null ? null : `${TEKST.row} ${row}`].filter(Boolean).join(", "));
    return table(TEKST.says, [TEKST.field, ...heads], [[[TEKST.place, ...places], ""], ...rows]);
  }

  return {
    index,
    part: (number, data) => parts.get(number)?.done(data),
    missing: () => {
      at("n").textContent = TEKST.missing;
    },
  };
})();

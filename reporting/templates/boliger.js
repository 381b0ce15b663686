"use strict";
const kobosync = (() => {
  const STEP = 50, TONES = ["good", "calm", "calm", "warn", "warn", "calm", "calm"];
  const at = id => document.getElementById(id);
  let all, haystack, hits = [], shown = 0;
  const parts = new Map();

  // Everything is put in as text, never as markup: the data holds what people typed.
  const make = (name, text, kind) => { const node = document.createElement(name); if (text != null) node.textContent = text; if (kind) node.className = kind; return node; };
  const say = value => value === true ? TEKST.yes : value === false ? TEKST.no : value == null || value === "" ? TEKST.none
    : typeof value === "number" ? value.toLocaleString("nb-NO", {useGrouping: false}) : String(value);

  function index(data) {
    all = data;
    const said = [data.address, data.post, data.matrikkel, data.id, data.kobo];
    haystack = data.id.map((_, i) => said.map(column => column[i]).filter(Boolean).join(" ").toLowerCase());
    options("k", data.classes);
    options("e", data.owners);
    for (const id of ["q", "k", "e", "i"]) at(id).addEventListener("input", find);
    at("m").addEventListener("click", more);
    const asked = new URLSearchParams(location.search);
    at("q").value = asked.get("q") || "";
    at("i").checked = asked.get("i") === "1";
    choose("k", data.codes.indexOf(asked.get("k")));
    choose("e", data.slugs.indexOf(asked.get("e")));
    find();
  }
  function choose(id, place) {
    if (place >= 0) at(id).value = place;
  }
  // What is asked for, as an address that can be sent to somebody else.
  function link(kind, owner) {
    const asked = new URLSearchParams();
    if (at("q").value.trim()) asked.set("q", at("q").value.trim());
    if (kind !== "") asked.set("k", all.codes[+kind]);
    if (owner !== "") asked.set("e", all.slugs[+owner]);
    if (at("i").checked) asked.set("i", "1");
    at("l").hidden = ![...asked].length;
    at("l").href = "?" + asked;
  }
  // "gnr 73 bnr 1" is asked for as it is written in the list: 73/1.
  const parcel = text => text.replace(/\bgnr\.?\s*(\d+)[\s,/]*bnr\.?\s*(\d+)/g, "$1/$2").replace(/(\d)\s*\/\s*(?=\d)/g, "$1/");
  function options(id, names) { names.forEach((name, i) => { const option = make("option", name); option.value = i; at(id).append(option); }); }

  function find() {
    const words = parcel(at("q").value.toLowerCase()).split(/[\s,]+/).filter(Boolean), kind = at("k").value, owner = at("e").value;
    const left = at("i").checked;
    link(kind, owner);
    hits = [];
    for (let i = 0; i < haystack.length; i++) {
      if (kind !== "" && all.class[i] !== +kind || owner !== "" && all.owner[i] !== +owner) continue;
      if (left && !all.left[i]) continue;
      // An owner's own key is found whole only: it may be a number like a house's.
      if (words.every(word => within(haystack[i], word)) || (words.length === 1 && own(i).includes(words[0]))) hits.push(i);
    }
    at("t").replaceChildren(); shown = 0; more();
  }
  const own = i => (all.keys[i] || "").toLowerCase().split(" ");
  // "12" finds house 12, not 112: a word must begin where a word of the dwelling begins.
  function within(text, word) {
    for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + 1))
      if ((from === 0 || " -".includes(text[from - 1])) && !(word.includes("/") && /\d/.test(text[from + word.length] || ""))) return true;
    return false;
  }

  function more() {
    for (const i of hits.slice(shown, shown + STEP)) at("t").append(entry(i));
    shown = Math.min(hits.length, shown + STEP);
    const count = hits.length === 0 ? TEKST.found_none : hits.length === 1 ? TEKST.found_one : TEKST.found.replace("{n}", hits.length.toLocaleString("nb-NO"));
    at("n").textContent = count + (shown < hits.length ? ". " + TEKST.shown.replace("{shown}", shown) : "");
    at("m").hidden = shown >= hits.length;
  }

  function entry(i) {
    const item = make("li"), button = make("button", null, "hit"), inside = make("div", null, "inside");
    const name = make("span", all.address[i] || TEKST.none), kind = all.class[i];
    name.append(make("small", [all.id[i], all.kobo[i]].filter(Boolean).join(" · ")));
    const place = make("span", all.matrikkel[i]);
    place.append(make("small", all.category[i] == null ? "" : all.categories[all.category[i]]));
    button.append(name, place, make("span", kind == null ? TEKST.no_class : all.classes[kind], "chip " + (TONES[kind] || "calm")));
    button.type = "button"; button.setAttribute("aria-expanded", "false"); inside.hidden = true;
    button.addEventListener("click", async () => {
      inside.hidden = !inside.hidden; button.setAttribute("aria-expanded", String(!inside.hidden));
      if (!inside.childNodes.length) try { fill(inside, (await fetched(Math.floor(i / all.part)))[i % all.part]); }
        catch { inside.replaceChildren(make("p", TEKST.missing)); }
    });
    item.append(button, inside);
    return item;
  }

  function fetched(number) {
    if (!parts.has(number)) {
      const waiting = {};
      waiting.promise = new Promise((done, failed) => { waiting.done = done; waiting.failed = failed; });
      parts.set(number, waiting);
      const script = make("script"); script.src = `boliger/del-${number}.js`;
      script.onerror = () => { parts.delete(number); waiting.failed(); };
      document.head.append(script);
    }
    return parts.get(number).promise;
  }

  function fill(inside, said) {
    const line = (title, text) => { const p = make("p"); p.append(make("strong", title + ": "), text); inside.append(p); };
    if (said.r) line(TEKST.why, said.r);
    if (said.h) line(TEKST.held, said.h);
    if (said.d) line(TEKST.decided, said.d.join(" "));
    if (said.u) line(TEKST.outcome, said.u.filter(Boolean).join(": "));
    if (said.s) line(TEKST.sources, said.s.join(", "));
    if (said.m) line(TEKST.candidates, said.m.join(", "));
    const ours = said.o || [], kobo = said.k || [], changed = new Set(said.c || []), rows = [];
    all.fields.forEach((field, f) => { if (ours[f] != null || kobo[f] != null) rows.push([[field, say(ours[f]), ...(said.k ? [say(kobo[f])] : [])], changed.has(f) ? "differs" : ""]); });
    inside.append(table([TEKST.field, TEKST.ours, ...(said.k ? [TEKST.kobo] : [])], rows));
    if (said.p) {
      const heads = said.p.map(([title, , , , carried]) => carried ? `${title} (${TEKST.carried})` : title);
      const places = said.p.map(([, file, sheet, row]) => [file, sheet, row == null ? null : `${TEKST.row} ${row}`].filter(Boolean).join(", "));
      const fields = all.fields.flatMap((field, f) => said.p.some(one => one[5][f] != null) ? [[[field, ...said.p.map(one => say(one[5][f]))], ""]] : []);
      inside.append(make("p", TEKST.says, "lead"));
      inside.append(table([TEKST.field, ...heads], [[[TEKST.place, ...places], ""], ...fields], TEKST.says));
    }
    if (said.n) line(TEKST.nights, said.n.map(([night, kind]) => `${night.split("-").reverse().join(".")} ${all.classes[kind]}`).join(" → "));
    if (said.l) {
      inside.append(make("p", TEKST.disagree, "lead"));
      inside.append(table([TEKST.field, TEKST.source, TEKST.value, TEKST.reason], said.l.map(([field, source, value, won, reason]) => [[field, source, say(value), won ? `${TEKST.won}: ${reason}` : ""], ""]), TEKST.disagree));
    }
  }
  function table(heads, rows, name = TEKST.field) {
    const made = make("table"), head = make("thead"), body = make("tbody"), first = make("tr"), around = make("div", null, "scroll");
    around.tabIndex = 0; around.setAttribute("role", "region"); around.setAttribute("aria-label", name);
    for (const text of heads) { const th = make("th", text); th.scope = "col"; first.append(th); }
    for (const [cells, kind] of rows) {
      const row = make("tr", null, kind);
      cells.forEach((text, i) => { const cell = make(i ? "td" : "th", text); if (!i) cell.scope = "row"; row.append(cell); });
      body.append(row);
    }
    head.append(first); made.append(head, body); around.append(made);
    return around;
  }
  return {index, part: (number, data) => parts.get(number)?.done(data), missing: () => { at("n").textContent = TEKST.missing; }};
})();

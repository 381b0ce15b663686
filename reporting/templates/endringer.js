// What is different between two nights, worked out in the browser: classes of dwellings, deviations and answers.
const kobosync = (() => {
  const MOST = 200, KEPT = "kobosync-seen-" + TEKST.municipality;
  let all, homes;

  function changes(data) {
    all = data;
    homes = new Map();
    for (const stay of data.stays) {
      if (!homes.has(stay[0])) homes.set(stay[0], []);
      homes.get(stay[0]).push(stay);
    }
    for (const id of ["a", "b"]) {
      data.shown.forEach((night, i) => {
        const option = make("option", night);
        option.value = i;
        at(id).append(option);
      });
      at(id).addEventListener("input", show);
    }
    const last = data.nights.length - 1, asked = new URLSearchParams(location.search), seen = remembered();
    at("a").value = place(asked.get("fra"), seen >= 0 && seen < last ? seen : Math.max(0, last - 1));
    at("b").value = place(asked.get("til"), last);
    if (seen >= 0) at("s").textContent = TEKST.seen.replace("{night}", data.shown[seen]);
    remember(data.nights[last]);
    show();
  }
  const place = (night, otherwise) => all.nights.includes(night) ? all.nights.indexOf(night) : otherwise;

  // A browser may refuse to remember anything for a page that is opened from a folder.
  function remembered() {
    try {
      return all.nights.indexOf(localStorage.getItem(KEPT));
    } catch {
      return -1;
    }
  }
  function remember(night) {
    try {
      localStorage.setItem(KEPT, night);
    } catch {
      return;
    }
  }

  const kindAt = (stays, night) => {
    const found = stays.find(stay => stay[2] <= night && night <= stay[3]);
    return found ? found[1] : null;
  };
  const number = value => value.toLocaleString("nb-NO");

  function show() {
    const one = Math.min(+at("a").value, +at("b").value), other = Math.max(+at("a").value, +at("b").value);
    const moves = [];
    for (const [home, stays] of homes) {
      const before = kindAt(stays, one), now = kindAt(stays, other);
      if (before !== now) moves.push([home, before, now]);
    }
    at("d").replaceChildren(dwellings(one, other, moves), ...faults(one, other), answers(one, other));
    const asked = new URLSearchParams({fra: all.nights[one], til: all.nights[other]});
    at("l").href = "?" + asked;
  }

  function dwellings(one, other, moves) {
    const part = make("div"), rows = [], sum = [0, 0, 0, 0];
    const counted = night => all.classes.map((_, kind) => {
      let found = all.whole[kind] || 0;
      for (const stays of homes.values()) if (kindAt(stays, night) === kind) found++;
      return found;
    });
    const before = counted(one), now = counted(other);
    all.classes.forEach((title, kind) => {
      const into = moves.filter(move => move[2] === kind).length, out = moves.filter(move => move[1] === kind).length;
      const counts = [before[kind], into, out, now[kind]];
      if (counts.some(Boolean)) rows.push([[title, ...counts.map(number)], ""]);
    });
    const came = moves.filter(move => move[1] === null), went = moves.filter(move => move[2] === null);
    sum[0] = before.reduce((a, b) => a + b, 0);
    sum[3] = now.reduce((a, b) => a + b, 0);
    rows.push([[TEKST.total, number(sum[0]), number(came.length), number(went.length), number(sum[3])], "total"]);
    part.append(table(TEKST.dwellings, [TEKST.group, all.shown[one], TEKST.into, TEKST.out, all.shown[other]], rows, [1, 2, 3, 4]));
    part.append(make("p", TEKST.total_note, "note-line"));
    part.append(list(TEKST.came, came.map(([home, , kind]) => [home, all.classes[kind]])));
    part.append(list(TEKST.went, went.map(([home, kind]) => [home, all.classes[kind]])));
    part.append(list(TEKST.moved, moves.filter(move => move[1] !== null && move[2] !== null)
      .map(([home, from, to]) => [home, `${all.classes[from]} → ${all.classes[to]}`])));
    return part;
  }

  // homes: index of a dwelling, below zero for a shielded one, which is counted and not shown.
  function list(title, found) {
    const rows = found.filter(([home]) => home >= 0).slice(0, MOST).map(([home, what]) => {
      const [id, address] = all.homes[home], link = make("a", address || id);
      link.href = "boliger.html?" + new URLSearchParams({q: id});
      return [[link, id, what], ""];
    });
    const hidden = found.filter(([home]) => home < 0).length;
    return folded(title, found.length, hidden, table(title, [TEKST.home, TEKST.id, TEKST.group], rows), rows.length);
  }

  function folded(title, count, hidden, inside, shown) {
    const part = make("details");
    part.append(make("summary", `${title}: ${number(count)}`));
    if (shown) part.append(inside);
    if (hidden) part.append(make("p", TEKST.hidden.replace("{count}", number(hidden)), "note-line"));
    if (count - hidden > shown) part.append(make("p", TEKST.more.replace("{count}", number(count - hidden - shown)), "note-line"));
    return count ? part : make("p", `${title}: 0`, "note-line");
  }

  function faults(one, other) {
    const open = night => fault => fault[4] <= night && (fault[5] === null || fault[5] > night);
    const later = all.faults.filter(fault => one < fault[4] && fault[4] <= other), opened = later.filter(open(other));
    const parts = {
      news: opened.filter(fault => fault[3] > one),
      returned: opened.filter(fault => fault[3] <= one),
      fixed: all.faults.filter(fault => open(one)(fault) && fault[5] !== null && fault[5] <= other),
    };
    const counts = owner => [
      all.faults.filter(open(one)), parts.news, parts.returned, parts.fixed, all.faults.filter(open(other)),
    ].map(some => number(some.filter(fault => owner === null || fault[0] === owner).length));
    const rows = all.owners.map((title, owner) => [[title, ...counts(owner)], ""]);
    rows.push([[TEKST.total, ...counts(null)], "total"]);
    const heads = [TEKST.owner, all.shown[one], TEKST.news, TEKST.returned, TEKST.fixed, all.shown[other]];
    const passing = later.length - opened.length;
    const told = make("p", passing ? TEKST.passing.replace("{count}", number(passing)) : "", "note-line");
    const titles = {news: TEKST.news_list, returned: TEKST.returned_list, fixed: TEKST.fixed_list};
    const lists = Object.entries(titles).map(([name, title]) => {
      const found = parts[name], shown = found.filter(fault => fault[2] !== null).slice(0, MOST);
      const lines = shown.map(fault => [[fault[2], all.rules[fault[1]], all.owners[fault[0]]], ""]);
      const hidden = found.filter(fault => fault[2] === null).length;
      return folded(title, found.length, hidden, table(title, [TEKST.place, TEKST.rule, TEKST.owner], lines), lines.length);
    });
    return [table(TEKST.faults, heads, rows, [1, 2, 3, 4, 5]), told, ...lists];
  }

  function answers(one, other) {
    const found = all.answers.filter(([day]) => all.nights[one] <= day && day <= all.nights[other]);
    const shown = found.filter(([, said]) => said !== null).slice(-MOST);
    const rows = shown.map(([day, said]) => [[day.split("-").reverse().join("."), said], ""]);
    const inside = table(TEKST.answered, [TEKST.day, TEKST.answer_heading], rows);
    return folded(TEKST.answered, found.length, found.filter(([, said]) => said === null).length, inside, rows.length);
  }

  return {
    changes,
    missing: () => {
      at("d").textContent = TEKST.missing;
    },
  };
})();

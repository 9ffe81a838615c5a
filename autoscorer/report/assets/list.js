// The list of contacts: filter, sort, search. Only the rows in sight are drawn.
const List = {
  STEP: 50,
  ranks: {},
  ORDERED: new Set(["agent", "team", "channel", "grade", "day"]),
  FILTERS: ["agent", "team", "channel", "grade"],
  state: { q: "", passed: "", urgent: "", review: "", from: "", to: "", sort: "", agent: "", team: "", channel: "", grade: "" },
  order: [],
  selected: -1,

  /** Show the list, or the overview, with the filters that a link names. They have one set of controls. */
  async show(view, wanted) {
    await Store.load();
    if (!this.body) this.build();
    const box = document.getElementById("filter-box");
    if (view === "contacts") this.page.prepend(this.filters);
    else box.append(this.filters);
    for (const key of Object.keys(this.state)) this.state[key] = wanted.get(key) ?? "";
    for (const [key, control] of Object.entries(this.controls)) control.value = this.state[key];
    for (const key of ["urgent", "review"]) this.controls[key].checked = this.state[key] === "1";
    if (this.told().length) box.open = true;
    if (view === "contacts" || this.state.q) this.read();
    this.apply();
  },

  /** Read the dialogues, for searching; what was searched for meanwhile is searched for again. */
  read() {
    if (Store.reading) return;
    Store.texts().then(() => {
      this.rank("id"); // while nobody waits for it
      if (this.state.q) this.apply();
    });
  },

  build() {
    this.page = document.getElementById("contacts-page");
    this.controls = {};
    const search = this.control("q", el("input"));
    search.type = "search";
    search.placeholder = T.search;
    search.setAttribute("aria-label", T.search);
    const filters = this.FILTERS.map((key) => this.choice(key, T[key], this.values(key))).filter(Boolean);
    filters.push(this.choice("passed", T.verdict, [["1", T.passed], ["0", T.failed]]));
    const days = ["from", "to"].map((key) => {
      const day = this.control(key, el("input"));
      day.type = "date";
      return el("label", "", T[key], day);
    });
    const boxes = [["urgent", T.only_urgent], ["review", T.only_review]].map(([key, label]) => {
      const box = this.control(key, el("input"));
      box.type = "checkbox";
      return key === "review" && !R.unsure ? null : el("label", "check", box, label);
    });
    const clear = el("button", "", T.clear);
    clear.type = "button";
    clear.addEventListener("click", () => App.go(this.view(), {}));
    this.count = el("p", "count");
    this.count.setAttribute("role", "status");
    this.table = el("table", "list");
    this.body = el("tbody");
    this.table.append(this.heads(), this.body);
    this.more = el("button", "more", T.more);
    this.more.type = "button";
    this.more.addEventListener("click", () => this.draw(this.drawn + this.STEP));
    new IntersectionObserver((seen) => seen[0].isIntersecting && this.draw(this.drawn + this.STEP)).observe(this.more);
    const dated = Store.columns.labels.some((label) => /^\d{4}-\d\d-\d\d$/.test(label));
    this.filters = el("div", "panel filters", search, filters, dated ? days : null, boxes, clear);
    this.page.append(el("div", "panel", this.count, el("div", "scroll", this.table), this.more));
  },

  view() {
    return document.body.dataset.view === "overview" ? "overview" : "contacts";
  },

  /** What is filtered by, in words. */
  told() {
    const { state } = this;
    return [
      ...this.FILTERS.map((key) => state[key] && `${T[key]} ${state[key]}`),
      state.passed && (state.passed === "1" ? T.passed : T.failed),
      state.from && `${T.from} ${state.from}`, state.to && `${T.to} ${state.to}`,
      state.urgent && T.only_urgent, state.review && T.only_review, state.q.trim() && `“${state.q.trim()}”`,
    ].filter(Boolean);
  },

  /** A control that writes its filter into the address, from where it is applied. */
  control(key, input) {
    this.controls[key] = input;
    let waiting;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        this.state[key] = input.type === "checkbox" ? (input.checked ? "1" : "") : input.value;
        App.remember(this.view(), this.state);
        if (key === "q") this.read();
        this.apply();
      }, key === "q" ? 120 : 0);
    });
    return input;
  },

  values(key) {
    const { labels } = Store.columns;
    const known = [...new Set(Store.columns[key])].map((n) => labels[n]).filter(Boolean);
    if (key === "grade") return R.grades.map(([name]) => [name, name]);
    return known.sort((a, b) => a.localeCompare(b, R.lang)).map((name) => [name, name]);
  },

  choice(key, label, values) {
    if (!values.length) {
      this.controls[key] = el("select");
      return null;
    }
    const select = this.control(key, el("select"));
    select.setAttribute("aria-label", label);
    for (const [value, name] of [["", T.any], ...values]) {
      const option = el("option", "", name);
      option.value = value;
      select.append(option);
    }
    return el("label", "", label, select);
  },

  COLUMNS: [["id", ""], ["day", ""], ["agent", ""], ["team", "wide"], ["channel", "wide"], ["total", "n"], ["grade", ""],
    ["mood", "n"], ["severity", ""], ["need", "wide"]],

  heads() {
    const names = { mood: T.end_mood, severity: T.urgent };
    const row = el("tr");
    for (const [key, kind] of this.COLUMNS) {
      const button = el("button", "", names[key] ?? T[key]);
      button.type = "button";
      button.addEventListener("click", () => this.sortBy(key));
      const head = el("th", kind, button);
      head.dataset.key = key;
      row.append(head);
    }
    return el("thead", "", row);
  },

  sortBy(key) {
    this.state.sort = this.state.sort === key ? `-${key}` : key;
    App.remember("contacts", this.state);
    this.apply();
  },

  /** Which contacts pass all filters, in the order that is wanted. */
  apply() {
    const began = performance.now();
    const found = [];
    const test = this.test();
    for (let n = 0; n < Store.count; n += 1) if (test(n)) found.push(n);
    const key = this.state.sort.replace("-", "");
    if (key) this.sort(found, key, this.state.sort.startsWith("-") ? -1 : 1);
    this.order = found;
    this.selected = -1;
    for (const head of this.table.tHead.rows[0].cells) {
      const mine = head.dataset.key === key;
      head.setAttribute("aria-sort", !mine ? "none" : this.state.sort.startsWith("-") ? "descending" : "ascending");
    }
    this.count.textContent = fill(T.shown, { shown: found.length, all: Store.count });
    this.body.replaceChildren();
    this.drawn = 0;
    this.draw(this.STEP);
    if (!found.length) this.body.append(el("tr", "", el("td", "empty", T.none_found)));
    Summary.show(found, this.told());
    for (const page of ["overview", "contacts"]) document.querySelector(`[data-nav=${page}]`).href = App.link(page, this.state);
    this.took = performance.now() - began; // read by the tests
  },

  test() {
    const { columns } = Store;
    const { state } = this;
    const wanted = this.FILTERS.filter((key) => state[key]).map((key) => [columns[key], columns.labels.indexOf(state[key])]);
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const day = (n) => columns.labels[columns.day[n]];
    return (n) =>
      wanted.every(([column, label]) => column[n] === label) &&
      (!state.passed || String(columns.passed[n]) === state.passed) &&
      (!state.urgent || columns.severity[n] > 0) &&
      (!state.review || columns.unsure[n] > 0) &&
      (!state.from || day(n) >= state.from) &&
      (!state.to || (day(n) && day(n) <= state.to)) &&
      words.every((word) => Store.searchable[n].includes(word));
  },

  sort(found, key, sign) {
    const { columns } = Store;
    const ranks = this.rank(key);
    const value = (n) => (ranks ? ranks[this.ORDERED.has(key) ? columns[key][n] : n] : columns[key][n] ?? -2);
    found.sort((a, b) => sign * (value(a) - value(b)) || a - b);
  },

  /** The place of each text in the order of the language; compared once, for comparing in words is slow. */
  rank(key) {
    const { columns } = Store;
    const texts = this.ORDERED.has(key) ? columns.labels : { id: columns.id, need: columns.need }[key];
    if (!texts) return null;
    return (this.ranks[key] ??= this.places(texts, key));
  },

  places(texts, key) {
    const collator = new Intl.Collator(R.lang, { numeric: true });
    const grades = new Map(R.grades.map(([name], n) => [name, n]));
    const plain = (a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0);
    const compare = { need: plain, grade: (a, b) => (grades.get(texts[a]) ?? 0) - (grades.get(texts[b]) ?? 0) }[key];
    const order = texts.map((_, n) => n).sort(compare ?? ((a, b) => collator.compare(texts[a], texts[b])));
    const places = new Array(texts.length);
    order.forEach((n, place) => { places[n] = place; });
    return places;
  },

  draw(upTo) {
    for (; this.drawn < Math.min(upTo, this.order.length); this.drawn += 1) this.body.append(this.row(this.order[this.drawn]));
    this.more.hidden = this.drawn >= this.order.length;
  },

  row(n) {
    const { columns } = Store;
    const label = (key) => columns.labels[columns[key][n]];
    const link = el("a", "id", columns.id[n]);
    link.href = App.link("contact", { contact: columns.id[n] });
    const signs = [...columns.signs[n].map((sign) => el("span", `chip ${sign}`, T[sign])), reviewChip(columns.unsure[n])];
    const passed = columns.passed[n] === 1;
    return el("tr", "",
      el("th", "", link), el("td", "dim", label("day")), el("td", "", label("agent")), el("td", "dim wide", label("team")),
      el("td", "dim wide", label("channel")), el("td", `n${passed ? "" : " bad"}`, columns.total[n].toFixed(1)),
      el("td", "", label("grade"), passed ? null : el("span", "mark", "✗")),
      el("td", "n", moodWord(columns.mood[n])), el("td", "", signs), el("td", "need-text wide", columns.need[n]));
  },

  /** Move the selection by rows; draws further rows where that is needed. */
  move(step) {
    if (!this.order.length) return;
    this.selected = Math.max(0, Math.min(this.order.length - 1, this.selected + step));
    if (this.selected >= this.drawn) this.draw(this.selected + this.STEP);
    for (const row of this.body.querySelectorAll(".selected")) row.classList.remove("selected");
    const row = this.body.rows[this.selected];
    row.classList.add("selected");
    row.querySelector("a").focus();
    row.scrollIntoView({ block: "nearest" });
  },
};

/** What says that a person should look: a word, so that it is read without colour; none where all is sure. */
function reviewChip(count) {
  if (!count) return null;
  const chip = el("span", "chip review", count === true ? T.review : `${T.review} ${count}`);
  chip.title = T.unsure_note;
  return chip;
}

/** A mood from -1 to 1 as a sign and a number, readable without colour. */
function moodWord(value) {
  if (value === null) return "–";
  if (value === 0) return "○ 0";
  return `${value > 0 ? "▲ +" : "▼ −"}${Math.abs(value).toFixed(1)}`;
}

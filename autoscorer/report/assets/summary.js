// The figures of the overview for the contacts that pass the filters; without a filter they stand as the report was made.
const Summary = {
  RATES: { pass_rate: "passed", critical_rate: "critical", complaint_rate: "complaint", violation_rate: "violation" },
  JUDGED: 3, // of OUTCOMES, those that are scored come first
  WEAKEST: 12,
  grades: null,

  /** Show the figures of these contacts; `told` says in words what they were filtered by. */
  show(found, told) {
    const filtered = told.length > 0;
    const parts = ["cards", "weak"].map((name) => [name, document.getElementById(name)]);
    const line = document.getElementById("filtered");
    this.kept ??= new Map(parts.map(([name, box]) => [name, [...box.childNodes]]));
    for (const [name, box] of parts) {
      if (filtered || box.firstChild !== this.kept.get(name)[0]) box.replaceChildren(...(filtered ? this[name](found) : this.kept.get(name)));
    }
    document.body.toggleAttribute("data-filtered", filtered);
    line.hidden = !filtered;
    line.textContent = fill(T.filtered, { shown: found.length, all: Store.count, filters: told.join(" · ") });
    this.grades = filtered ? this.graded(found) : null;
    Charts.regrade();
  },

  cards(found) {
    const { columns } = Store;
    const count = found.length;
    const hits = (key) => found.reduce((sum, n) => sum + (columns[key][n] > 0 ? 1 : 0), 0);
    const review = el("a", "", `${T.review_count} ${hits("unsure")}`);
    review.href = App.link("contacts", { ...List.state, review: "1" });
    const mean = found.reduce((sum, n) => sum + columns.total[n], 0) / count;
    return [
      this.card(T.count, String(count), "", `${T.all} ${Store.count} `, R.unsure ? review : null),
      this.measure("mean", count ? mean : null, mean, (value) => (Math.round(value * 1e9) / 1e9).toFixed(1), ""),
      ...Object.entries(this.RATES).map(([key, column]) => {
        const rate = hits(column) / count;
        return this.measure(key, count ? rate : null, 100 * rate, (value) => percent(value, 1), wilson(hits(column), count));
      }),
    ];
  },

  measure(key, value, actual, shown, interval) {
    if (value === null) return this.card(T[key], "–", "", "\u00a0");
    const goal = R.goals[key];
    if (!goal) return this.card(T[key], shown(value), "", interval || "\u00a0");
    const reached = goal[2] ? actual >= goal[0] : actual <= goal[0];
    const verdict = el("b", "", reached ? `✓ ${T.reached}` : `✗ ${T.not_reached}`);
    return this.card(T[key], shown(value), reached ? " reached" : " missed", `${T.goal} ${goal[1]} `, verdict);
  },

  card(label, big, kind, ...sub) {
    return el("div", `card${kind}`, el("span", "label", label), el("span", "big", big), el("span", "sub", sub));
  },

  /** How many of these contacts have each grade, in the order of the chart. */
  graded(found) {
    const { columns } = Store;
    const count = new Array(columns.labels.length).fill(0);
    for (const n of found) count[columns.grade[n]] += 1;
    return R.grades.map(([name]) => [name, count[columns.labels.indexOf(name)] ?? 0]);
  },

  /** Where most points are lost: the scores that differ are few, so they are counted first and summed then. */
  weak(found) {
    const { scores, kinds } = Store.columns;
    const count = new Array(kinds.length).fill(0);
    for (const n of found) for (const kind of scores[n]) count[kind] += 1;
    const sums = new Map();
    kinds.forEach(([id, name, section, outcome, points, most], kind) => {
      if (!count[kind] || outcome >= this.JUDGED) return;
      const key = `${id}\n${section}`;
      const sum = sums.get(key) ?? { id, name, section, judged: 0, missed: 0, got: 0, most: 0, lost: 0 };
      sum.judged += count[kind];
      sum.missed += OUTCOMES[outcome] === "not_met" ? count[kind] : 0;
      sum.got += count[kind] * points;
      sum.most += count[kind] * most;
      sum.lost += count[kind] * Math.max(0, most - points);
      sums.set(key, sum);
    });
    const losing = [...sums.values()].filter((sum) => sum.lost > 0);
    losing.sort((a, b) => Math.round((b.lost - a.lost) * 1e6) || (a.id < b.id ? -1 : 1));
    if (!losing.length) return [el("tr", "", el("td", "dim", found.length ? "–" : T.none_found))];
    return losing.slice(0, this.WEAKEST).map((sum) => this.row(sum, found.length));
  },

  row(sum, count) {
    const share = sum.most ? sum.got / sum.most : null;
    const head = el("th", "", sum.name);
    head.scope = "row";
    const fillOf = el("i");
    fillOf.style.width = `${(100 * (share ?? 0)).toFixed(1)}%`;
    const bar = el("span", "bar", fillOf);
    bar.ariaHidden = "true";
    return el("tr", "", head, el("td", "dim", sum.section), el("td", "n", `${sum.missed}/${sum.judged}`),
      el("td", "nowrap", share === null ? "–" : [bar, ` ${percent(share, 0)}`]), el("td", "n", (sum.lost / count).toFixed(2)));
  },
};

function percent(share, digits) {
  return `${(100 * share).toFixed(digits)}%`;
}

/** Wilson's 95 % interval of a rate, in words. */
function wilson(hits, count) {
  const square = 1.959963985 ** 2;
  const rate = hits / count;
  const middle = (rate + square / (2 * count)) / (1 + square / count);
  const half = (Math.sqrt(square) / (1 + square / count)) * Math.sqrt((rate * (1 - rate)) / count + square / (4 * count * count));
  return `${(100 * Math.max(0, middle - half)).toFixed(1)}–${(100 * Math.min(1, middle + half)).toFixed(1)}%`;
}

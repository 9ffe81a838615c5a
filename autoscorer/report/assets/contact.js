// One contact: the dialogue with its evidence marked, every criterion tied to its words, and the customer's feeling.
const OUTCOMES = ["met", "partial", "not_met", "not_applicable", "manual"];
const MARKS = { met: "✓", partial: "◐", not_met: "✗", not_applicable: "–", manual: "?" };
const SLOW = 60; // seconds: the longest of the default rubric's limits for an answer

const ContactPage = {
  page: document.getElementById("contact-page"),

  /** Show a contact by its id, and go to one of its turns where a link names it. */
  async show(id, turn) {
    await Store.load();
    const number = Store.at.get(id);
    if (number === undefined) {
      this.page.replaceChildren(el("div", "panel", el("p", "empty", T.not_found + id)));
      return;
    }
    const contact = await Store.contact(number);
    this.number = number;
    this.turns = [];
    this.scores = contact.criteria.map(([criterion, outcome, points, most, reason, evidence, looked, unsure]) => ({
      id: R.criteria[criterion][0], name: R.criteria[criterion][1], outcome: OUTCOMES[outcome], points, most, reason,
      evidence, looked, unsure: unsure === 1,
    }));
    const dialogue = this.dialogue(contact);
    const side = this.criteria();
    this.page.replaceChildren(this.head(number, contact), el("div", "contact", dialogue, side));
    Charts.mood(document.getElementById("chart-mood"), contact.mood, contact.turns.length);
    if (turn) this.goTo(turn - 1);
    else window.scrollTo(0, 0);
  },

  head(number, contact) {
    const { columns } = Store;
    const label = (key) => columns.labels[columns[key][number]];
    const told = ["day", "agent", "team", "channel"].map(label).filter(Boolean).join(" · ");
    const passed = columns.passed[number] === 1;
    const back = el("a", "", `← ${T.back}`);
    back.href = App.link("contacts", List.state);
    const steps = [["previous", -1, "k"], ["next", 1, "j"]].map(([key, step, letter]) => {
      const button = el("button", "", `${T[key]} (${letter})`);
      button.type = "button";
      button.addEventListener("click", () => this.step(step));
      return button;
    });
    const signs = [...columns.signs[number].map((sign) => el("span", `chip ${sign}`, T[sign])), reviewChip(columns.unsure[number])];
    const chart = el("div", "chart mood");
    chart.id = "chart-mood";
    return el("div", "",
      el("p", "crumb", back, el("span", "steps", steps)),
      el("div", "panel contact-head",
        el("div", "", el("h2", "", columns.id[number], " ", signs), el("p", "dim", told),
          el("p", "dim small", `${T.source} ${contact.source} · ${T.rubric} ${contact.rubric}`)),
        el("div", `verdict${passed ? "" : " bad"}`, el("b", "", columns.total[number].toFixed(1)),
          el("span", "", `${label("grade")} · ${passed ? `✓ ${T.passed}` : `✗ ${T.failed}`}`)),
        el("div", "mood-box", el("h3", "", T.mood), contact.mood.length ? chart : el("p", "empty", T.no_mood))));
  },

  dialogue(contact) {
    const gaps = new Map(contact.gaps);
    const marks = this.marksByTurn();
    const doubts = new Map();
    for (const [behavior, turn, start, end, likeness] of contact.doubts) {
      const told = fill(T.doubt, { name: R.behaviors[behavior], likeness: percent(likeness, 0) });
      doubts.set(turn, [...(doubts.get(turn) ?? []), [R.behaviors[behavior], told]]);
      marks.set(turn, [...(marks.get(turn) ?? []), [start, end, null, "doubt", told]]);
    }
    const found = new Map();
    for (const [behavior, turn] of contact.found) found.set(turn, [...(found.get(turn) ?? []), R.behaviors[behavior]]);
    const moods = new Map(contact.mood);
    const list = el("ol", "dialogue");
    contact.turns.forEach(([role, text, start], turn) => {
      if (gaps.get(turn) >= 5) {
        const slow = gaps.get(turn) > SLOW;
        list.append(el("li", `gap${slow ? " slow" : ""}`, `${slow ? "⏱ " : ""}${fill(T.wait, { seconds: Math.round(gaps.get(turn)) })}`));
      }
      const who = ["agent", "customer", "system"][role];
      const said = el("p", "said", this.marked(text, marks.get(turn) ?? []));
      if (!text) said.append(el("span", "dim", T.hidden_text));
      const mood = moods.get(turn);
      const head = el("div", "who", el("span", "no", String(turn + 1)), T[`role_${who}`],
        start === null ? null : el("time", "", clock(start)),
        mood ? el("span", mood < 0 ? "feel bad" : "feel", mood < 0 ? `▼ ${T.negative}` : `▲ ${T.positive}`) : null);
      const tags = el("div", "tags", (found.get(turn) ?? []).map((name) => el("span", "tag", name)), (doubts.get(turn) ?? []).map(([name, told]) => {
        const tag = el("span", "tag doubt", `? ${name}`);
        tag.title = told;
        return tag;
      }));
      const item = el("li", `turn ${who}`, head, said, tags);
      item.dataset.turn = turn;
      this.turns[turn] = item;
      list.append(item);
    });
    const toggle = el("input");
    toggle.type = "checkbox";
    toggle.checked = true;
    toggle.addEventListener("change", () => list.classList.toggle("plain", !toggle.checked));
    return el("div", "panel", el("div", "row", el("h3", "", T.dialogue), el("label", "check", toggle, T.behaviors)), list);
  },

  /** The spans of evidence by turn: [start, end, number of the criterion, how it speaks]. */
  marksByTurn() {
    const found = new Map();
    this.scores.forEach((score, at) => {
      for (const [turn, start, end] of score.evidence) {
        found.set(turn, [...(found.get(turn) ?? []), [start, end, at, this.speaks(score)]]);
      }
    });
    return found;
  },

  /** Whether words took points off, fell short of what was asked, or support. */
  speaks(score) {
    if (score.outcome !== "not_met") return "";
    return score.points < 0 ? "against" : "short";
  },

  /** Text cut where evidence begins or ends. Spans count code points, as Python does, not UTF-16 units. */
  marked(text, marks) {
    if (!marks.length) return [text];
    const chars = Array.from(text);
    const cuts = [...new Set([0, chars.length, ...marks.flatMap(([start, end]) => [start, end])])].sort((a, b) => a - b);
    const pieces = cuts.slice(1).map((end, at) => {
      const start = cuts[at];
      const own = marks.filter((mark) => mark[0] < end && mark[1] > start);
      const words = chars.slice(start, end).join("");
      if (!own.length) return words;
      const kinds = own.map((one) => one[3]);
      const speaks = ["against", "short"].find((kind) => kinds.includes(kind)) ?? "";
      const mark = el("mark", kinds.includes("doubt") ? `${speaks} doubt`.trim() : speaks, words);
      const shown = own.filter((one) => one[2] !== null);
      mark.dataset.criteria = shown.map((one) => one[2]).join(" ");
      mark.title = own.map((one) => one[4] ?? this.scores[one[2]].name).join("、");
      if (shown.length) mark.addEventListener("click", () => this.select(shown[0][2], false));
      return mark;
    });
    return pieces;
  },

  criteria() {
    const panel = el("div", "panel criteria");
    const idle = el("details", "idle", el("summary", "", T.idle));
    let section = "";
    this.cards = this.scores.map((score, at) => {
      const card = this.card(score, at);
      const idleOutcome = ["not_applicable", "manual"].includes(score.outcome) || (score.outcome === "met" && !score.most && !score.points);
      const quiet = idleOutcome && !score.unsure;
      if (quiet) {
        idle.append(card);
        return card;
      }
      if (R.sectionOf[score.id] !== section) {
        section = R.sectionOf[score.id];
        panel.append(el("h3", "", section));
      }
      panel.append(card);
      return card;
    });
    panel.append(idle);
    return panel;
  },

  card(score, at) {
    const points = score.most ? `${short(score.points)}/${short(score.most)}` : score.points ? `${score.points > 0 ? "+" : "−"}${short(Math.abs(score.points))}` : "";
    const title = el("button", "title", el("span", `mark ${score.outcome}`, MARKS[score.outcome]), el("span", "name", score.name),
      el("span", "visually-hidden", T[score.outcome]), reviewChip(score.unsure), el("span", "points", points));
    title.type = "button";
    title.addEventListener("click", () => this.select(at, true));
    const links = score.evidence.map(([turn]) => {
      const link = el("button", "evidence", fill(T.turn, { turn: turn + 1 }));
      link.type = "button";
      link.addEventListener("click", () => { this.select(at, false); this.goTo(turn); });
      return link;
    });
    const looked = !links.length && score.looked ? el("button", "looked", fill(T.looked, { first: score.looked[0] + 1, last: score.looked[1] + 1 })) : null;
    if (looked) {
      looked.type = "button";
      looked.addEventListener("click", () => this.select(at, true));
    }
    const card = el("article", `score ${score.outcome}`, title, el("p", "reason", score.reason || T[score.outcome]),
      links.length || looked ? el("p", "links", links.length ? `${T.evidence}: ` : null, links, looked) : null);
    card.dataset.criterion = score.id;
    return card;
  },

  /** Light up a criterion, its words, and, for a miss, where it looked. */
  select(at, move) {
    for (const lit of this.page.querySelectorAll(".lit, .searched")) lit.classList.remove("lit", "searched");
    const score = this.scores[at];
    this.cards[at].classList.add("lit");
    if (!move) this.cards[at].scrollIntoView({ block: "nearest" });
    const marks = [...this.page.querySelectorAll("mark")].filter((mark) => mark.dataset.criteria.split(" ").includes(String(at)));
    marks.forEach((mark) => mark.classList.add("lit"));
    if (!marks.length && score.looked) {
      for (let turn = score.looked[0]; turn <= score.looked[1]; turn += 1) this.turns[turn]?.classList.add("searched");
    }
    const first = marks[0] ?? (score.looked ? this.turns[score.looked[0]] : null);
    if (move && first) first.scrollIntoView({ block: "center" });
  },

  goTo(turn) {
    const item = this.turns[turn];
    if (!item) return;
    for (const one of this.page.querySelectorAll(".here")) one.classList.remove("here");
    item.classList.add("here");
    item.scrollIntoView({ block: "center" });
  },

  /** The contact before or after, in the order of the list. */
  step(by) {
    const order = List.order.length ? List.order : [...Array(Store.count).keys()];
    const next = order[order.indexOf(this.number) + by];
    if (next !== undefined) App.go("contact", { contact: Store.columns.id[next] });
  },
};

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

function short(value) {
  return String(Math.round(value * 100) / 100);
}

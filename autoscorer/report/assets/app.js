// Which page shows, by the address; keys; printing. An address such as #contact=ID&turn=5 can be sent to others.
const App = {
  link(page, values) {
    const told = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
    const rest = told.toString();
    return page === "contact" || page === "agent" ? `#${rest}` : `#${page}${rest ? `&${rest}` : ""}`;
  },

  go(page, values) {
    location.hash = this.link(page, values);
  },

  /** Write the state into the address without a step in the history. */
  remember(page, values) {
    history.replaceState(null, "", this.link(page, values));
  },

  async route() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const first = [...wanted.keys()][0] ?? "overview";
    const known = ["overview", "agents", "agent", "urgent", "contacts", "contact", "method"];
    const view = known.includes(first) ? first : "overview";
    document.body.dataset.view = view;
    const parent = { agent: "agents", contact: "contacts" }[view] ?? view;
    for (const link of document.querySelectorAll("[data-nav]")) {
      if (link.dataset.nav === parent) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    for (const section of document.querySelectorAll("[data-agent]")) section.hidden = section.dataset.agent !== wanted.get("agent");
    if (view !== "contact") window.scrollTo(0, 0);
    Charts.start();
    Charts.fit();
    if (!("DecompressionStream" in window)) this.tooOld(view);
    else if (view === "overview" || view === "contacts") await List.show(view, wanted);
    else if (view === "contact") await ContactPage.show(wanted.get("contact"), Number(wanted.get("turn")));
    document.body.dataset.shown = location.hash; // read by the tests
  },

  tooOld(view) {
    document.getElementById("filter-box").hidden = true;
    document.getElementById(`${view}-page`)?.replaceChildren(el("p", "note warn", T.old_browser));
  },

  keys(event) {
    const typing = event.target.matches("input, select, textarea");
    const help = document.getElementById("help");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (help.open) help.close();
      else if (typing) event.target.blur();
      else if (document.body.dataset.view === "contact") location.hash = this.link("contacts", List.state);
      else if (document.body.dataset.view === "agent") location.hash = "#agents";
      return;
    }
    if (typing || help.open) return;
    const { view } = document.body.dataset;
    const step = { j: 1, k: -1 }[event.key];
    if (event.key === "?") help.showModal();
    else if (event.key === "/") this.search();
    else if (step && view === "contact") ContactPage.step(step);
    else if (step && view === "contacts") List.move(step);
    else return;
    event.preventDefault();
  },

  async search() {
    if (document.body.dataset.view !== "contacts") {
      this.go("contacts", List.state);
      await new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      await Store.load();
    }
    document.querySelector("#contacts-page input[type=search]")?.focus();
  },

  start() {
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.keys(event));
    addEventListener("resize", () => Charts.fit());
    addEventListener("beforeprint", () => Charts.paper());
    document.getElementById("help-button").addEventListener("click", () => document.getElementById("help").showModal());
    document.getElementById("help-close").addEventListener("click", () => document.getElementById("help").close());
    document.getElementById("print-button").addEventListener("click", () => print());
    this.route();
    performance.mark("drawn"); // read by the bench
  },
};

App.start();

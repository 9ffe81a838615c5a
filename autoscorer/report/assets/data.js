"use strict";
// The report's data: words and series at once, the list when it is first needed, dialogues chunk by chunk.
const R = JSON.parse(document.getElementById("data").textContent);
const T = R.t;

/** The text of a template such as "{shown} of {all}". */
function fill(template, values) {
  return template.replace(/\{(\w+)(?::g)?\}/g, (all, key) => (key in values ? values[key] : all));
}

/** An element with a class, text or children. Text is always text: nothing here reads HTML. */
function el(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const child of children.flat()) if (child !== null && child !== undefined) made.append(child);
  return made;
}

/** A packed part of the page: base64, deflated, JSON. */
async function unpack(id) {
  const packed = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(packed, (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** The packed parts stand after the scripts: the first page does not wait for them, what needs them does. */
const parsed = new Promise((resolve) => {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", resolve);
  else resolve();
});

const Store = {
  chunks: new Map(),
  searchable: null,

  /** The columns of the list; `at` gives a contact's number by its id. */
  load() {
    this.ready ??= parsed.then(() => unpack("columns")).then((columns) => {
      this.columns = columns;
      this.count = columns.id.length;
      this.at = new Map(columns.id.map((id, number) => [id, number]));
      return columns;
    });
    return this.ready;
  },

  /** One contact with its dialogue. */
  async contact(number) {
    const at = Math.floor(number / R.chunk);
    if (!this.chunks.has(at)) {
      if (this.chunks.size > 20) this.chunks.clear();
      this.chunks.set(at, unpack(`chunk-${at}`));
    }
    return (await this.chunks.get(at))[number % R.chunk];
  },

  /** What a search looks into, a lower-case text a contact; the dialogues are read once, in the background. */
  texts() {
    this.reading ??= (async () => {
      const { columns } = this;
      const heads = columns.id.map((id, n) => [id, columns.labels[columns.agent[n]], columns.need[n]].join("\n"));
      this.searchable = heads.map((head) => head.toLowerCase());
      const chunks = Math.ceil(this.count / R.chunk);
      for (let at = 0; R.text && at < chunks; at += 1) {
        const contacts = await unpack(`chunk-${at}`);
        contacts.forEach((contact, offset) => {
          const number = at * R.chunk + offset;
          this.searchable[number] = [heads[number], ...contact.turns.map((turn) => turn[1])].join("\n").toLowerCase();
        });
        if (at % 8 === 7) await new Promise((resolve) => setTimeout(resolve));
      }
    })();
    return this.reading;
  },
};

"use strict";

// Keeps the list of conversations, and a conversation that is open, up to date:
// the server tells what has changed as pieces of text (see row in board.go and
// line in talk.go), and they are drawn as the page had them. Without this file a
// page is as old as it was when it was opened.

const section = document.querySelector("[data-events]");

function show(id, text) {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
}

function link(live) {
  const mark = document.getElementById("ligacao");
  mark.className = live ? "mark good" : "mark warn";
  show("ligacao", live ? "ao vivo" : "sem ligação, tentando de novo");
}

// element makes one that holds text, or other elements.
function element(name, classes, ...inside) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...inside);
  return made;
}

function piece({ t, s, h, d, m }) {
  const made = element(h ? "a" : d ? "time" : m === "strong" || m === "code" ? m : "span", s, t);
  if (h) made.href = h;
  if (d) made.dateTime = d;
  return made;
}

// listen hears what the server tells. A browser goes on by itself after a broken
// line, and not after a refusal.
function listen(address, hear) {
  const source = new EventSource(address());
  source.addEventListener("message", (event) => {
    hear(JSON.parse(event.data), event.lastEventId);
    link(true);
  });
  source.addEventListener("error", () => {
    link(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3_000, address, hear);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

// follow listens for as long as the page is there, also when one comes back to it.
function follow(address, hear) {
  addEventListener("pageshow", (event) => { if (event.persisted) listen(address, hear); });
  listen(address, hear);
}

// While the pointer or the cursor is in the list its rows stay where they are, so
// that nobody presses what was another's a moment ago.
function board(table) {
  const body = table.tBodies[0];
  const rows = new Map([...body.rows].map((tr) => [tr.dataset.key, tr]));
  const title = document.title;
  let skew = Date.parse(section.dataset.now) - Date.now(); // their clock and ours

  // tell says beside each time how long ago it was.
  function tell(within) {
    for (const time of within.querySelectorAll("time")) {
      time.dataset.clock ??= time.textContent;
      const minutes = Math.floor((Date.now() + skew - Date.parse(time.dateTime)) / 60_000);
      const ago = minutes < 1 ? "agora" : minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
      const text = `${time.dataset.clock} (${ago})`;
      if (time.textContent !== text) time.textContent = text;
    }
  }

  function draw(row) {
    const tr = rows.get(row.k) ?? document.createElement("tr");
    const held = tr.contains(document.activeElement);
    tr.dataset.key = row.k;
    tr.dataset.order = row.o;
    row.c.forEach((cell, i) => {
      const td = tr.cells[i] ?? tr.insertCell();
      const pieces = cell.map(piece);
      if (i === 0 && held) return; // the link that the cursor is on does not change
      td.replaceChildren(...pieces.flatMap((p) => [p, " "]));
    });
    tell(tr);
    if (!rows.has(row.k)) {
      rows.set(row.k, tr);
      place(tr);
    }
  }

  // place puts a row where it belongs among rows that are in order.
  function place(tr) {
    const order = Number(tr.dataset.order);
    const next = [...body.rows].find((other) => other !== tr && Number(other.dataset.order) > order);
    body.insertBefore(tr, next ?? null);
  }

  function sort() {
    if (table.matches(":hover, :focus-within")) return;
    const wanted = [...rows.values()].sort((a, b) => a.dataset.order - b.dataset.order);
    wanted.forEach((tr, i) => {
      if (body.rows[i] !== tr) body.insertBefore(tr, body.rows[i] ?? null);
    });
  }

  function remove(key) {
    rows.get(key)?.remove();
    rows.delete(key);
  }

  table.addEventListener("pointerleave", sort);
  table.addEventListener("focusout", () => setTimeout(sort));
  setInterval(() => tell(section), 10_000);
  tell(section);
  follow(() => section.dataset.events, (news) => {
    skew = Date.parse(news.now) - Date.now();
    if (news.all) {
      const there = new Set((news.rows ?? []).map((row) => row.k));
      for (const key of [...rows.keys()]) if (!there.has(key)) remove(key);
    }
    news.gone?.forEach(remove);
    news.rows?.forEach(draw);
    sort();
    show("quantas", String(news.count));
    show("esperam", news.waiting ? `Esperam por uma pessoa: ${news.waiting}` : "Ninguém espera por uma pessoa");
    document.getElementById("nenhuma").hidden = news.count > 0;
    document.title = news.waiting ? `(${news.waiting}) ${title}` : title;
  });
}

// What was said scrolls in itself and goes on to its end by itself, unless one has
// scrolled back to read.
function talk(log) {
  const list = log.querySelector("ol"), newer = section.querySelector(".newer");
  let last = section.dataset.last;
  section.classList.add("live");

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 48;
  const toEnd = () => { log.scrollTop = log.scrollHeight; };

  function draw(line) {
    const li = element("li", line.s);
    if (line.h) li.append(element("p", "soft small", line.h));
    for (const bits of line.p ?? []) li.append(element("p", "words", ...bits.map(piece)));
    if (line.o) li.append(element("ul", "options", ...line.o.map((option) => element("li", "", option))));
    return li;
  }

  function sum(id, facts) {
    document.querySelector(`#${id} dl`).replaceChildren(...facts.flatMap(({ l, v }) => [element("dt", "", l), element("dd", "", ...v.map(piece))]));
  }

  log.addEventListener("scroll", () => { if (atEnd()) newer.hidden = true; }, { passive: true });
  newer.addEventListener("click", () => { toEnd(); log.focus(); });
  toEnd();
  follow(() => `${section.dataset.events}&depois=${encodeURIComponent(last)}`, (news, id) => {
    if (news.gone) return location.reload();
    last = id || last;
    if (news.gist) sum("resumo", news.gist);
    if (news.known) sum("sabe", news.known);
    if (news.types !== undefined || news.lines) show("digitando", news.types ? "A pessoa está digitando…" : "");
    if (!news.lines) return;
    const end = atEnd();
    list.append(...news.lines.map(draw));
    if (end) toEnd();
    else newer.hidden = false;
  });
}

const table = section?.querySelector(".board"), log = section?.querySelector("[role=log]");
if (table) board(table);
if (log) talk(log);

// The arrow keys go where links say "previous" and "next" (passo.html).
addEventListener("keydown", (event) => {
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!way || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select, [role=log]")) return;
  document.querySelector(`a[rel=${way}]`)?.click();
});

"use strict";

// Keeps the list of conversations up to date: the server tells which rows have
// changed, as cells of text (see row in board.go), and they are drawn as the page
// had them. Without this file the list is as old as the page.
//
// While the pointer or the cursor is in the list its rows stay where they are, so
// that nobody presses what was another's a moment ago.

const section = document.querySelector("[data-events]");

if (section) {
  const table = section.querySelector("table"), body = table.tBodies[0];
  const rows = new Map([...body.rows].map((tr) => [tr.dataset.key, tr]));
  const title = document.title;
  let skew = Date.parse(section.dataset.now) - Date.now(); // their clock and ours

  const show = (id, text) => {
    const element = document.getElementById(id);
    if (element.textContent !== text) element.textContent = text;
  };

  function link(live) {
    const mark = document.getElementById("ligacao");
    mark.className = live ? "mark good" : "mark warn";
    show("ligacao", live ? "ao vivo" : "sem ligação, tentando de novo");
  }

  function piece({ t, s, h, d }) {
    const element = document.createElement(h ? "a" : d ? "time" : "span");
    element.textContent = t;
    if (s) element.className = s;
    if (h) element.href = h;
    if (d) element.dateTime = d;
    return element;
  }

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

  function hear(event) {
    const news = JSON.parse(event.data);
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
    link(true);
  }

  // A browser goes on by itself after a broken line, and not after a refusal.
  function listen() {
    const source = new EventSource(section.dataset.events);
    source.addEventListener("message", hear);
    source.addEventListener("error", () => {
      link(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3_000);
    });
    addEventListener("pagehide", () => source.close(), { once: true });
  }

  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  table.addEventListener("pointerleave", sort);
  table.addEventListener("focusout", () => setTimeout(sort));
  setInterval(() => tell(section), 10_000);
  tell(section);
  listen();
}

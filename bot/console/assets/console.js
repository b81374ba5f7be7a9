"use strict";

// Pages do without this file. It renews what is live, leaves what is on the screen when the access
// has ended, says that the access is used while somebody types or points, and
// asks before what cannot be taken back.
//
// The policy of our pages allows no text to become HTML (trusted types): what
// is live is built with document.createElement and textContent, or drawn by the
// server once more (data-refresh).

const live = document.documentElement.hasAttribute("data-live");

// leave goes to where one enters, and comes back from there.
function leave() {
  const here = location.pathname + location.search;
  location.replace("/entrar?motivo=fim&para=" + encodeURIComponent(here));
}

async function ask(method) {
  try {
    const answer = await fetch("/sessao", { method, cache: "no-store", redirect: "manual" });
    if (answer.status === 401) leave();
  } catch {
    // the network is away; the next one may come through
  }
}

if (live) {
  setInterval(() => ask("GET"), 15_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask("GET"); });

  let told = Date.now();
  const used = () => {
    if (Date.now() - told < 60_000) return;
    told = Date.now();
    ask("POST");
  };
  for (const sign of ["keydown", "pointerdown", "wheel"]) addEventListener(sign, used, { passive: true });
}

// renew asks for a part of the page again and puts it in the place of what is
// there. The browser parses what comes as a document of its own, in which nothing runs.
function renew(id) {
  const part = document.getElementById(id);
  if (document.hidden || part.contains(document.activeElement)) return;
  const stale = () => { for (const sign of part.querySelectorAll("[data-stale]")) sign.hidden = false; };
  const asked = new XMLHttpRequest();
  asked.responseType = "document";
  asked.onerror = stale;
  asked.onload = () => {
    if (asked.status === 401) return leave();
    if (asked.status !== 200 || !asked.response) return stale();
    const fresh = asked.response.getElementById(id);
    if (!fresh) return location.reload(); // the page is another one now
    if (part.isConnected && !part.contains(document.activeElement)) part.replaceWith(document.adoptNode(fresh));
  };
  asked.open("GET", part.dataset.from);
  asked.send();
}

for (const { id, dataset } of document.querySelectorAll("[data-refresh]")) {
  setInterval(() => renew(id), dataset.refresh * 1000);
  document.addEventListener("visibilitychange", () => renew(id));
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.confirm)) event.preventDefault();
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

"use strict";

// The desk at the foot of a conversation: what an attendant does is sent without
// leaving the page, what is typed stays if it does not get through, and the desk
// is drawn anew when somebody else does something. Without this file its forms
// are sent as any others.
//
// The server draws the desk and the browser parses it as a document of its own,
// in which nothing runs (see renew in console.js).

(() => {
  const every = 3_000;
  const desk = () => document.getElementById("mesa");
  const kept = new Map(); // what was typed where there is no field for it now, by id
  let sending = false;

  function fields(within) {
    return [...within.querySelectorAll("textarea[id], input[id]:not([type=hidden], [type=checkbox]), select[id]")];
  }

  // put takes a fresh desk in the place of the old one. What is being typed stays,
  // save in the form that was sent.
  function put(fresh, sent) {
    const old = desk(), focus = old.contains(document.activeElement) ? document.activeElement.id : null;
    const [from, to] = [document.activeElement.selectionStart, document.activeElement.selectionEnd];
    const within = sent ? sent.id || sent.action : null;
    for (const field of fields(old)) {
      if (sent && field.form === sent) kept.delete(field.id);
      else if (field.tagName !== "SELECT" || field.value) kept.set(field.id, field.value);
    }
    old.replaceWith(document.adoptNode(fresh));
    for (const field of fields(fresh)) {
      if (!kept.has(field.id) || (within && (field.form?.id || field.form?.action) === within)) continue;
      if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === kept.get(field.id))) continue;
      field.value = kept.get(field.id);
      kept.delete(field.id);
    }
    if (focus === null) return;
    const next = document.getElementById(focus) ?? fresh.querySelector("[data-first]") ?? document.getElementById("mesa-titulo");
    next.focus({ preventScroll: Boolean(document.getElementById(focus)) });
    if (!sent && next.id === focus && next.setSelectionRange && from !== undefined && next.type !== "number") next.setSelectionRange(from, to);
  }

  function ask(method, address, body, done, failed) {
    const asked = new XMLHttpRequest();
    asked.responseType = "document";
    asked.onerror = () => failed();
    asked.ontimeout = () => failed();
    asked.timeout = 20_000;
    asked.onload = () => {
      if (asked.status === 401) return leave();
      const fresh = asked.response?.getElementById("mesa");
      if (fresh) done(fresh, asked.status);
      else failed(asked.response?.querySelector("[role=alert]")?.textContent);
    };
    asked.open(method, address);
    asked.send(body);
  }

  function complain(words) {
    let say = document.getElementById("mesa-erro");
    if (!say) {
      say = document.createElement("p");
      say.id = "mesa-erro";
      say.className = "say bad";
      say.setAttribute("role", "alert");
      desk().querySelector(".heading").after(say);
    }
    say.textContent = words;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !desk()?.contains(form)) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    const data = new URLSearchParams(new FormData(form, event.submitter));
    const boxes = fields(form).filter((field) => field.tagName !== "SELECT");
    const before = boxes.map((field) => field.readOnly);
    for (const box of boxes) box.readOnly = true;
    desk().setAttribute("aria-busy", "true");
    const end = () => {
      sending = false;
      boxes.forEach((box, i) => { box.readOnly = before[i]; });
      desk().removeAttribute("aria-busy");
    };
    ask("POST", event.submitter?.getAttribute("formaction") ?? form.action, data, (fresh) => {
      end();
      if (event.submitter?.hasAttribute("formaction")) document.getElementById("texto")?.focus();
      put(fresh, form);
    }, (words) => {
      end();
      complain(words ?? "Não foi possível enviar agora. O que você escreveu continua aqui: tente de novo.");
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const form = event.target.closest?.("#mesa form[data-keys]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.main"));
  });

  function look() {
    if (document.hidden || sending || !desk()) return;
    ask("GET", desk().dataset.from, null, (fresh, status) => {
      if (status !== 200 || sending) return;
      if (fresh.dataset.state !== desk().dataset.state) return put(fresh, null);
      for (const id of ["mesa-tempo"]) {
        const now = fresh.querySelector(`#${id}`).textContent, part = document.getElementById(id);
        if (part.textContent !== now) part.textContent = now;
      }
    }, () => {});
  }

  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
})();

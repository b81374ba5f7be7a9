// The chat page. What was said comes from /chat/events and is drawn with
// textContent alone; what is typed goes into a queue that is sent in order,
// each message under an id of its own until the server has taken it.
'use strict';

(() => {
  const byID = id => document.getElementById(id);
  const log = byID('log'), typing = byID('typing'), field = byID('text'), banner = byID('banner');
  const name = document.body.dataset.name, title = document.title;

  const drawn = new Map(); // entry id to its element
  let position = '';       // of the last entry seen
  let ready = false;       // all that was said before has been drawn
  let asking = null;       // the options of the newest question
  let day = '', speaker = '';
  let unread = 0;

  // ---- drawing ----

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const icon = name => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    use.setAttribute('href', '#icon-' + name);
    svg.append(use);
    return svg;
  };

  const button = (label, iconName, press) => {
    const b = make('button');
    b.type = 'button';
    if (iconName) b.append(icon(iconName));
    b.append(make('span', '', label));
    b.addEventListener('click', press);
    return b;
  };

  const anchor = (label, iconName, address) => {
    const a = make('a');
    a.href = address;
    a.append(icon(iconName), make('span', '', label));
    return a;
  };

  const newTab = a => {
    a.target = '_blank';
    a.rel = 'noopener noreferrer';
    a.append(make('span', 'unseen', '(abre em nova aba)'));
    return a;
  };

  const draw = entry => {
    const known = drawn.get(entry.id) || drawn.get(entry.edits);
    if (known) {
      if (entry.mine) progress(known);
      else fill(known, entry);
      return;
    }
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 90;
    newDay(entry.at);
    const message = make('article', 'message' + (entry.mine ? ' mine' : '') + (ready ? ' fresh' : ''));
    message.id = 'm-' + entry.id;
    const who = entry.mine ? 'Você' : name;
    if (who === speaker) message.classList.add('follows');
    speaker = who;
    drawn.set(entry.id, message);
    log.classList.remove('empty');
    byID('start').hidden = true;
    if (entry.mine) fillMine(message, entry);
    else fill(message, entry);
    log.insertBefore(message, typing);
    if (!ready) return;
    if (atEnd || entry.mine) toEnd();
    else byID('latest').hidden = false;
    if (document.hidden && !entry.mine) document.title = `(${++unread}) ${title}`;
  };

  const newDay = at => {
    const date = new Date(at), today = new Date(), yesterday = new Date();
    yesterday.setDate(today.getDate() - 1);
    const spoken = d => d.toLocaleDateString('pt-BR', { weekday: 'long', day: 'numeric', month: 'long' });
    let label = spoken(date);
    if (label === spoken(today)) label = 'Hoje';
    if (label === spoken(yesterday)) label = 'Ontem';
    if (label === day) return;
    day = label;
    speaker = '';
    log.insertBefore(make('p', 'day', label), typing);
  };

  const meta = at => {
    const line = make('p', 'meta'), time = make('time');
    const date = new Date(at);
    time.dateTime = date.toISOString();
    time.textContent = date.toLocaleTimeString('pt-BR', { hour: '2-digit', minute: '2-digit' });
    line.append(time);
    return line;
  };

  const fillMine = (message, entry) => {
    const bubble = make('div', 'bubble');
    bubble.append(make('span', 'unseen', 'Você: '), make('p', 'text', entry.text), meta(entry.at));
    message.replaceChildren(bubble);
    progress(message);
    settle();
    const asked = drawn.get(entry.pressed);
    if (asked) {
      for (const option of asked.querySelectorAll('.options > button')) {
        option.querySelector('.icon')?.remove();
        const pressed = option.textContent === entry.choice;
        option.classList.toggle('pressed', pressed);
        if (pressed) option.prepend(icon('check'));
      }
    }
    waiting(Date.now() - entry.at < 60000);
  };

  // mark shows how far a message of the person has come.
  const mark = (message, iconName, words) => {
    const line = message.querySelector('.meta');
    line.querySelector('.icon')?.remove();
    line.querySelector('.words')?.remove();
    line.append(make('span', 'words' + (iconName === 'alert' ? '' : ' unseen'), words), icon(iconName));
  };

  // progress goes by the queue: the log may have a message before the inbox does.
  const progress = message => {
    if (queue.some(m => 'mine.' + m.id === nameOf(message))) mark(message, 'clock', 'enviando');
    else mark(message, 'check', 'enviada');
  };

  // settle makes the question that was newest an older one.
  const settle = () => {
    if (asking) asking.classList.add('old');
    asking = null;
  };

  const fill = (message, entry) => {
    const bubble = make('div', 'bubble'), parts = [bubble];
    bubble.append(make('span', 'unseen', name + ': '));
    if (entry.file && entry.file.image) bubble.append(picture(entry));
    if (entry.spans) {
      const text = make('p', 'text');
      for (const s of entry.spans) text.append(s.b ? make('strong', '', s.t) : s.c ? make('code', '', s.t) : s.t);
      bubble.append(text);
    }
    if (entry.file && !entry.file.image) bubble.append(...card(entry.file));
    if (entry.copy) bubble.append(...code(entry.copy));
    if (entry.link && /^https?:\/\//i.test(entry.link.address)) {
      const actions = make('div', 'actions');
      actions.append(newTab(anchor(entry.link.label, 'open', entry.link.address)));
      bubble.append(actions);
    }
    bubble.append(meta(entry.at));
    if (entry.options || entry.also) {
      settle();
      asking = entry.several ? ticks(message, entry) : choices(message, entry);
      parts.push(asking);
    }
    message.replaceChildren(...parts);
    waiting(false);
  };

  const nameOf = message => message.id.slice(2);

  const choice = (message, entry, option) =>
    button(option, '', () => say({ choice: option, asked: entry.key, pressed: nameOf(message) }));

  const choices = (message, entry) => {
    const options = [...(entry.options || []), ...(entry.also || [])];
    const long = options.some(o => o.length > 20); // a list, a line each
    const group = make('div', 'options' + (long ? ' long' : ''));
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', 'Opções');
    group.append(...options.map(option => choice(message, entry, option)));
    return group;
  };

  const ticks = (message, entry) => {
    const group = make('fieldset', 'options');
    group.append(make('legend', 'unseen', 'Marque uma ou mais opções'));
    const boxes = entry.options.map((option, i) => {
      const label = make('label', 'tick'), box = make('input');
      box.type = 'checkbox';
      box.checked = (entry.chosen || []).includes(i);
      label.append(box, make('span', '', option));
      group.append(label);
      return box;
    });
    const hint = make('p', 'hint', 'Marque pelo menos uma opção.');
    hint.setAttribute('role', 'alert');
    const count = () => boxes.filter(b => b.checked).length;
    const send = button('Enviar', '', () => {
      if (count() === 0) {
        send.before(hint);
        boxes[0].focus();
        return;
      }
      const picked = [...boxes.keys()].filter(i => boxes[i].checked);
      say({
        text: picked.map(i => i + 1).join(', '), shown: picked.map(i => entry.options[i]).join('\n'),
        asked: entry.key, pressed: nameOf(message),
      });
    });
    send.className = 'main';
    const label = send.querySelector('span');
    const relabel = () => { label.textContent = count() ? `Enviar (${count()})` : 'Enviar'; };
    group.addEventListener('change', () => { hint.remove(); relabel(); });
    relabel();
    group.append(send, ...(entry.also || []).map(option => choice(message, entry, option)));
    return group;
  };

  const picture = entry => {
    const a = make('a', 'picture'), img = make('img');
    a.href = entry.file.path;
    img.src = entry.file.path;
    const caption = (entry.spans || []).map(s => s.t).join('');
    img.alt = caption.split('\n')[0] || entry.file.name; // the caption below says all of it
    if (entry.file.width) {
      img.width = entry.file.width;
      img.height = entry.file.height;
    }
    a.append(img);
    return newTab(a);
  };

  const card = file => {
    const box = make('div', 'document'), words = make('div'), actions = make('div', 'actions');
    const pdf = /\.pdf$/i.test(file.name);
    const kind = make('span', 'kind' + (pdf ? '' : ' other'), pdf ? 'PDF' : 'ARQ');
    kind.setAttribute('aria-hidden', 'true');
    words.append(make('span', 'name', file.name), make('span', 'size', size(file.size)));
    box.append(kind, words);
    const save = anchor('Baixar', 'save', file.path + '?download');
    save.download = file.name;
    actions.append(newTab(anchor('Abrir', 'open', file.path)), save);
    return [box, actions];
  };

  const size = bytes => bytes < 1e6
    ? Math.max(1, Math.round(bytes / 1000)) + ' kB'
    : (bytes / 1e6).toLocaleString('pt-BR', { maximumFractionDigits: 1 }) + ' MB';

  const code = text => {
    const box = make('div', 'code', text), actions = make('div', 'actions');
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', 'Código para copiar');
    const copy = button('Copiar código', 'copy', async () => {
      const done = await copied(text);
      const label = copy.querySelector('span');
      label.textContent = done ? 'Copiado' : 'Selecione e copie';
      copy.classList.toggle('done', done);
      copy.replaceChild(icon(done ? 'check' : 'copy'), copy.firstChild);
      byID('notice').textContent = done ? 'Código copiado.' : 'Não foi possível copiar. Selecione o código e copie.';
      if (!done) getSelection().selectAllChildren(box);
      clearTimeout(copy.timer);
      copy.timer = setTimeout(() => {
        label.textContent = 'Copiar código';
        copy.classList.remove('done');
        copy.replaceChild(icon('copy'), copy.firstChild);
        byID('notice').textContent = '';
      }, 2500);
    });
    actions.append(copy);
    return [box, actions];
  };

  // copied puts text on the clipboard, also where the page may not ask for it.
  const copied = async text => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const focused = document.activeElement, area = make('textarea', 'unseen');
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand('copy');
      area.remove();
      focused?.focus();
      return done;
    }
  };

  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    log.dataset.end = 'yes';
    byID('latest').hidden = true;
  };

  let tired;
  const waiting = yes => {
    clearTimeout(tired);
    typing.hidden = !yes;
    byID('state').textContent = yes ? 'digitando…' : 'assistente virtual (robô)';
    if (yes) tired = setTimeout(() => waiting(false), 30000);
    if (log.dataset.end) toEnd();
  };

  // ---- sending ----

  const kept = 'loja-chat-unsent';
  const queue = (() => {
    try { return JSON.parse(sessionStorage.getItem(kept)) || []; } catch { return []; }
  })();
  const keep = () => {
    try { sessionStorage.setItem(kept, JSON.stringify(queue)); } catch { /* private mode: kept until the page closes */ }
  };

  const newID = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, '0')).join('');

  const entryOf = m => ({
    id: 'mine.' + m.id, mine: true, at: m.at,
    text: m.shown || m.choice || m.text, choice: m.choice, pressed: m.pressed,
  });

  const say = message => {
    const m = { id: newID(), at: Date.now(), ...message };
    queue.push(m);
    keep();
    draw(entryOf(m));
    send();
  };

  let sending = false, tries = 0, wake = () => {};
  const pause = ms => new Promise(done => {
    wake = done;
    setTimeout(done, ms);
  });
  const backoff = n => Math.min(15000, 500 * 2 ** n) * (0.7 + 0.6 * Math.random());

  const send = async () => {
    if (sending) return;
    sending = true;
    while (queue.length) {
      const m = queue[0];
      let status = 0, after = 0;
      try {
        const answer = await fetch('/chat/messages', {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(m),
          signal: AbortSignal.timeout ? AbortSignal.timeout(15000) : undefined,
        });
        status = answer.status;
        after = 1000 * Number(answer.headers.get('Retry-After'));
      } catch { /* no network: status stays 0 */ }
      const refused = [400, 403, 413, 415].includes(status);
      if (status !== 202 && !refused) {
        tries++;
        trouble();
        await pause(after || backoff(tries));
        if (status === 401) await renew();
        continue;
      }
      tries = 0;
      queue.shift();
      keep();
      const message = drawn.get('mine.' + m.id);
      if (refused) {
        mark(message, 'alert', 'não enviada');
        message.classList.add('refused');
        waiting(false);
      } else {
        progress(message);
        if (typing.previousElementSibling === message) waiting(true); // not answered yet
      }
      if (connected) banner.hidden = true;
    }
    sending = false;
  };

  // renew gets a cookie where the old one has run out.
  const renew = async () => {
    try { await fetch('/chat'); } catch { return; }
    connect();
  };

  // ---- receiving ----

  let source = null, connected = false, heard = 0, failures = 0, again;

  const connect = () => {
    clearTimeout(again);
    source?.close();
    source = new EventSource('/chat/events' + (position ? '?after=' + encodeURIComponent(position) : ''));
    const mine = source;
    heard = Date.now();
    source.onmessage = event => {
      heard = Date.now();
      position = event.lastEventId;
      draw(JSON.parse(event.data));
    };
    source.addEventListener('forgotten', () => setTimeout(startOver, 1000)); // by then the page that asked for it has our new cookie
    source.addEventListener('beat', () => { heard = Date.now(); });
    source.addEventListener('ready', () => {
      heard = Date.now();
      connected = true;
      failures = 0;
      banner.hidden = true;
      if (!ready) begin();
      wake();
    });
    source.onerror = () => {
      if (mine !== source) return;
      connected = false;
      setTimeout(trouble, 1500);
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      failures++;
      again = setTimeout(failures > 1 ? renew : connect, backoff(failures));
    };
  };

  // begin shows what was said before, and what could not be sent.
  const begin = () => {
    for (const m of queue) draw(entryOf(m));
    ready = true;
    toEnd();
    log.setAttribute('aria-live', 'polite');
    const fresh = drawn.size === 0;
    log.classList.toggle('empty', fresh);
    byID('start').hidden = !fresh;
    send();
  };

  const trouble = () => {
    if (connected && tries < 2) return;
    waiting(false);
    banner.hidden = false;
    banner.textContent = !navigator.onLine
      ? 'Sem internet. O que você escrever será enviado quando ela voltar.'
      : 'Reconectando… O que você escrever será enviado em seguida.';
  };

  const awake = () => {
    wake();
    if (!connected || Date.now() - heard > 50000) connect();
  };
  setInterval(() => { if (Date.now() - heard > 50000 && !document.hidden) awake(); }, 10000);
  addEventListener('online', awake);
  addEventListener('offline', () => { connected = false; trouble(); });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    unread = 0;
    document.title = title;
    awake();
  });

  // ---- writing ----

  const grow = () => {
    field.style.height = 'auto';
    field.style.height = field.scrollHeight + 3 + 'px';
  };

  byID('form').addEventListener('submit', event => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = '';
    grow();
    field.focus();
    say({ text });
  });
  field.addEventListener('input', grow);

  // Whoever attends sees that one types, and not what. It is said at most every three
  // seconds, and lost if it does not come through.
  let told = 0;
  field.addEventListener('input', () => {
    if (!field.value.trim() || Date.now() - told < 3000) return;
    told = Date.now();
    fetch('/chat/typing', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).catch(() => {});
  });
  let shifted = false;
  field.addEventListener('keydown', event => {
    shifted = event.shiftKey;
    if (event.key !== 'Enter' || shifted || event.isComposing) return;
    event.preventDefault();
    byID('form').requestSubmit();
  });
  field.addEventListener('beforeinput', event => { // keyboards on screens may not name the key
    if (event.inputType !== 'insertLineBreak' || shifted) return;
    event.preventDefault();
    byID('form').requestSubmit();
  });
  document.querySelector('.chips').addEventListener('click', event => {
    if (event.target.dataset.say) say({ text: event.target.dataset.say });
  });
  byID('start').addEventListener('click', () => {
    say({ text: 'oi' });
    if (matchMedia('(pointer: fine)').matches) field.focus();
  });
  byID('latest').addEventListener('click', () => {
    toEnd();
    log.focus({ preventScroll: true });
  });
  log.addEventListener('scroll', () => {
    const end = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    if (end) {
      log.dataset.end = 'yes';
      byID('latest').hidden = true;
    } else {
      delete log.dataset.end;
    }
  }, { passive: true });

  // ---- forgetting ----

  const startOver = () => {
    queue.length = 0;
    keep();
    location.reload();
  };
  byID('forget').addEventListener('click', () => byID('confirm').showModal());
  byID('keep').addEventListener('click', () => byID('confirm').close());
  byID('erase').addEventListener('click', async () => {
    try {
      const answer = await fetch('/chat/forget', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
      if (!answer.ok && answer.status !== 401) throw answer;
      startOver();
    } catch {
      byID('confirm').close();
      byID('notice').textContent = 'Não foi possível apagar agora. Tente de novo.';
      banner.hidden = false;
      banner.textContent = 'Não foi possível apagar agora. Tente de novo.';
    }
  });

  // ---- the keyboard of a phone ----

  const view = window.visualViewport;
  const fit = () => {
    if (view.scale !== 1) return; // zoomed by hand: leave it
    document.documentElement.style.setProperty('--height', view.height + 'px');
  };
  new ResizeObserver(() => { if (log.dataset.end) toEnd(); }).observe(log);
  if (view) {
    view.addEventListener('resize', fit);
    fit();
  }

  connect();
})();

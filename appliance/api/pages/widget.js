// The web chat in one file: on its own page (data-mode="page") and as a bubble on any allowed site.
//
//   <script src="https://BOX/widget.js" data-color="#3b5bdb" data-open="true" defer></script>
//
// What it promises: a message is shown once, sent until it is accepted and kept over a reload;
// nothing that was said is lost or shown twice; words are only ever text. Rows on the server are
// the truth: this file shows them in order of seq and asks again after the last one it has.
(() => {
  "use strict";

  const script = document.currentScript || document.querySelector('script[src*="widget.js"]');
  if (!script || window.Frontdesk) return;

  // ---------------------------------------------------------------- what people read
  const WORDS = {
    open: "Open chat",
    openUnread: (n) => `Open chat, ${n} new ${n === 1 ? "message" : "messages"}`,
    close: "Close chat",
    call: "Call us",
    chatWith: (name) => `Chat with ${name}`,
    chat: "Chat",
    messages: "Messages",
    conversation: "Conversation",
    write: "Write a message…",
    yourMessage: "Your message",
    send: "Send message",
    keys: "Enter sends · Shift + Enter starts a new line",
    suggestions: "Suggested answers",
    newest: "Jump to newest",
    fresh: "New messages",
    you: "You:",
    team: "Team",
    says: (name) => `${name}:`,
    writing: (name) => `${name} is writing`,
    today: "Today",
    yesterday: "Yesterday",
    sending: "Sending…",
    kept: "Waiting to be sent",
    failed: "Not sent.",
    again: "Try again",
    remove: "Remove",
    sources: "Source",
    download: "Download",
    bot: "Automated assistant",
    waiting: "Someone from our team will join",
    person: "You are talking with our team",
    basic: "Basic mode",
    basicWhy: (name) =>
      `You are in basic mode: answers come word for word from ${name}'s own information, without ` +
      "an AI language model. Short, plain questions work best, and you can ask for a person at " +
      "any time.",
    offline: "You are offline. Your message is kept and will be sent when the connection returns.",
    offlineIdle: "You are offline. You can go on writing; it is sent when the connection returns.",
    unreachable:
      "We cannot be reached right now. Your message is kept and will be sent when the connection " +
      "returns.",
    unreachableIdle: "We cannot be reached right now. Trying again…",
    maintenance:
      "The chat is paused for maintenance. Your message is kept and will be sent afterwards.",
    maintenanceIdle: "The chat is paused for maintenance. It will be back in a moment.",
    slow: (s) => `That was quick! Your message will be sent in ${s} ${s === 1 ? "second" : "seconds"}.`,
    crowded: (s) => `Many people are writing. The chat opens in ${s} ${s === 1 ? "second" : "seconds"}.`,
    refused: "This chat is not available on this site.",
    count: (n, most) => `${n.toLocaleString()} of ${most.toLocaleString()} characters`,
    tooLong: (n, most) =>
      `Too long by ${(n - most).toLocaleString()} ${n - most === 1 ? "character" : "characters"}. ` +
      "Please shorten your message.",
  };

  const LONGEST = 4000;
  const SILENCE_MS = 45_000; // three beats of the server
  const ASLEEP_AFTER_MS = 20_000; // hidden tabs let go: browsers allow six connections a site
  const GROUP_MS = 5 * 60_000;
  const BASE = new URL(".", script.src);
  const FOREIGN = BASE.origin !== location.origin;
  const PAGE = script.dataset.mode === "page";

  // ---------------------------------------------------------------- looks
  const STYLE = `
:host { all: initial !important; }
*, *::before, *::after { box-sizing: border-box; }
.root {
  --accent: #3b5bdb; --on-accent: #fff;
  --ground: #fff; --raised: #fff; --log: #f6f7f9; --bubble: #fff; --line: #e2e5eb;
  --edge: #868e9c; --text: #1b1f27; --quiet: #596070; --bad: #b3261e; --warn: #fff4d6;
  --on-warn: #5c4400; --ring: #1b1f27;
  --shadow: 0 1px 2px rgba(20, 25, 40, .06), 0 12px 40px rgba(20, 25, 40, .18);
  color-scheme: light; color: var(--text); text-align: start; line-height: 1.5;
  font: 400 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-font-smoothing: antialiased; -webkit-tap-highlight-color: transparent;
}
@media (prefers-color-scheme: dark) {
  .root {
    --ground: #16181e; --raised: #1c1f27; --log: #101217; --bubble: #22262f; --line: #2d323d;
    --edge: #7b8496; --text: #eceef3; --quiet: #a3a9b8; --bad: #ffb4ab; --warn: #3b3115;
    --on-warn: #ffe2a0; --ring: #fff; color-scheme: dark;
    --shadow: 0 1px 2px rgba(0, 0, 0, .5), 0 16px 48px rgba(0, 0, 0, .6);
  }
}
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { margin: 0; padding: 0; border: 0; background: none; cursor: pointer; touch-action: manipulation; }
svg { display: block; width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--ring); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; user-select: none; }

.launcher {
  position: fixed; z-index: 2147483000; inset-block-end: 20px; inset-inline-end: 20px;
  inset-block-end: calc(20px + env(safe-area-inset-bottom));
  display: grid; place-items: center; width: 60px; height: 60px; border-radius: 50%;
  background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow);
  border: 1px solid transparent; transition: transform .18s ease;
}
.launcher:hover { transform: scale(1.05); }
.launcher:active { transform: scale(.97); }
.launcher:focus-visible { outline-offset: 3px; }
.launcher svg { width: 28px; height: 28px; }
.unread {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-width: 22px; height: 22px;
  padding: 0 6px; border-radius: 11px; background: #b3261e; color: #fff; border: 2px solid #fff;
  font-size: 12px; font-weight: 700; line-height: 18px; text-align: center;
}

.panel {
  position: fixed; z-index: 2147483000; inset-block-end: calc(94px + env(safe-area-inset-bottom));
  inset-inline-end: 20px; display: flex; flex-direction: column; width: 392px;
  height: min(680px, calc(100dvh - 118px)); min-height: 260px; overflow: hidden;
  border: 1px solid var(--line); border-radius: 20px; background: var(--ground);
  box-shadow: var(--shadow); transform-origin: bottom right; animation: rise .2s ease-out;
}
.panel:focus-visible { outline: none; }
.page .panel {
  inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; box-shadow: none; animation: none;
}
@keyframes rise { from { opacity: 0; transform: translateY(12px) scale(.98); } }

.head { position: relative; z-index: 2; flex: none; display: flex; align-items: center; gap: 12px;
  min-height: 68px; padding: 10px 10px 10px 16px; border-bottom: 1px solid var(--line);
  background: var(--raised); }
.who { flex: 1; min-width: 0; }
.name { margin: 0; overflow: hidden; font-size: 16px; font-weight: 650; line-height: 1.3;
  letter-spacing: -.01em; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.state { margin: 0; overflow: hidden; color: var(--quiet); font-size: 13px; line-height: 1.4;
  text-overflow: ellipsis; white-space: nowrap; }
.face { flex: none; display: grid; place-items: center; width: 40px; height: 40px; border-radius: 14px;
  background: var(--accent); color: var(--on-accent); font-size: 15px; font-weight: 650;
  letter-spacing: .02em; user-select: none; }
.row .face { width: 28px; height: 28px; border-radius: 10px; font-size: 11px; }
.round { flex: none; display: grid; place-items: center; width: 44px; height: 44px; border-radius: 14px;
  color: var(--quiet); }
.round:hover { background: var(--log); color: var(--text); }
.under { display: flex; align-items: center; gap: 8px; min-width: 0; margin-top: 2px; }
.badge { position: relative; flex: none; }
.badge::before { content: ""; position: absolute; inset: -11px -8px; } /* 44 px to hit */
.badge:focus-visible { border-radius: 999px; }
.badge span { display: flex; align-items: center; gap: 4px; padding: 1px 9px 1px 6px; color: var(--on-warn);
  border-radius: 999px; background: var(--warn); font-size: 12px; font-weight: 600; line-height: 20px; white-space: nowrap; }
.badge svg { width: 14px; height: 14px; }
.why { position: absolute; inset-block-start: calc(100% + 8px); inset-inline: 12px; padding: 14px 16px;
  border: 1px solid var(--line); border-radius: 14px; background: var(--raised); font-size: 14px;
  box-shadow: var(--shadow); }

.notice { flex: none; display: flex; gap: 10px; padding: 10px 16px; background: var(--warn);
  color: var(--on-warn); font-size: 13.5px; line-height: 1.45; }
.notice svg { flex: none; width: 18px; height: 18px; margin-top: 1px; }

.middle { position: relative; flex: 1; min-height: 0; background: var(--log); }
.scroll { height: 100%; overflow: auto; overscroll-behavior: contain; padding: 18px 16px 14px;
  scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.scroll:focus-visible { outline-offset: -3px; }
.day { display: flex; align-items: center; gap: 12px; margin: 18px 0 14px; color: var(--quiet);
  font-size: 12.5px; font-weight: 550; }
.day:first-child { margin-top: 0; }
.day::before, .day::after { content: ""; flex: 1; height: 1px; background: var(--line); }
.row { position: relative; display: flex; align-items: flex-end; gap: 8px; margin-top: 3px;
  max-width: 100%; padding-inline-start: 36px; padding-inline-end: 28px; }
.row.first { margin-top: 14px; }
.log > .row:first-child { margin-top: 0; }
.row.mine { flex-direction: row-reverse; padding-inline-start: 44px; padding-inline-end: 0; }
.row > .face { position: absolute; inset-inline-start: 0; inset-block-start: 7px; display: none; }
.row.first > .face { display: grid; }
.said { min-width: 0; max-width: 100%; display: flex; flex-direction: column; align-items: flex-start; }
.mine .said { align-items: flex-end; }
.bubble { max-width: 100%; padding: 9px 14px; border: 1px solid var(--line); border-radius: 18px;
  background: var(--bubble); overflow-wrap: anywhere; white-space: pre-wrap; text-align: start;
  unicode-bidi: plaintext; }
.mine .bubble { border-color: transparent; background: var(--accent); color: var(--on-accent); }
.row:not(.mine):not(.last) .bubble { border-end-start-radius: 6px; }
.row:not(.mine):not(.first) .bubble { border-start-start-radius: 6px; }
.mine:not(.last) .bubble { border-end-end-radius: 6px; }
.mine:not(.first) .bubble { border-start-end-radius: 6px; }
.row.kept .bubble { border: 1.5px dashed var(--edge); background: var(--ground); color: var(--text); }
.row.failed .bubble { opacity: 1; background: var(--ground); color: var(--text); border: 1px solid var(--bad); }
.bubble a { color: inherit; text-decoration: underline; text-underline-offset: 2px; }
.meta { margin: 4px 4px 0; color: var(--quiet); font-size: 12px; line-height: 1.4; }
.row:not(.last):not(.unsent):not(.failed) .meta { display: none; }
.failed .meta { color: var(--bad); text-align: end; }
.again { display: flex; gap: 4px; margin-top: 2px; }
.again button { min-height: 44px; padding: 0 10px; border-radius: 10px; font-size: 13.5px; font-weight: 600;
  text-decoration: underline; text-underline-offset: 2px; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; max-width: 100%; margin-top: 6px; }
.cite { display: inline-flex; align-items: center; gap: 5px; max-width: 100%; padding: 2px 10px 2px 7px;
  border: 1px solid var(--line); border-radius: 999px; background: var(--ground); color: var(--quiet);
  font-size: 12px; line-height: 1.6; overflow-wrap: anywhere; }
.cite svg { flex: none; width: 13px; height: 13px; }
.file { display: flex; align-items: center; gap: 10px; min-height: 48px; max-width: 100%; color: var(--text);
  padding: 6px 16px 6px 6px; border: 1px solid var(--line); border-radius: 14px; background: var(--ground);
  font-size: 14px; font-weight: 600; text-decoration: none; overflow-wrap: anywhere; }
.file:hover { border-color: var(--edge); }
.file i { flex: none; display: grid; place-items: center; width: 36px; height: 36px; border-radius: 10px;
  background: var(--log); }
.file svg { width: 20px; height: 20px; }
.file small { display: block; color: var(--quiet); font-size: 12px; font-weight: 400; line-height: 1.3; }
.system { max-width: 30em; margin: 12px auto 4px; color: var(--quiet); font-size: 13px; text-align: center; }
.appears { animation: appear .22s ease-out; }
@keyframes appear { from { opacity: 0; transform: translateY(6px); } }
.dots { display: flex; align-items: center; gap: 5px; height: 22px; padding: 0 2px; }
.dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--quiet);
  animation: breathe 1.3s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .16s; }
.dots i:nth-child(3) { animation-delay: .32s; }
@keyframes breathe { 0%, 65%, 100% { opacity: .3; } 30% { opacity: 1; transform: translateY(-2px); } }
.replies { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 14px; padding-inline-start: 36px; }
.replies button { min-height: 44px; max-width: 100%; padding: 8px 16px; border: 1.5px solid var(--accent);
  border-radius: 22px; background: var(--ground); font-size: 14.5px; font-weight: 550; line-height: 1.35;
  text-align: start; overflow-wrap: anywhere; transition: background .12s, color .12s; }
.replies button:hover { background: var(--accent); color: var(--on-accent); }
@media (prefers-color-scheme: dark) { .replies button { border-color: var(--edge); } }
.jump { position: absolute; inset-block-end: 12px; inset-inline: 0; display: flex; align-items: center; gap: 6px;
  width: max-content; min-height: 44px; margin: 0 auto; padding: 0 18px 0 12px; border: 1px solid var(--line);
  border-radius: 22px; background: var(--raised); font-size: 14px; font-weight: 600; box-shadow: var(--shadow); }
.jump svg { width: 18px; height: 18px; }

.foot { flex: none; padding: 10px 12px calc(10px + env(safe-area-inset-bottom)); background: var(--ground);
  border-top: 1px solid var(--line); }
.box { display: flex; align-items: flex-end; gap: 4px; padding: 3px; border: 1.5px solid var(--edge);
  border-radius: 25px; background: var(--raised); }
.box:focus-within { border-color: var(--ring); }
textarea { flex: 1; min-width: 0; height: 44px; max-height: 160px; margin: 0; padding: 10px 4px 10px 15px;
  border: 0; background: none; font-size: 16px; line-height: 24px; resize: none; overflow-y: hidden; }
textarea:focus-visible { outline: none; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { flex: none; display: grid; place-items: center; width: 44px; height: 44px; border-radius: 50%;
  background: var(--accent); color: var(--on-accent); }
.send[aria-disabled="true"] { background: var(--log); color: var(--quiet); cursor: default; }
.send svg { width: 20px; height: 20px; }
.below { display: flex; justify-content: space-between; gap: 12px; margin: 5px 6px 0; color: var(--quiet);
  font-size: 12px; line-height: 1.4; }
.below .count { margin-inline-start: auto; text-align: end; }
.below .count.over { color: var(--bad); font-weight: 600; }
@media (hover: none) { .below .keys { display: none; } }

.page .head, .page .notice, .page .scroll, .page .foot {
  padding-inline: max(16px, calc(50% - 380px)); }
.page .why { inset-inline: max(12px, calc(50% - 380px)); }
.page .head { min-height: 76px; }
.page .scroll { padding-block: 28px 20px; }
.page .row { padding-inline-end: 12%; }
.page .row.mine { padding-inline-start: 20%; padding-inline-end: 0; }
.page .foot { border-top: 0; background: var(--log); padding-block: 6px calc(14px + env(safe-area-inset-bottom)); }
.page .box { box-shadow: 0 4px 20px rgba(20, 25, 40, .07); }

@media (max-width: 480px) {
  .panel { inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; }
  .root.open:not(.page) .launcher { display: none; }
  .row { padding-inline-end: 20px; }
}
@media (max-height: 420px) and (min-width: 481px) {
  .root:not(.page) .panel { inset-block: 8px; height: auto; }
  .root.open:not(.page) .launcher { display: none; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
  .dots i { opacity: .7; }
}
@media (forced-colors: active) {
  .bubble, .face, .badge span, .send, .unread { border: 1px solid CanvasText; }
}`;

  const ICONS = {
    chat: "M21 12a8 8 0 0 1-8 8H4l2-3.5A8 8 0 1 1 21 12z",
    down: "M6 9l6 6 6-6",
    close: "M6 6l12 12M18 6L6 18",
    call: "M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
    send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
    info: "M12 11v6M12 7.5v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
    book: "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11",
    day: "M5 6h14v14H5zM5 10.500h14M9 3.500v4M15 3.500v4",
    file: "M14 3H6v18h12V7zM14 3v4h4",
  };

  // ---------------------------------------------------------------- small pieces
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };

  const icon = (name) => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  };

  const length = (text) => [...text].length;
  const initials = (name) => {
    const words = name.trim().split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
    return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "·";
  };
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // Text becomes text nodes and, for addresses of three harmless kinds, anchors.
  const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]{1,2000}|\b[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}\b/gi;
  const write = (into, text) => {
    let at = 0;
    for (const found of text.matchAll(ADDRESS)) {
      const shown = found[0].replace(/[.,;:!?)\]}'"»”]+$/u, "");
      const href = safeHref(shown.includes("://") ? shown : `mailto:${shown}`);
      if (!href) continue;
      into.append(text.slice(at, found.index));
      const link = make("a", { href, target: "_blank", rel: "noopener nofollow" });
      link.textContent = shown;
      into.append(link);
      at = found.index + shown.length;
    }
    into.append(text.slice(at));
  };
  const safeHref = (address) => {
    try {
      const url = new URL(address);
      return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  };

  const shelf = (kind) => {
    const name = (key) => `frontdesk ${BASE.href} ${key}`;
    const memory = new Map();
    let real = null;
    try {
      real = window[kind];
      real.setItem(name("probe"), "1");
      real.removeItem(name("probe"));
    } catch {
      real = null; // blocked or full: this page still works, it only forgets on reload
    }
    return {
      name,
      read(key) {
        try {
          return JSON.parse((real ? real.getItem(name(key)) : memory.get(key)) ?? "null");
        } catch {
          return null;
        }
      },
      save(key, value) {
        const text = JSON.stringify(value);
        memory.set(key, text);
        try {
          real?.setItem(name(key), text);
        } catch {
          real = null;
        }
      },
    };
  };
  const kept = shelf("localStorage");
  const tab = shelf("sessionStorage");

  // One tab at a time where the browser can tell; else all: the server answers repeats once.
  const locked = async (name, work) => {
    let entered = false;
    const enter = () => {
      entered = true;
      return work();
    };
    try {
      if (navigator.locks) return await navigator.locks.request(`frontdesk ${BASE.href} ${name}`, enter);
    } catch (trouble) {
      if (entered) throw trouble;
    }
    return work(); // no locks here, or refused (a frame of another site)
  };

  // A pause that ends early when something happens.
  const bell = () => {
    let ring = () => {};
    return {
      ring: () => ring(),
      wait: (ms) =>
        new Promise((done) => {
          const timer = setTimeout(done, ms);
          ring = () => {
            clearTimeout(timer);
            done();
          };
        }),
    };
  };
  const backoff = (tries) => Math.min(30_000, 600 * 2 ** Math.min(tries, 6)) * (0.6 + 0.8 * Math.random());

  // ---------------------------------------------------------------- the wire
  class Trouble extends Error {
    constructor(status, detail = "", waitMs = 0) {
      super(detail);
      this.status = status; // 0: no answer at all
      this.detail = detail;
      this.waitMs = waitMs;
    }
  }

  const call = async (path, { token = null, body, signal } = {}) => {
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(new URL(`v1/chat/${path}`, BASE), {
        method: body ? "POST" : "GET",
        headers,
        body: body && JSON.stringify(body),
        signal,
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
    } catch {
      throw new Trouble(0);
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    const wait = Number(response.headers.get("Retry-After"));
    const detail = typeof problem.detail === "string" ? problem.detail : "";
    throw new Trouble(response.status, detail, wait > 0 ? Math.min(wait, 3600) * 1000 : 0);
  };
  const answer = async (path, options = {}) => {
    const response = await call(path, { signal: AbortSignal.timeout(20_000), ...options });
    try {
      return await response.json();
    } catch {
      throw new Trouble(0);
    }
  };

  // Reads server-sent events from a body; calls `each(event, data)`.
  const readEvents = async (body, each, alive) => {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        let event = "message";
        const data = [];
        for (const line of block.split(/\r?\n/)) {
          if (line.startsWith("event:")) event = line.slice(6).trim();
          else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
        }
        if (data.length) each(event, JSON.parse(data.join("\n")));
      }
    }
  };

  // ---------------------------------------------------------------- what is said
  // messages: by id, from the server. queue: written here, not yet accepted, shared by all tabs.
  const talk = {
    messages: new Map(),
    past: [], // of a visitor whose token has ended: still on the screen, no longer on the server
    last: 0,
    clientIds: new Map(), // message id -> the id it was sent under
    finished: new Set(),
    drafts: new Map(),
    typing: false,
    state: "open",
    bot: kept.read("bot"),
    queue: () => kept.read("queue")?.items ?? [],

    take(message) {
      const clientId = message.client_id ?? this.clientIds.get(message.id) ?? this.adopted(message);
      const known = this.messages.get(message.id);
      if (clientId) this.clientIds.set(message.id, clientId);
      this.messages.set(message.id, { ...message, key: known?.key ?? clientId ?? message.id });
      if (message.turn && message.from !== "visitor") {
        this.finished.add(message.turn);
        this.drafts.delete(message.turn);
      }
      if (message.from !== "visitor") this.typing = false;
      return !known;
    },
    // A server that names no client id: the message in flight with the same words is this one.
    adopted(message) {
      if (message.from !== "visitor" || this.messages.has(message.id)) return null;
      const used = new Set(this.clientIds.values());
      const same = (item) => item.text === message.text && !used.has(item.id) && !item.failed;
      return this.queue().find(same)?.id ?? null;
    },
    // Everything on the screen, in order.
    shown() {
      const sorted = [...this.messages.values()].sort((a, b) => a.seq - b.seq);
      const there = new Set(sorted.map((message) => message.key));
      const unsent = this.queue()
        .filter((item) => !there.has(item.id))
        .map((item) => ({ ...item, key: item.id, from: "visitor", unsent: true }));
      return [...this.past, ...sorted, ...unsent];
    },
    write(items, sent = kept.read("queue")?.sent ?? {}) {
      const recent = Object.entries(sent).slice(-30);
      kept.save("queue", { items, sent: Object.fromEntries(recent) });
    },
    put(text) {
      this.write([...this.queue(), { id: newId(), text, at: new Date().toISOString() }]);
    },
    change(id, fields) {
      this.write(this.queue().map((item) => (item.id === id ? { ...item, ...fields } : item)));
    },
    drop(id) {
      this.write(this.queue().filter((item) => item.id !== id));
    },
    accepted(item, receipt) {
      const sent = kept.read("queue")?.sent ?? {};
      sent[item.id] = { id: receipt.message_id, seq: receipt.seq, text: item.text, at: item.at };
      this.write(this.queue().filter((other) => other.id !== item.id), sent);
      this.confirm();
    },
    // Shows what was accepted, here or in another tab, before the stream brings it.
    confirm() {
      for (const [clientId, receipt] of Object.entries(kept.read("queue")?.sent ?? {})) {
        if (this.messages.has(receipt.id) || receipt.seq <= this.last) continue;
        this.clientIds.set(receipt.id, clientId);
        this.take({ ...receipt, client_id: clientId, from: "visitor", quick_replies: [],
          citations: [], files: [], turn: null });
      }
    },
    forget() {
      this.past.push(...[...this.messages.values()].sort((a, b) => a.seq - b.seq));
      this.messages.clear();
      this.drafts.clear();
      this.finished.clear();
      this.last = 0;
      this.typing = false;
      this.state = "open";
      this.write(this.queue(), {});
    },
  };

  // ---------------------------------------------------------------- keeping in touch
  const link = {
    token: kept.read("visitor")?.token ?? null,
    loaded: false,
    loading: false,
    running: false,
    sending: false,
    asleep: false,
    ended: false, // this site may not use the chat
    trouble: null, // of the line: {kind, until}
    slow: null, // of sending
    line: bell(),
    post: bell(),
    abort: null,
    renewedAt: -Infinity,

    // Begins whatever is due: the stream, and the queue.
    start() {
      this.follow();
      this.flush();
    },
    retry() {
      this.line.ring();
      this.post.ring();
      this.start();
    },
    sleep(yes) {
      this.asleep = yes;
      if (yes) this.abort?.abort();
      else this.retry();
    },

    async follow() {
      if (this.running) return;
      this.running = true;
      let tries = 0;
      while (!this.asleep) {
        const began = performance.now();
        try {
          if (!this.token) await this.enter(null);
          if (!this.loaded) await this.load();
          await this.stream();
        } catch (trouble) {
          if (!(trouble instanceof Trouble)) console.error("Frontdesk:", trouble);
          if (this.asleep) break;
          const renewed = trouble.status === 401 && (await this.renewed());
          if (renewed) continue;
          await this.tell(trouble);
          if (performance.now() - began > 10_000) tries = 0;
          const pause = Math.max(backoff(tries++), trouble.waitMs ?? 0, this.ended ? 60_000 : 0);
          await this.line.wait(pause);
          continue;
        }
        tries = performance.now() - began > 10_000 ? 0 : tries + 1;
        if (!this.asleep) await this.line.wait(tries > 1 ? backoff(tries) : 250 + 750 * Math.random());
      }
      this.running = false;
    },

    // Gets a token, unless another tab has just got one.
    async enter(refused) {
      await locked("visitor", async () => {
        const other = kept.read("visitor")?.token;
        if (other && other !== refused) return this.adopt(other);
        const made = await answer("visitors", { body: {} });
        kept.save("visitor", { token: made.token });
        this.adopt(made.token);
        this.meet(made.bot);
      });
    },
    adopt(token) {
      if (token === this.token) return;
      if (this.token) talk.forget();
      this.token = token;
      this.loaded = false;
      this.abort?.abort();
      view.draw();
    },
    // The token has ended: a new one, without a word, and what was written stays.
    async renewed() {
      if (performance.now() - this.renewedAt < 30_000) return false;
      this.renewedAt = performance.now();
      try {
        await this.enter(this.token);
        return true;
      } catch (trouble) {
        await this.tell(trouble);
        return false;
      }
    },
    meet(bot) {
      talk.bot = bot;
      kept.save("bot", bot);
      this.ended = false;
      view.draw();
    },

    async load() {
      const token = this.token;
      view.busy(true);
      try {
        for (let more = true; more; ) {
          const page = await answer(`messages?after=${talk.last}`, { token });
          if (token !== this.token) return;
          for (const message of page.messages) {
            talk.take(message);
            talk.last = Math.max(talk.last, message.seq);
          }
          talk.state = page.state;
          this.meet(page.bot);
          more = page.more && page.messages.length > 0;
        }
        this.loaded = true;
      } finally {
        view.whole = true;
        view.drawNow();
        setTimeout(() => view.busy(false));
      }
    },

    async stream() {
      const token = this.token;
      const abort = new AbortController();
      this.abort = abort;
      let timer;
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), SILENCE_MS);
      };
      alive();
      try {
        const { body } = await call(`stream?after=${talk.last}`, { token, signal: abort.signal });
        this.well();
        talk.drafts.clear(); // half a draft from an earlier line would miss words
        talk.typing = false;
        await readEvents(body, (event, data) => token === this.token && this.happen(event, data), alive);
      } catch (trouble) {
        if (token !== this.token) return; // let go for a new one
        throw trouble instanceof Trouble ? trouble : new Trouble(0);
      } finally {
        clearTimeout(timer);
        talk.drafts.clear();
        talk.typing = false;
        view.draw();
      }
    },
    happen(event, data) {
      const goesOn = event === "chunk" && talk.drafts.has(data.turn);
      if (event === "message") {
        talk.last = Math.max(talk.last, data.seq);
        if (talk.take(data)) view.arrived(data);
      } else if (event === "typing") talk.typing = Boolean(data.on);
      else if (event === "reset") talk.drafts.delete(data.turn);
      else if (event === "state") {
        talk.state = data.state;
        if (talk.bot) talk.bot = { ...talk.bot, mode: data.mode };
      } else if (event === "chunk" && !talk.finished.has(data.turn)) {
        talk.drafts.set(data.turn, (talk.drafts.get(data.turn) ?? "") + data.text);
      }
      view.draw(!goesOn);
    },

    // Sends the queue in order, one at a time, until each is accepted or finally refused.
    async flush() {
      if (this.sending) return;
      this.sending = true;
      let tries = 0;
      for (;;) {
        const item = talk.queue().find((one) => !one.failed);
        if (!item) break;
        try {
          if (!this.token) await this.enter(null);
          await locked("send", () => this.deliver(item));
          tries = 0;
          this.slow = null;
        } catch (cause) {
          const trouble = cause instanceof Trouble ? cause : new Trouble(0);
          if (trouble !== cause) console.error("Frontdesk:", cause);
          if (trouble.status === 401 && (await this.renewed())) continue;
          const passing = [0, 401, 408, 425, 429].includes(trouble.status) || trouble.status >= 500;
          if (!passing) {
            talk.change(item.id, { failed: trouble.detail || WORDS.failed });
            view.draw();
            continue;
          }
          const pause = Math.max(backoff(tries++), trouble.waitMs);
          if (trouble.status === 429) this.slow = Date.now() + pause;
          else await this.tell(trouble);
          view.draw();
          await this.post.wait(pause);
        }
      }
      this.slow = null;
      this.sending = false;
      view.draw();
    },
    async deliver(item) {
      if (!talk.queue().some((one) => one.id === item.id)) return;
      const receipt = await answer("messages", {
        token: this.token,
        body: { id: item.id, text: item.text },
      });
      talk.accepted(item, receipt);
      this.well();
      this.follow();
    },

    well() {
      this.trouble = null;
      view.draw();
    },
    // Decides what to say about a line that does not hold.
    async tell(trouble) {
      let kind = "unreachable";
      if (trouble.status === 503) kind = "maintenance";
      else if (trouble.status === 429) kind = "crowded";
      else if (trouble.status === 403 || trouble.status === 404) kind = "refused";
      else if (trouble.status === 0 && navigator.onLine === false) kind = "offline";
      else if (trouble.status === 0 && FOREIGN && !this.token && (await this.reachable())) {
        kind = "refused";
        console.warn(
          `Frontdesk: ${BASE.origin} does not allow this site. Add ${location.origin} to ` +
            "allowed_origins of the web_chat channel in bot_config.yaml.",
        );
      }
      this.ended = kind === "refused";
      const since = this.trouble?.since ?? Date.now();
      this.trouble = { kind, since, until: Date.now() + (trouble.waitMs ?? 0) };
      view.draw();
    },
    // A refusal by CORS looks like no answer; an opaque request tells the two apart.
    async reachable() {
      try {
        await fetch(new URL("up", BASE), {
          mode: "no-cors",
          cache: "no-store",
          credentials: "omit",
          signal: AbortSignal.timeout(8000),
        });
        return true;
      } catch {
        return false;
      }
    },
  };

  // ---------------------------------------------------------------- the view
  const view = {
    open: false,
    unread: 0,
    pinned: true,
    below: 0,
    whole: false,
    nodes: new Map(),
    drafts: new Map(),
    writingSince: 0,

    build() {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE + colours(script.dataset.color));
      this.host = make("frontdesk-chat");
      const shadow = this.host.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [sheet];

      this.unreadMark = make("span", { class: "unread", "aria-hidden": "true", hidden: true });
      this.launcher = make(
        "button",
        { class: "launcher", type: "button", "aria-expanded": "false", "aria-controls": "panel",
          onclick: () => this.toggle() },
        icon("chat"),
        this.unreadMark,
      );
      this.face = make("span", { class: "face", "aria-hidden": "true" });
      this.name = make(PAGE ? "h1" : "h2", { class: "name", dir: "auto" });
      this.state = make("p", { class: "state" });
      const badge = make("span", {}, icon("info"), WORDS.basic);
      this.badge = make(
        "button",
        { class: "badge", type: "button", "aria-expanded": "false", "aria-controls": "why", hidden: true,
          onclick: () => this.explain(this.why.hidden) },
        badge,
      );
      this.why = make("div", { class: "why", id: "why", role: "note", hidden: true });
      this.close = make(
        "button",
        { class: "round", type: "button", "aria-label": WORDS.close, onclick: () => this.toggle(false) },
        icon("close"),
      );
      this.close.hidden = PAGE;
      this.call = make("a", { class: "round", href: "/call", "aria-label": WORDS.call, title: WORDS.call,
        hidden: true }, icon("call"));
      const head = make("header", { class: "head" }, this.face,
        make("div", { class: "who" }, this.name, make("div", { class: "under" }, this.state, this.badge)),
        this.call, this.close, this.why);

      this.noticeWords = make("span");
      this.notice = make("div", { class: "notice", hidden: true }, icon("info"), this.noticeWords);

      this.log = make("div", { class: "log", role: "log", "aria-live": "polite",
        "aria-relevant": "additions", "aria-label": WORDS.messages });
      this.live = make("div", { class: "live", "aria-hidden": "true" });
      this.replies = make("div", { class: "replies", role: "group", "aria-label": WORDS.suggestions, hidden: true });
      this.content = make("div", {}, this.log, this.live, this.replies);
      this.scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": WORDS.conversation },
        this.content);
      this.jumpWords = make("span");
      this.jump = make("button", { class: "jump", type: "button", hidden: true,
        onclick: () => this.toNewest(true) }, icon("down"), this.jumpWords);
      const middle = make("div", { class: "middle" }, this.scroll, this.jump);

      this.area = make("textarea", { rows: "1", dir: "auto", placeholder: WORDS.write,
        "aria-label": WORDS.yourMessage, "aria-describedby": "keys count", enterkeyhint: "send",
        autocomplete: "off" });
      this.sendButton = make("button", { class: "send", type: "button", "aria-label": WORDS.send,
        "aria-disabled": "true", onclick: () => this.send() }, icon("send"));
      this.count = make("span", { class: "count", id: "count" });
      this.spoken = make("div", { class: "unseen", role: "status" });
      const foot = make("footer", { class: "foot" },
        make("div", { class: "box" }, this.area, this.sendButton),
        make("div", { class: "below" }, make("span", { class: "keys", id: "keys" }, WORDS.keys), this.count));

      this.panel = make("section", { class: "panel", id: "panel", tabindex: "-1",
        role: PAGE ? "main" : "dialog", "aria-label": WORDS.chat, hidden: true },
        head, this.notice, middle, foot, this.spoken);
      this.root = make("div", { class: PAGE ? "root page" : "root" }, this.launcher, this.panel);
      this.launcher.hidden = PAGE;
      shadow.append(this.root);
      document.body.append(this.host);

      this.area.value = tab.read("draft") ?? "";
      this.area.addEventListener("input", () => this.typed());
      this.area.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        this.send();
      });
      this.root.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        if (!this.why.hidden) {
          this.explain(false);
          this.badge.focus();
        } else if (!PAGE && this.open) this.toggle(false);
        else return;
        event.stopPropagation();
      });
      this.root.addEventListener("pointerdown", (event) => {
        if (!this.why.hidden && !event.composedPath().some((one) => one === this.why || one === this.badge)) {
          this.explain(false);
        }
      });
      this.scroll.addEventListener("scroll", () => {
        this.pinned = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60;
        if (this.pinned) this.below = 0;
        this.drawJump();
      }, { passive: true });
      const resized = new ResizeObserver(() => this.pinned && this.toNewest());
      resized.observe(this.scroll);
      resized.observe(this.content);
      this.typed();
      this.draw();
    },

    toggle(open = !this.open, { focus = true } = {}) {
      if (open === this.open) return;
      this.open = open;
      this.panel.hidden = !open;
      this.root.classList.toggle("open", open);
      this.launcher.setAttribute("aria-expanded", String(open));
      this.launcher.replaceChild(icon(open ? "down" : "chat"), this.launcher.firstChild);
      if (!PAGE) tab.save("open", open);
      this.explain(false);
      if (open) {
        this.unread = 0;
        link.start();
        this.typed();
        this.toNewest();
        const typing = matchMedia("(hover: hover)").matches;
        if (focus) (typing ? this.area : this.panel).focus({ preventScroll: true });
      } else if (focus) this.launcher.focus({ preventScroll: true });
      this.draw();
    },
    explain(yes) {
      this.why.hidden = !yes;
      this.badge.setAttribute("aria-expanded", String(yes));
    },
    busy(yes) {
      this.log.setAttribute("aria-busy", String(yes));
      this.log.setAttribute("aria-live", yes ? "off" : "polite");
    },

    typed() {
      tab.save("draft", this.area.value);
      this.area.style.height = "auto";
      const height = Math.max(44, this.area.scrollHeight);
      this.area.style.height = `${Math.min(160, height)}px`;
      this.area.style.overflowY = height > 160 ? "auto" : "hidden";
      const count = length(this.area.value.trim());
      const over = count > LONGEST;
      this.count.textContent = over ? WORDS.tooLong(count, LONGEST)
        : count > LONGEST * 0.9 ? WORDS.count(count, LONGEST) : "";
      this.count.classList.toggle("over", over);
      if (over && this.area.getAttribute("aria-invalid") !== "true") this.say(this.count.textContent);
      this.area.setAttribute("aria-invalid", String(over));
      this.sendButton.setAttribute("aria-disabled", String(count === 0 || over));
    },
    send(text = null) {
      const words = (text ?? this.area.value).trim();
      const count = length(words);
      if (count === 0 || count > LONGEST) {
        if (count) this.say(this.count.textContent);
        return;
      }
      talk.put(words);
      if (text === null) {
        this.area.value = "";
        this.typed();
      }
      this.pinned = true;
      this.draw();
      this.toNewest();
      link.start();
    },
    say(words) {
      this.spoken.textContent = "";
      setTimeout(() => (this.spoken.textContent = words), 50);
    },
    arrived(message) {
      if (message.from === "visitor") return;
      if (!this.open) this.unread += 1;
      if (!this.pinned) this.below += 1;
    },
    toNewest(smoothly = false) {
      this.pinned = true;
      this.below = 0;
      this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
      this.drawJump();
    },

    // One drawing a frame, however many events come.
    draw(whole = true) {
      this.whole ||= whole;
      if (this.due || !this.root) return;
      this.due = setTimeout(() => this.drawNow(), 100); // hidden tabs have no frames
      requestAnimationFrame(() => this.due && this.drawNow());
    },
    drawNow() {
      clearTimeout(this.due);
      this.due = null;
      if (this.whole) {
        this.drawHead();
        this.drawNotice();
        this.drawLog();
      }
      this.drawLive();
      if (this.whole) {
        this.drawReplies();
        this.drawJump();
      }
      this.whole = false;
      if (this.pinned && this.open) this.toNewest();
    },
    drawHead() {
      const name = talk.bot?.name ?? "";
      setText(this.face, name ? initials(name) : "");
      setText(this.name, name || WORDS.chat);
      const states = { waiting: WORDS.waiting, with_person: WORDS.person };
      setText(this.state, states[talk.state] ?? WORDS.bot);
      this.call.hidden = !PAGE || !talk.bot?.calls;
      this.badge.hidden = talk.bot?.mode !== "basic" || talk.state === "with_person";
      if (this.badge.hidden) this.explain(false);
      setText(this.why, WORDS.basicWhy(name || WORDS.chat));
      this.panel.setAttribute("aria-label", name ? WORDS.chatWith(name) : WORDS.chat);
      this.launcher.setAttribute("aria-label", this.open ? WORDS.close
        : this.unread ? WORDS.openUnread(this.unread) : WORDS.open);
      this.unreadMark.hidden = this.unread === 0;
      setText(this.unreadMark, this.unread > 9 ? "9+" : String(this.unread));
    },
    drawNotice() {
      const waits = talk.queue().some((item) => !item.failed);
      const seconds = (until) => Math.max(1, Math.ceil((until - Date.now()) / 1000));
      let kind = navigator.onLine === false ? "offline" : link.trouble?.kind;
      // A line that breaks and is back at once is nobody's business.
      const brief = kind === "unreachable" && Date.now() - link.trouble.since < 1500;
      if (brief) kind = null;
      let words = "";
      if (kind === "refused") words = WORDS.refused;
      else if (kind === "crowded") words = WORDS.crowded(seconds(link.trouble.until));
      else if (kind) words = waits ? WORDS[kind] : WORDS[`${kind}Idle`];
      else if (link.slow && waits) words = WORDS.slow(seconds(link.slow));
      setText(this.noticeWords, words);
      this.notice.hidden = !words;
      // Spoken once, not with every second that passes.
      const about = words && (kind ?? "slow") + waits;
      if (words && about !== this.noticed) this.say(words);
      this.noticed = about;
      clearTimeout(this.tick);
      if (brief || (words && (link.slow || kind === "crowded"))) this.tick = setTimeout(() => this.draw(), 1000);
      this.area.disabled = kind === "refused";
    },

    drawLog() {
      const items = talk.shown();
      const rows = [];
      if (talk.bot?.greeting) {
        rows.push({ key: "greeting", from: "bot", text: talk.bot.greeting, first: true, last: true });
        if (talk.bot.notice && !items.length) rows.push({ key: "away", system: talk.bot.notice });
      }
      let before = null;
      for (const item of items) {
        const at = new Date(item.at);
        const day = at.toDateString();
        if (day !== before?.day) rows.push({ key: `day before ${item.key}`, day: at });
        const joined = before && before.from === item.from && day === before.day && at - before.time < GROUP_MS;
        if (before) before.row.last = !joined;
        const row = { ...item, first: !joined, last: true };
        rows.push(row);
        before = { day, from: item.from, time: at, row };
      }
      if (before && before.from !== "visitor" && this.isWriting()) before.row.last = false;

      const kept = new Set(rows.map((row) => row.key));
      for (const [key, node] of this.nodes) {
        if (!kept.has(key)) {
          node.element.remove();
          this.nodes.delete(key);
        }
      }
      let place = this.log.firstChild;
      for (const row of rows) {
        const node = this.node(row);
        if (node.element === place) place = place.nextSibling;
        else this.log.insertBefore(node.element, place);
        node.update(row);
      }
    },
    node(row) {
      let node = this.nodes.get(row.key);
      if (!node) {
        node = row.day ? dayNode(row) : row.system ? systemNode(row) : messageNode(row);
        const calm = this.log.getAttribute("aria-busy") === "true" || this.wasDraft(row);
        if (!calm && !row.day) node.element.classList.add("appears");
        this.nodes.set(row.key, node);
      }
      return node;
    },
    wasDraft(row) {
      return Boolean(row.turn) && this.drafts.has(row.turn);
    },
    joins(from) {
      const newest = talk.shown().at(-1);
      const joined = newest?.from === from && Date.now() - new Date(newest.at) < GROUP_MS;
      return joined ? "" : "first";
    },
    isWriting: () => talk.typing || talk.drafts.size > 0,

    drawLive() {
      for (const [turn, draft] of this.drafts) {
        if (!talk.drafts.has(turn)) {
          draft.element.remove();
          this.drafts.delete(turn);
        }
      }
      for (const [turn, text] of talk.drafts) {
        let draft = this.drafts.get(turn);
        if (!draft) {
          const words = document.createTextNode("");
          const bubble = make("div", { class: "bubble", dir: "auto" }, words);
          draft = { words, element: make("div", { class: `row last draft ${this.joins("bot")}` }, faceOf("bot"),
            make("div", { class: "said" }, bubble)) };
          this.drafts.set(turn, draft);
          this.live.append(draft.element);
        }
        if (draft.words.data !== text) draft.words.data = text;
      }
      const dots = talk.typing && talk.drafts.size === 0;
      if (dots && !this.dots) {
        const bubble = make("div", { class: "bubble" },
          make("div", { class: "dots" }, make("i"), make("i"), make("i")));
        const from = talk.state === "with_person" ? "person" : "bot";
        this.dots = make("div", { class: `row last typing appears ${this.joins(from)}` }, faceOf(from),
          make("div", { class: "said" }, bubble));
        this.live.append(this.dots);
      } else if (!dots && this.dots) {
        this.dots.remove();
        this.dots = null;
      }
      // Said once, and only when the wait is long enough to be felt.
      if (this.isWriting() && !this.writing && this.open) {
        this.writing = setTimeout(() => this.say(WORDS.writing(talk.bot?.name ?? WORDS.team)), 1500);
      } else if (!this.isWriting() && this.writing) {
        clearTimeout(this.writing);
        this.writing = null;
        this.spoken.textContent = "";
      }
    },

    drawReplies() {
      const items = talk.shown();
      const newest = items.at(-1);
      let offered = newest ? (newest.from === "visitor" ? [] : newest.quick_replies ?? [])
        : (link.loaded || talk.messages.size ? talk.bot?.suggestions ?? [] : []);
      if (this.isWriting() || link.trouble?.kind === "refused") offered = [];
      const mark = JSON.stringify([newest?.key, offered]);
      if (mark === this.offered) return;
      const focused = this.replies.contains(this.root.getRootNode().activeElement);
      this.offered = mark;
      this.replies.hidden = offered.length === 0;
      this.replies.replaceChildren(...offered.map((words) => {
        const button = make("button", { type: "button", dir: "auto", onclick: () => this.send(words) });
        button.textContent = words;
        return button;
      }));
      if (focused) (matchMedia("(hover: hover)").matches ? this.area : this.panel).focus({ preventScroll: true });
    },
    drawJump() {
      const away = !this.pinned && this.open;
      this.jump.hidden = !away;
      setText(this.jumpWords, this.below ? WORDS.fresh : WORDS.newest);
    },
  };

  const setText = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const faceOf = (from) => {
    const face = make("span", { class: "face", "aria-hidden": "true" });
    face.textContent = initials(from === "person" ? WORDS.team : talk.bot?.name ?? "");
    return face;
  };

  const dayNode = (row) => {
    const element = make("div", { class: "day" });
    const update = ({ day }) => {
      const today = new Date();
      const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
      const year = day.getFullYear() === today.getFullYear() ? undefined : "numeric";
      const name = day.toDateString() === today.toDateString() ? WORDS.today
        : day.toDateString() === yesterday.toDateString() ? WORDS.yesterday
        : day.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long", year });
      setText(element, name);
    };
    update(row);
    return { element, update };
  };

  const systemNode = (row) => {
    const element = make("div", { class: "system", dir: "auto" });
    return { element, update: () => setText(element, row.system) };
  };

  const messageNode = (row) => {
    const mine = row.from === "visitor";
    const bubble = make("div", { class: "bubble", dir: "auto" });
    const speaker = make("span", { class: "unseen" });
    const more = make("div", { class: "more" });
    const meta = make("div", { class: "meta" });
    const again = make("div", { class: "again", hidden: true },
      make("button", { type: "button", onclick: () => {
        talk.change(row.key, { failed: undefined });
        view.draw();
        link.retry();
      } }, WORDS.again),
      make("button", { type: "button", onclick: () => {
        talk.drop(row.key);
        view.area.focus();
        view.draw();
      } }, WORDS.remove));
    const element = make("div", { class: mine ? "row mine" : "row" });
    if (!mine) element.append(faceOf(row.from));
    element.append(make("div", { class: "said" }, speaker, bubble, more, meta, again));
    let shown = null;
    let beside = "";

    const update = (now) => {
      const name = now.from === "person" ? WORDS.team : talk.bot?.name ?? "";
      setText(speaker, mine ? WORDS.you : WORDS.says(name));
      if (shown !== now.text) {
        shown = now.text;
        bubble.replaceChildren();
        write(bubble, now.text);
      }
      const mark = JSON.stringify([now.citations, now.files]);
      if (mark !== beside) {
        beside = mark;
        more.replaceChildren(...fileChips(now.files ?? []), ...citeChips(now.citations ?? []));
      }
      element.classList.toggle("first", now.first);
      element.classList.toggle("last", now.last);
      element.classList.toggle("unsent", Boolean(now.unsent && !now.failed));
      element.classList.toggle("kept", Boolean(now.unsent && !now.failed && isHeldUp()));
      element.classList.toggle("failed", Boolean(now.failed));
      again.hidden = !now.failed;
      setText(meta, metaOf(now));
    };
    return { element, update };
  };

  const isHeldUp = () => Boolean(link.trouble || link.slow || navigator.onLine === false);

  const metaOf = (row) => {
    if (row.failed) return row.failed.startsWith(WORDS.failed) ? row.failed : `${WORDS.failed} ${row.failed}`;
    if (row.unsent) return isHeldUp() ? WORDS.kept : WORDS.sending;
    if (!row.at) return "";
    const time = new Date(row.at).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
    return row.from === "person" ? `${WORDS.team} · ${time}` : time;
  };

  const citeChips = (citations) => {
    if (!citations.length) return [];
    const chips = citations.map((words) => {
      const title = make("span", { dir: "auto" });
      title.textContent = words;
      return make("span", { class: "cite" }, icon("book"), make("span", { class: "unseen" }, `${WORDS.sources}: `), title);
    });
    return [make("div", { class: "chips" }, ...chips)];
  };

  const fileChips = (files) => {
    const chips = [];
    for (const file of files) {
      // Only what the box itself serves.
      const href = new URL(String(file.href).replace(/^\/+/, ""), BASE);
      if (href.origin !== BASE.origin || !href.pathname.includes("/v1/chat/files/")) continue;
      const name = make("span", { dir: "auto" });
      name.textContent = file.name;
      const words = make("span", {}, name, make("small", {}, WORDS.download));
      chips.push(make("a", { class: "file", href: href.href, download: file.name, rel: "noopener" },
        make("i", {}, icon(file.media_type === "text/calendar" ? "day" : "file")), words));
    }
    return chips.length ? [make("div", { class: "chips" }, ...chips)] : [];
  };

  // A site's own colour, with whichever of black and white reads better on it.
  const colours = (wanted) => {
    if (!/^#[0-9a-f]{6}$/i.test(wanted ?? "")) return "";
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(wanted.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    const on = 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#fff" : "#000";
    return `\n.root { --accent: ${wanted}; --on-accent: ${on}; }`;
  };

  // ---------------------------------------------------------------- begin
  const begin = () => {
    view.build();
    let nap;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(nap);
      if (document.hidden) nap = setTimeout(() => link.sleep(true), ASLEEP_AFTER_MS);
      else if (link.asleep) link.sleep(false);
    });
    addEventListener("pagehide", () => link.abort?.abort());
    addEventListener("pageshow", (event) => event.persisted && link.retry());
    addEventListener("online", () => {
      view.draw();
      if (view.open || talk.queue().length) link.retry();
    });
    addEventListener("offline", () => {
      link.abort?.abort();
      view.draw();
    });
    addEventListener("storage", (event) => {
      if (event.key === kept.name("visitor") && event.newValue) {
        const token = kept.read("visitor")?.token;
        if (token && link.token) link.adopt(token);
      } else if (event.key === kept.name("queue")) {
        talk.confirm();
        view.draw();
      }
    });
    const reopened = PAGE || (tab.read("open") ?? script.dataset.open === "true");
    if (reopened) view.toggle(true, { focus: PAGE });
    else if (talk.queue().some((item) => !item.failed)) link.start();
    window.Frontdesk = Object.freeze({
      open: () => view.toggle(true),
      close: () => !PAGE && view.toggle(false),
    });
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();

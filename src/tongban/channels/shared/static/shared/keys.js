// Keyboard first: any link, button or field with data-key="r" (or "alt+r", "F2", "ctrl+enter") answers to that key.
// Single keys work only outside fields and can be switched off (WCAG 2.1.4); "?" lists what this page has.
(() => {
  "use strict";
  const STORE = "tongban-single-keys";
  const single = () => localStorage.getItem(STORE) !== "off";
  const name = (e) => [e.ctrlKey ? "ctrl" : "", e.altKey ? "alt" : "", e.key.length === 1 ? e.key.toLowerCase() : e.key.toLowerCase()].filter(Boolean).join("+");
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName)) && !/^(checkbox|radio|button|submit)$/.test(el.type);
  const seen = (el) => el.offsetParent !== null || el.getClientRects().length > 0;
  const shown = (key) => key.split("+").map((k) => (k.length === 1 ? k.toUpperCase() : k[0].toUpperCase() + k.slice(1))).join(" + ");

  function label(el) {
    const own = el.dataset.keyLabel || el.getAttribute("aria-label");
    if (own) return own;
    if (el.labels && el.labels[0]) return el.labels[0].textContent.trim();
    const copy = el.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((k) => k.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  }
  function hint(root) {
    for (const el of root.querySelectorAll("a[data-key], button[data-key]")) {
      if (el.querySelector("kbd")) continue;
      const kbd = document.createElement("kbd");
      kbd.className = "tb-kbd"; kbd.textContent = shown(el.dataset.key); kbd.setAttribute("aria-hidden", "true");
      el.append(" ", kbd); el.setAttribute("aria-keyshortcuts", el.dataset.key.replace("ctrl", "Control").replace("alt", "Alt"));
    }
  }
  function line(list, key, text) {
    const dt = document.createElement("dt"), dd = document.createElement("dd"), kbd = document.createElement("kbd");
    kbd.textContent = shown(key); dt.append(kbd); dd.textContent = text; list.append(dt, dd);
  }
  function open() {
    const dialog = document.getElementById("keys"), list = document.getElementById("keys-list");
    list.replaceChildren();
    for (const el of document.querySelectorAll("[data-key]")) if (seen(el)) line(list, el.dataset.key, label(el));
    line(list, "ctrl+enter", list.dataset.send); line(list, "?", list.dataset.help);
    document.getElementById("keys-on").checked = single();
    if (!dialog.open) dialog.showModal();
  }
  function act(el) {
    if (el.matches("input, textarea, select")) { el.focus(); if (el.select) el.select(); } else el.click();
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
    const key = name(event), plain = !event.ctrlKey && !event.altKey && !event.metaKey && event.key.length === 1;
    if (plain && (typing(event.target) || !single())) return;
    if (key === "?") { event.preventDefault(); open(); return; }
    if (key === "ctrl+enter" && event.target.form && !document.querySelector("[data-key='ctrl+enter']")) { event.preventDefault(); event.target.form.requestSubmit(); return; }
    for (const el of document.querySelectorAll("[data-key]")) {
      if (el.dataset.key.toLowerCase() === key && seen(el) && !el.disabled) { event.preventDefault(); act(el); return; }
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    hint(document);
    document.getElementById("keys-open")?.addEventListener("click", open);
    document.getElementById("keys-on").addEventListener("change", (e) => localStorage.setItem(STORE, e.target.checked ? "on" : "off"));
  });
  document.addEventListener("htmx:afterSwap", (event) => hint(event.detail.target));
})();

// The counter by keyboard: the finder walks with the arrow keys and waits for its own answer before Enter counts; after a
// part of the page came anew, the cursor goes to where the next thing is typed. Without this file all forms still work.
(() => {
  "use strict";
  const finder = () => document.getElementById("q");
  const hits = () => document.getElementById("hits");
  const options = () => [...document.querySelectorAll("#hit-list [role=option]")];
  let wanted = false;

  const answered = () => { const q = finder(); return q && hits() && !hits().hidden && hits().dataset.for === q.value.trim().slice(0, 60); };
  function mark(option) {
    for (const o of options()) o.setAttribute("aria-selected", String(o === option));
    if (option) { finder().setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else finder().removeAttribute("aria-activedescendant");
  }
  function shut() { const box = hits(); if (box) { box.hidden = true; box.replaceChildren(); delete box.dataset.for; } finder()?.setAttribute("aria-expanded", "false"); finder()?.removeAttribute("aria-activedescendant"); }
  function choose(option) { if (!option) return; wanted = false; option.click(); }

  document.addEventListener("keydown", (event) => {
    if (event.target !== finder() || event.isComposing) return;
    const all = options(), at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (all.length) mark(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      // The last letters may still be on their way: Enter means what was typed, not what an older answer offers.
      if (answered()) choose(all[at] || all[0]); else if (finder().value.trim()) wanted = true;
    } else if (event.key === "Escape") { finder().value = ""; wanted = false; shut(); }
  });
  document.addEventListener("htmx:afterSettle", () => {
    const q = finder();
    if (!q || document.activeElement !== q) return;
    if (!q.value.trim()) { shut(); return; }
    q.setAttribute("aria-expanded", String(options().length > 0));
    if (options().length) mark(options().find((o) => o.getAttribute("aria-selected") === "true") || options()[0]);
    if (wanted && answered()) { if (options().length) choose(options()[0]); else wanted = false; }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".tb-finder")) shut(); });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "work") return;
    if (finder()) finder().value = "";
    shut();
    goOn(document.getElementById("work"));
  });

  // Where typing happens next: a refusal first (forms.js), else what the server marked, else the first empty field that must be filled.
  function goOn(root) {
    if (!root || root.querySelector("[data-focus]")) return;
    const marked = root.querySelector("[data-next]");
    if (marked) { marked.focus({ preventScroll: false }); return; }
    for (const field of root.querySelectorAll(".tb-field")) {
      const inputs = [...field.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((i) => !i.disabled && !i.readOnly);
      if (!inputs.length || !inputs.some((i) => i.required)) continue;
      const choice = inputs[0].type === "radio" || inputs[0].type === "checkbox";
      if (choice ? !inputs.some((i) => i.checked) : !inputs[0].value) { inputs[0].focus(); return; }
    }
    root.querySelector("[data-main]")?.focus({ preventScroll: true });
  }
  document.addEventListener("DOMContentLoaded", () => { if (document.getElementById("item-form")) goOn(document.getElementById("work")); });

  // A part that came anew while the cursor stood in it: the cursor stays.
  let held = null;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const now = document.activeElement;
    held = now && now.name && event.detail.target.contains(now) ? { name: now.name, value: now.type === "radio" || now.type === "checkbox" ? now.value : null, at: now.selectionStart } : null;
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (!held) return;
    const same = [...document.getElementsByName(held.name)].find((i) => held.value === null || i.value === held.value);
    if (same) { same.focus({ preventScroll: true }); if (held.at !== null && same.setSelectionRange && /^(text|tel|search|)$/.test(same.type)) same.setSelectionRange(held.at, held.at); }
    held = null;
  });

  // Which answer changed: the server draws that field anew, and no other that is being typed in.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== "weigh") return;
    const from = event.detail.triggeringEvent && event.detail.triggeringEvent.target;
    event.detail.parameters.changed = (from && from.name) || "";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && /\/save$/.test(event.detail.pathInfo.requestPath)) document.dispatchEvent(new Event("tongban:saved"));
  });
  document.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove]");
    if (!remove) return;
    const box = remove.closest(".tb-scan");
    remove.closest("li").remove();
    document.body.dispatchEvent(new CustomEvent("recheck"));
    box?.querySelector("input[type=file]")?.focus();
  });

  // A chosen file goes up at once.
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-up]")) event.target.form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const open of document.querySelectorAll(".tb-drop[open]")) { open.open = false; open.querySelector("summary").focus(); }
  });
})();

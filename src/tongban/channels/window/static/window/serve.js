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
  // A life event has pages of its own.
  document.addEventListener("click", (event) => { const to = event.target.closest("[data-go]"); if (to) window.location.assign(to.dataset.go); });

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

  // An answer that was weighed while the clerk went on is already old: only the newest may draw anything anew.
  let touched = 0;
  for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => { if (event.target.form && event.target.form.id === "item-form") touched += 1; }, true);
  document.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.touched = touched; if (/\/fetch$/.test(event.detail.pathInfo.requestPath)) sent = said(); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt.id === "weigh" && event.detail.xhr.touched !== touched) event.detail.shouldSwap = false;
    if (/\/fetch$/.test(event.detail.pathInfo.requestPath) && sent) { later = changedSince(sent, said()); sent = null; }
  });
  // While the departments were asked the clerk may have typed on: that goes over into the page that comes.
  let sent = null, later = null;
  const own = new Set(["csrfmiddlewaretoken", "key", "draft", "rev", "version", "shown", "scan"]);
  function said() { const form = document.getElementById("item-form"); return form ? [...new FormData(form)].filter(([name]) => !own.has(name)) : []; }
  function changedSince(before, now) {
    const old = JSON.stringify(before), names = new Set(now.map(([name]) => name));
    if (old === JSON.stringify(now)) return null;
    return [...names].map((name) => [name, now.filter(([n]) => n === name).map(([, v]) => v)]).filter(([name, values]) => JSON.stringify(before.filter(([n]) => n === name).map(([, v]) => v)) !== JSON.stringify(values));
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "work" || !later) return;
    for (const [name, values] of later) for (const field of document.getElementsByName(name)) {
      if (/^(radio|checkbox)$/.test(field.type)) field.checked = values.includes(field.value);
      else if (field.type !== "hidden") field.value = values[0];
    }
    later = null;
    again = true;
  });
  let again = false;
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!again || event.detail.target.id !== "work") return;
    again = false;
    document.body.dispatchEvent(new CustomEvent("recheck"));
  });

  // 居住地与户籍地相同: the answers above are taken over, and can still be changed.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const form = button.closest("form");
    for (const pair of button.dataset.copy.split(" ")) {
      const [from, to] = pair.split(":").map((name) => form.elements.namedItem(name));
      if (from && to && from.value) { to.value = from.value; to.dispatchEvent(new Event("change", { bubbles: true })); }
    }
  });

  // A chosen file goes up at once. It is no answer of the form, so nothing is weighed or saved for it; and while it is on
  // its way the list of papers stays as it is, or the scan would come back to a line that is gone.
  let uploads = 0;
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form || !form.id.startsWith("up-")) return;
    event.stopPropagation();
    if (event.target.matches("input[type=file][data-up]")) form.requestSubmit();
  }, true);
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.id.startsWith("up-")) uploads += 1; });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt.id.startsWith("up-")) { uploads -= 1; event.detail.elt.reset(); } });
  document.addEventListener("htmx:beforeSwap", (event) => { if (uploads && event.detail.requestConfig.elt.id === "weigh") event.detail.shouldSwap = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const open of document.querySelectorAll(".tb-drop[open]")) { open.open = false; open.querySelector("summary").focus(); }
  });
})();

// What every form gets without asking: it is sent once, says when it takes long, asks before a dangerous act, and does
// not let typed words be lost by a stray click. Without this file all forms still work.
(() => {
  "use strict";
  const words = () => document.getElementById("words").dataset;
  const progress = () => document.getElementById("progress");
  let busy = 0, timer = null, changed = false;

  function begin() {
    busy += 1;
    if (!timer) timer = setTimeout(() => { progress().hidden = false; }, 1000);
  }
  function end() {
    busy = Math.max(0, busy - 1);
    if (busy) return;
    clearTimeout(timer); timer = null; progress().hidden = true;
  }

  // Sent once: a second press while the first is under way does nothing.
  function lock(form, button) {
    form.dataset.sending = "1";
    for (const b of form.querySelectorAll("button[type=submit], button:not([type])")) b.setAttribute("aria-disabled", "true");
    if (button) button.dataset.pressed = "1";
  }
  function unlock(form) {
    delete form.dataset.sending;
    for (const b of form.querySelectorAll("[aria-disabled]")) b.removeAttribute("aria-disabled");
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sending) { event.preventDefault(); event.stopImmediatePropagation(); progress().hidden = false; return; }
    if (form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) { lock(form, event.submitter); return; }
    if (event.defaultPrevented) return;
    // What opens beside this page leaves this page as it is.
    if (form.target === "_blank" || (event.submitter && event.submitter.formTarget === "_blank")) return;
    changed = false;
    lock(form, event.submitter);
    begin();
  }, true);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    busy = 0; end();
    document.querySelectorAll("form[data-sending]").forEach(unlock);
  });

  document.addEventListener("htmx:beforeRequest", begin);
  document.addEventListener("htmx:afterRequest", (event) => {
    end();
    const form = event.target.closest && event.target.closest("form");
    if (form) unlock(form);
  });
  // Before the answer is acted upon: it may lead to another page, and whoever has just saved is not asked whether to lose it.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = event.target.closest && event.target.closest("form"), status = event.detail.xhr.status;
    if (status >= 200 && status < 400 && form && !form.hasAttribute("data-unguarded")) changed = false;
  });
  document.addEventListener("htmx:sendError", () => tell(words().offline));
  document.addEventListener("htmx:timeout", () => tell(words().offline));
  function tell(text) {
    const box = document.createElement("div");
    box.className = "tb-notice is-error"; box.setAttribute("role", "alert"); box.textContent = text;
    document.getElementById("notices").replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  }

  // Ask once more.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm]");
    if (!button || button.dataset.confirmed) { if (button) delete button.dataset.confirmed; return; }
    if (button.form && !button.form.reportValidity()) { event.preventDefault(); return; }
    event.preventDefault(); event.stopImmediatePropagation();
    const dialog = document.getElementById("confirm");
    document.getElementById("confirm-title").textContent = button.dataset.confirm;
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "yes") { button.focus(); return; }
      button.dataset.confirmed = "1"; button.click();
    }, { once: true });
    dialog.showModal();
    dialog.querySelector("button[value=no]").focus();
  }, true);

  // Typed words are not lost by a stray click.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method === "post" && !form.hasAttribute("data-unguarded")) changed = true;
  });
  window.addEventListener("beforeunload", (event) => { if (changed) { event.preventDefault(); event.returnValue = words().leave; } });
  document.addEventListener("tongban:saved", () => { changed = false; });

  // Dates are typed as people write them and shown as they will be read.
  document.addEventListener("change", (event) => {
    if (!event.target.matches || !event.target.matches("[data-date]")) return;
    const typed = event.target.value.trim(), pad = (n) => String(Number(n)).padStart(2, "0");
    const m = typed.match(/^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/) || typed.match(/^(\d{4})(\d{2})(\d{2})$/);
    if (m) event.target.value = `${m[1]}-${pad(m[2])}-${pad(m[3])}`;
  });

  // After a refusal the reader is taken to it.
  function focusRefusal(root) { const box = root.querySelector("[data-focus]"); if (box) box.focus(); }
  document.addEventListener("DOMContentLoaded", () => focusRefusal(document));
  document.addEventListener("htmx:afterSwap", (event) => focusRefusal(event.detail.target));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".tb-refusal a[href^='#']");
    if (!link) return;
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const first = field.matches("fieldset") ? field.querySelector("input") : field;
    (first || field).focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]")) { event.preventDefault(); history.back(); }
    if (event.target.closest("[data-print]")) window.print();
    for (const open of document.querySelectorAll(".tb-who[open]")) if (!open.contains(event.target)) open.open = false;
  });
})();

// A part of a page that is fetched anew every few seconds while somebody looks. Updating can be switched off (and stays off), stops
// while the page is hidden, and does not count as work: the session of an unattended screen ends as it should.
(() => {
  "use strict";
  const STORE = "tongban-live-auto";
  const box = document.getElementById("live"), auto = document.getElementById("auto"), told = document.getElementById("told");

  async function update() {
    try {
      const answer = await fetch(box.dataset.url, { headers: { "X-Tongban-Poll": "1" }, credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { auto.checked = false; told.textContent = told.dataset.ended; return; }
      if (!answer.ok) throw new Error(answer.statusText);
      const held = document.activeElement && box.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      const open = [...box.querySelectorAll("details[open][id]")].map((d) => d.id);
      box.innerHTML = await answer.text();
      open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
      if (held) box.querySelector(`a[href="${CSS.escape(held)}"], a[href="${held}"]`)?.focus();
      told.textContent = "";
    } catch {
      told.textContent = told.dataset.failed;
    }
  }
  auto.checked = localStorage.getItem(STORE) !== "off";
  auto.addEventListener("change", () => localStorage.setItem(STORE, auto.checked ? "on" : "off"));
  document.getElementById("now").addEventListener("click", update);
  setInterval(() => { if (auto.checked && !document.hidden) update(); }, Number(box.dataset.every) * 1000);
})();

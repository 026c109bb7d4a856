// The back office by keyboard: j and k walk through the list, o (and Enter on the line itself) opens; on a case the cursor
// stands where the act's form begins. The keys are ordinary buttons, so keys.js lists them and can switch them off.
(() => {
  "use strict";
  const links = () => [...document.querySelectorAll("a[data-row]")];
  const at = () => links().indexOf(document.activeElement);
  const moves = {
    next: () => { const all = links(); all[Math.min(at() + 1, all.length - 1)]?.focus(); },
    back: () => { const all = links(); all[Math.max(at() - 1, 0)]?.focus(); },
    open: () => { (links()[at()] || links()[0])?.click(); },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-work]");
    if (button) moves[button.dataset.work]();
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("[data-focus]")) return;
    const first = document.querySelector("#act :is(input:not([type=hidden]), select, textarea)");
    if (first) { first.focus({ preventScroll: true }); document.getElementById("act").scrollIntoView({ block: "nearest" }); }
  });
})();

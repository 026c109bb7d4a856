// The session ends when nobody works. Typing counts as work and is told to the server at most once a minute; two minutes
// before the end a notice says so, and one press goes on.
(() => {
  "use strict";
  const body = document.body, limit = Number(body.dataset.idleSeconds) * 1000, warnAt = Math.max(limit - 120000, limit / 2);
  let last = Date.now(), told = Date.now(), worked = false, box = null;
  const token = () => JSON.parse(body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  async function keep() {
    told = Date.now(); worked = false;
    try {
      const answer = await fetch(body.dataset.keepUrl, { method: "POST", headers: { "X-CSRFToken": token() }, credentials: "same-origin", redirect: "error" });
      if (answer.ok) { last = Date.now(); box?.remove(); box = null; }
    } catch { /* the next press or request will tell */ }
  }
  for (const kind of ["input", "click", "keydown"]) document.addEventListener(kind, () => { worked = true; if (!box && Date.now() - told > 60000) keep(); }, { passive: true });
  document.addEventListener("htmx:afterRequest", (e) => { if (e.detail.successful) last = Date.now(); });
  setInterval(() => {
    const idle = Date.now() - last;
    if (idle < warnAt || box) return;
    if (worked) { keep(); return; }
    const say = document.getElementById("idle-words").content.firstElementChild.cloneNode(true);
    box = say; say.querySelector("button").addEventListener("click", keep);
    document.getElementById("notices").prepend(say);
  }, 5000);
})();

// 读给我听: the page read aloud by the browser's own voice, part by part, with the part being read marked. Nothing is sent
// anywhere; where the browser has no voice the button stays hidden and everything else works.
(() => {
  "use strict";
  const voice = window.speechSynthesis;
  if (!voice || typeof window.SpeechSynthesisUtterance !== "function") return;
  const PARTS = "h1, h2, h3, p, li, dt, dd, legend, label, summary, td, th, .tb-notice, .btn-primary";
  let queue = [], button = null, said = "";

  // What is drawn only for the eye (a key beside a button) is not said.
  function wordsOf(one) {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true], svg").forEach((quiet) => quiet.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  }
  function parts() {
    const found = [...document.querySelectorAll("#main " + PARTS.split(", ").join(", #main "))].filter((one) =>
      one.checkVisibility && one.checkVisibility() && !one.closest("[data-quiet], [aria-hidden=true], svg") && wordsOf(one));
    // A part within a part is read with it.
    return found.filter((one) => !found.some((other) => other !== one && other.contains(one)));
  }
  function stop() {
    queue = []; voice.cancel();
    document.querySelectorAll(".is-read").forEach((one) => one.classList.remove("is-read"));
    if (button) { button.querySelector("span").textContent = said; button.removeAttribute("aria-pressed"); }
    button = null;
  }
  function next() {
    document.querySelectorAll(".is-read").forEach((one) => one.classList.remove("is-read"));
    const one = queue.shift();
    if (!one) { stop(); return; }
    const words = new SpeechSynthesisUtterance(wordsOf(one));
    words.lang = document.documentElement.lang; words.rate = 0.9;
    words.onend = () => { if (button) next(); };
    words.onerror = () => { if (button) next(); };
    one.classList.add("is-read"); one.scrollIntoView({ block: "nearest" });
    voice.speak(words);
  }
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-aloud]");
    if (!pressed) return;
    if (button) { stop(); return; }
    button = pressed; said = pressed.querySelector("span").textContent;
    pressed.querySelector("span").textContent = pressed.dataset.stop; pressed.setAttribute("aria-pressed", "true");
    queue = parts(); next();
  });
  window.addEventListener("pagehide", stop);
  const show = () => document.querySelectorAll("[data-aloud]").forEach((one) => { one.hidden = false; });
  // A part that was put in place of another brings a button of its own, and what was being read is gone.
  document.addEventListener("htmx:afterSwap", () => { if (button) stop(); show(); });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show); else show();
})();

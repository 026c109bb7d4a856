// The QR of a receipt leads to /p/<number>#<code>. What stands behind the # never reaches a server log; it is taken out of
// the address at once, put into the form, and sent as a form is sent.
(() => {
  "use strict";
  const code = decodeURIComponent(location.hash.slice(1)).trim();
  if (!/^[0-9A-Za-z]{6}$/.test(code)) return;
  history.replaceState(null, "", location.pathname);
  const form = document.getElementById("ask");
  form.code.value = code;
  if (form.number.value && !document.querySelector(".tb-refusal")) form.requestSubmit();
})();

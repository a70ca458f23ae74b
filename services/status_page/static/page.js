// Two comforts, nothing more: buttons that copy, and a page that stays current. Everything works without them.
(() => {
  "use strict";

  const said = document.getElementById("said");
  let silence = 0;

  const say = (words) => {
    said.textContent = words;
    clearTimeout(silence);
    silence = setTimeout(() => { said.textContent = ""; }, 3000);
  };

  const offerCopying = (root) => {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      say(said.dataset.copied);
    } catch {
      getSelection().selectAllChildren(source);
    }
  });

  offerCopying(document);

  // Conditional polling: a question of a few bytes, answered with 304 while nothing has changed.
  const shortest = 10000;
  const longest = 120000;
  let wait = shortest;
  let timer = 0;

  const main = () => document.querySelector("main[data-version]");

  const swap = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main[data-version]");
    if (!fresh) { location.reload(); return; }
    const old = main();
    const open = new Set([...old.querySelectorAll("details[open][id]")].map((one) => one.id));
    const closed = new Set([...old.querySelectorAll("details:not([open])[id]")].map((one) => one.id));
    for (const one of fresh.querySelectorAll("details[id]")) {
      if (open.has(one.id)) one.open = true;
      if (closed.has(one.id)) one.open = false;
    }
    // What somebody is typing stays, and the cursor in it.
    for (const one of fresh.querySelectorAll("textarea[id]")) {
      const before = old.querySelector(`#${one.id}`);
      if (before) { one.value = before.value; one.setSelectionRange(before.selectionStart, before.selectionEnd); }
    }
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(document.adoptNode(fresh));
    offerCopying(fresh);
    if (focused) document.getElementById(focused)?.focus();
    say(said.dataset.updated);
  };

  const look = async () => {
    if (document.hidden || !main()) return;
    try {
      const answer = await fetch(location.pathname, {
        cache: "no-store",
        redirect: "error",
        headers: { "If-None-Match": `"${main().dataset.version}"` },
      });
      if (answer.status === 200) {
        swap(await answer.text());
        wait = shortest;
      } else if (answer.status === 304) {
        wait = Math.min(longest, wait * 1.5);
      } else if (answer.status === 410) {
        location.reload();
        return;
      } else {
        wait = longest;
      }
    } catch {
      wait = Math.min(longest, wait * 2);
    }
    later();
  };

  const later = () => {
    clearTimeout(timer);
    if (!document.hidden && main()) timer = setTimeout(look, wait * (0.9 + Math.random() * 0.2));
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) { wait = shortest; look(); }
  });

  // The browser that goes back shows what it kept; ask at once whether that still holds.
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });

  later();
})();

// Three comforts: the keys, a page that stays current, and seeing who else is here. Everything works without them.
(() => {
  "use strict";

  const said = document.getElementById("said");
  let silence = 0;

  const say = (words) => {
    said.textContent = words;
    clearTimeout(silence);
    silence = setTimeout(() => { said.textContent = ""; }, 2500);
  };

  // Keys. None does anything while somebody types, and none together with Ctrl, Alt or Meta.
  const typing = (element) => element.closest("input:not([type=radio]), textarea, select, [contenteditable]") !== null;

  const move = (step) => {
    const rows = [...document.querySelectorAll("a.row")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
    rows[next].focus();
    rows[next].closest("li").scrollIntoView({ block: "nearest" });
  };

  const follow = (key) => {
    const link = document.querySelector(`[data-key="${key}"]`);
    if (link) link.click();
    return Boolean(link);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "/") document.getElementById("find")?.focus();
    else if (event.key === "?") location.assign("/desk/keys");
    else if (!["u", "a", "e"].includes(event.key) || !follow(event.key)) return;
    event.preventDefault();
  });

  // Staying current: a question of a few bytes, answered with 304 while nothing has changed.
  const main = () => document.querySelector("main[data-version]");
  const pause = () => (main()?.hasAttribute("data-quick") ? 1500 : 10000);
  let failures = 0;
  let timer = 0;

  const busy = () => {
    const active = document.activeElement;
    return active !== null && main()?.contains(active) && typing(active);
  };

  const swap = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main[data-version]");
    if (!fresh) { location.reload(); return; }
    const old = main();
    const chosen = old.querySelector("input[name=show]:checked")?.id;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const place = focused?.getAttribute("href") || focused?.id || "";
    old.replaceWith(document.adoptNode(fresh));
    if (chosen) document.getElementById(chosen).checked = true;
    if (place) {
      const again = [...fresh.querySelectorAll("a[href], [id]")].find((one) => one.getAttribute("href") === place || one.id === place);
      again?.focus({ preventScroll: true });
    }
    if (!fresh.hasAttribute("data-quick")) say(said.dataset.updated);
  };

  const look = async () => {
    if (document.hidden || !main()) return;
    try {
      const answer = await fetch(location.pathname + location.search, {
        cache: "no-store",
        headers: { "If-None-Match": `"${main().dataset.version}"` },
      });
      if (answer.redirected) { location.reload(); return; }
      if (answer.status === 200 && !busy()) swap(await answer.text());
      if (answer.status === 200 || answer.status === 304) failures = 0;
      else failures += 1;
    } catch {
      failures += 1;
    }
    if (failures === 3) say(said.dataset.away);
    later();
  };

  const later = () => {
    clearTimeout(timer);
    if (!document.hidden && main()) timer = setTimeout(look, Math.min(120000, pause() * 2 ** Math.min(failures, 4)));
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) { failures = 0; look(); }
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  later();

  // Who else is here, while a form is open. Pages that stay current bring it with them.
  const room = document.querySelector(".presence[data-here]");
  if (room && !main()) {
    const ask = async () => {
      if (!document.hidden) {
        try {
          const answer = await fetch(room.dataset.here, { cache: "no-store", redirect: "error" });
          if (answer.ok) {
            const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
            if (fresh.textContent.trim() !== room.textContent.trim()) room.replaceChildren(...fresh.childNodes);
          }
        } catch {
          // The next one may be answered.
        }
      }
      setTimeout(ask, 10000);
    };
    room.setAttribute("role", "status");
    setTimeout(ask, 10000);
  }
})();

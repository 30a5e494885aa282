"use strict";
(() => {
  const page = document.getElementById("page");
  let opener = null;

  /** The message panel that the address names, if any; style shows it, with or without this script. */
  const panel = () => {
    const target = document.getElementById(location.hash.slice(1));
    return target && target.matches(".message") ? target : null;
  };

  /** Keep the keyboard inside an open panel, and give the focus back when it closes. */
  const follow = () => {
    page.inert = Boolean(panel());
    if (page.inert || !opener) return;
    opener.focus({ preventScroll: true });
    opener = null;
  };

  // Going to a fragment takes the focus away, so the link that opens a panel is kept when it is followed.
  page.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link) opener = link;
  });

  const KEYS = { Escape: ".close", ArrowLeft: "[rel=prev]", ArrowRight: "[rel=next]" };
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    const open = panel();
    const link = open && !event.altKey && !event.ctrlKey && !event.metaKey && open.querySelector(KEYS[event.key] || ":not(*)");
    if (link) { event.preventDefault(); link.click(); }
  });

  for (const section of document.querySelectorAll(".message")) {
    section.addEventListener("click", (event) => {
      if (event.target === section) section.querySelector(".close").click();
    });
  }

  for (const button of document.querySelectorAll("button[data-open]")) {
    const found = document.querySelectorAll(button.dataset.open);
    const [more, less] = [button.textContent, button.dataset.open.endsWith("step") ? "Close all" : "Fold repeats"];
    button.hidden = found.length === 0;
    button.addEventListener("click", () => {
      const open = button.textContent === more;
      for (const details of found) details.open = open;
      button.textContent = open ? less : more;
    });
  }

  addEventListener("beforeprint", () => {
    for (const step of document.querySelectorAll("details.step:not([open])")) { step.open = true; step.dataset.printed = ""; }
  });
  addEventListener("afterprint", () => {
    for (const step of document.querySelectorAll("details[data-printed]")) { step.open = false; delete step.dataset.printed; }
  });

  follow();
})();

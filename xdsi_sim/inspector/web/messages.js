// New rows come in above the others, unless the reader has paused.

import { listen } from "./live.js";

const MOST = 300; // rows that stay; older ones are a page of their own
const AT_ONCE = 100; // rows that the server gives; where there are more, those above do not go on with those below
const live = document.getElementById("live");
const body = document.querySelector("table.list tbody");
const pause = document.getElementById("pause");
const told = document.getElementById("told");
let mark = Number(live.dataset.mark);
let newest = mark;

const rowsAfter = async () => {
  const query = new URLSearchParams(live.dataset.query);
  query.set("after", mark);
  const answer = await fetch(`messages/rows?${query}`);
  if (!answer.ok) throw new Error(answer.status);
  const part = document.createElement("template");
  part.innerHTML = await answer.text();
  mark = Number(answer.headers.get("Inspector-Mark"));
  return [part.content, answer.headers.get("Inspector-Total")];
};

const show = async () => {
  const [part, total] = await rowsAfter();
  const count = part.querySelectorAll("tr").length;
  for (const row of part.querySelectorAll("tr")) row.classList.add("fresh");
  if (count >= AT_ONCE) body.replaceChildren();
  body.prepend(part);
  while (body.rows.length > MOST) body.rows[body.rows.length - 1].remove();
  if (count) document.getElementById("nothing")?.remove();
  const more = count >= AT_ONCE ? `the newest ${count}` : `${count} new`;
  if (count) told.textContent = `${more}; ${Number(total).toLocaleString("en")} recorded.`;
};

pause.hidden = false;
pause.addEventListener("click", async () => {
  const paused = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", paused);
  pause.textContent = paused ? "Go on" : "Pause";
  told.textContent = paused ? "Paused." : "Live.";
  if (!paused && newest !== mark) await show();
});

listen(async (now) => {
  newest = now;
  if (now === mark) return;
  if (pause.getAttribute("aria-pressed") === "true") told.textContent = `Paused; ${now - mark} more are recorded.`;
  else await show();
});

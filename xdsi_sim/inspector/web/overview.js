// Counts that keep up with the log, at most one look every two seconds.

import { listen } from "./live.js";
import { uncover } from "./page.js";

const PAUSE = 2000;
const body = document.getElementById("actors");
let first = true;

listen(async () => {
  if (first) { first = false; return; } // what the page came with
  const answer = await fetch(body.dataset.live);
  if (!answer.ok) return;
  const focused = document.activeElement;
  if (!body.contains(focused)) {
    body.innerHTML = await answer.text();
    uncover(body);
  }
  await new Promise((done) => { setTimeout(done, PAUSE); });
});

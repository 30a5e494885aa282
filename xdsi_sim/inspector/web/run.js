// The steps of a run, looked at until it is over.

const PAUSE = 700;
const steps = document.getElementById("steps");

for (;;) {
  await new Promise((done) => { setTimeout(done, PAUSE); });
  if (document.hidden) continue;
  try {
    const answer = await fetch(steps.dataset.live);
    if (!answer.ok) break;
    steps.innerHTML = await answer.text();
    if (answer.headers.get("Inspector-Over") === "yes") break;
  } catch {
    // the server is gone for a moment
  }
}

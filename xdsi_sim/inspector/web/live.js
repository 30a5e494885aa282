// News of the log, as the server sends them. While a page is hidden nobody listens.

const EVENTS = new URL("../events", import.meta.url);

/** Call `hear(mark)` whenever something new is in the log, once at a time. */
export function listen(hear) {
  let source = null;
  let busy = false;
  let waiting = null;

  const tell = async (mark) => {
    if (busy) { waiting = mark; return; }
    busy = true;
    try {
      await hear(mark);
    } catch {
      // the server is gone for a moment; the next news bring what is missing now
    }
    busy = false;
    if (waiting !== null) {
      const next = waiting;
      waiting = null;
      await tell(next);
    }
  };

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(EVENTS);
    source.addEventListener("news", (event) => tell(JSON.parse(event.data).mark));
  };
  const close = () => { source?.close(); source = null; };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}

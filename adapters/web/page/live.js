const retryMilliseconds = 3000;

/**
 * Follows a thread from a revision on. The browser reconnects by itself and names the last event it saw;
 * only an answer that is no event stream makes it give up, and then this opens a new one.
 */
export function follow(thread, revision, listeners) {
  let source;
  let timer;
  let last = revision;

  function open() {
    source = new EventSource(`/api/threads/${thread}/events?after=${last}`);
    source.addEventListener('open', () => listeners.connection(true));
    source.addEventListener('error', () => {
      listeners.connection(false);
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, retryMilliseconds);
    });
    for (const name of ['message', 'removed', 'status', 'preview']) {
      source.addEventListener(name, (event) => {
        last = Number(event.lastEventId) || last;
        listeners[name](JSON.parse(event.data));
      });
    }
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

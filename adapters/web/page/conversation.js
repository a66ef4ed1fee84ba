import { call } from './api.js';
import { byId } from './dom.js';
import { follow } from './live.js';
import { messageView } from './message.js';
import { createProgress } from './progress.js';

const nearBottomPixels = 160;

/** The open thread: its messages, live. `onStatus` hears of every change of the thread's status. */
export function createConversation({ usePrompt, showError, onStatus }) {
  const scroller = byId('scroller');
  const list = byId('messages');
  const jobs = createProgress(byId('progress'), showError);
  let stop = () => {};
  let shown;

  function isAtBottom() {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearBottomPixels;
  }

  function keepingBottom(change) {
    const wasAtBottom = isAtBottom();
    change();
    if (wasAtBottom) scroller.scrollTop = scroller.scrollHeight;
  }

  /** New messages come at the end; a changed one is drawn anew where it is, and the focus stays on its control. */
  function upsert(message) {
    const fresh = messageView(shown, message, { usePrompt, showError });
    const known = find(message.id);
    if (!known) return list.append(fresh);
    const key = known.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const scrolled = known.querySelector('.strip')?.scrollLeft ?? 0;
    known.replaceWith(fresh);
    const strip = fresh.querySelector('.strip');
    if (strip) strip.scrollLeft = scrolled;
    if (key)
      [...fresh.querySelectorAll('[data-key]')]
        .find((node) => node.dataset.key === key)
        ?.focus({ preventScroll: true });
  }

  function find(id) {
    return [...list.children].find((node) => node.dataset.id === id);
  }

  function showStatus({ status, progress }) {
    keepingBottom(() => jobs.show(shown, progress));
    onStatus(shown, status);
  }

  function showConnection(isOpen) {
    byId('connection').textContent = isOpen ? '' : 'Connection lost, retrying…';
  }

  return {
    close() {
      stop();
      stop = () => {};
      shown = undefined;
      list.replaceChildren();
      jobs.show(undefined, []);
      showConnection(true);
    },

    /** Opens a thread; gives back its title. Throws ApiError when there is none. */
    async open(id) {
      this.close();
      shown = id;
      const thread = await call(`/api/threads/${id}`);
      if (shown !== id) return thread.title;
      // A whole thread at once is no news to read out.
      list.setAttribute('aria-live', 'off');
      for (const message of thread.messages) upsert(message);
      requestAnimationFrame(() => list.setAttribute('aria-live', 'polite'));
      showStatus(thread);
      scroller.scrollTop = scroller.scrollHeight;
      stop = follow(id, thread.revision, {
        message: (message) => keepingBottom(() => upsert(message)),
        removed: ({ id: gone }) => find(gone)?.remove(),
        status: showStatus,
        preview: ({ jobId, preview }) => keepingBottom(() => jobs.preview(jobId, preview)),
        connection: showConnection,
      });
      return thread.title;
    },

    showEnd() {
      scroller.scrollTop = scroller.scrollHeight;
    },
  };
}

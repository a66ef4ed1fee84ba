import { submit } from './api.js';
import { createAttachments } from './attachments.js';
import { commandOf, usageOf } from './completion.js';
import { createCompletionList } from './completion-list.js';
import { byId } from './dom.js';

const maxHeight = 220;
const usualHint = 'Type / for commands. Drop or paste a picture to search with it. Shift+Enter makes a new line.';

/** Where one writes. `onSent(id)` hears of what a message made; `thread()` is the open thread, if any. */
export function createComposer({ about, commands, thread, onSent }) {
  const form = byId('composer');
  const input = byId('composer-text');
  const fault = byId('composer-error');
  const completion = createCompletionList(input, commands);
  const attachments = createAttachments({
    showError,
    maxBytes: () => about().maxImageBytes ?? Number.POSITIVE_INFINITY,
    onChange: grow,
  });
  let isSending = false;

  function showError(message) {
    fault.textContent = message;
    fault.hidden = message === '';
  }

  function grow() {
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, maxHeight)}px`;
  }

  function refresh() {
    grow();
    const command = commandOf(input.value, commands());
    byId('hint').textContent = command ? usageOf(command) : usualHint;
    completion.update();
  }

  function setText(text) {
    input.value = text;
    input.setSelectionRange(text.length, text.length);
    grow();
    byId('hint').textContent = usualHint;
    completion.close();
  }

  async function send() {
    const draft = { text: input.value, pictures: attachments.pictures() };
    if (isSending || (draft.text.trim() === '' && draft.pictures.length === 0)) return;
    isSending = true;
    form.classList.add('sending');
    showError('');
    setText('');
    attachments.set([]);
    try {
      await onSent(await submit(thread(), draft));
    } catch (error) {
      setText(draft.text);
      attachments.set(draft.pictures);
      showError(error.message);
    } finally {
      isSending = false;
      form.classList.remove('sending');
    }
  }

  input.addEventListener('input', refresh);
  input.addEventListener('click', () => completion.update());
  input.addEventListener('blur', completion.close);
  input.addEventListener('keydown', (event) => {
    if (completion.key(event)) return;
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  setText('');

  return {
    showError,
    setText(text) {
      setText(text);
      input.focus();
    },
    send,
    focus: () => input.focus(),
  };
}

import { press, react } from './api.js';
import { el } from './dom.js';

const toggles = new Set(['👍', '👎']);
const dangerous = '🗑';
const confirmMilliseconds = 4000;

/** The controls under a message. 👍 and 👎 are the viewer's reactions and show whether they are given. */
export function actionsView(thread, message, showError) {
  const row = el('div', { class: 'actions', role: 'group', 'aria-label': 'Controls' });
  for (const action of message.actions) {
    const button = buttonOf(action, message);
    const run = runOf(action, { thread, message, button });
    button.addEventListener('click', async () => {
      try {
        await run();
      } catch (error) {
        showError(error.message);
      }
    });
    row.append(button);
  }
  return row;
}

function buttonOf(action, message) {
  const given = message.reactions.find(({ emoji }) => emoji === action.emoji);
  const isToggle = toggles.has(action.emoji);
  return el(
    'button',
    {
      type: 'button',
      class: 'action',
      'data-key': action.id,
      'aria-pressed': isToggle ? String(given?.mine ?? false) : undefined,
    },
    el('span', { class: 'emoji', 'aria-hidden': 'true' }, action.emoji),
    el('span', { class: 'action-label' }, action.label),
    isToggle && given?.count > 1 ? el('span', { class: 'count' }, String(given.count)) : undefined,
  );
}

function runOf(action, { thread, message, button }) {
  if (toggles.has(action.emoji)) return () => toggle(thread, message, action.emoji);
  if (action.form) {
    return () => askFor(action, (text) => press(thread, message.id, { id: action.id, text }));
  }
  const send = async () => {
    button.disabled = true;
    await press(thread, message.id, { id: action.id }).finally(() => {
      button.disabled = false;
    });
  };
  return action.emoji.startsWith(dangerous) ? () => confirmed(button, send) : send;
}

/** Liking takes back a dislike, and the other way round. */
async function toggle(thread, message, emoji) {
  const mine = message.reactions.filter((reaction) => reaction.mine && toggles.has(reaction.emoji));
  for (const reaction of mine) await react(thread, message.id, reaction.emoji, false);
  if (!mine.some((reaction) => reaction.emoji === emoji)) await react(thread, message.id, emoji, true);
}

function confirmed(button, send) {
  if (button.dataset.armed) return send();
  const label = button.querySelector('.action-label');
  const usual = label.textContent;
  button.dataset.armed = 'yes';
  label.textContent = 'Really delete?';
  setTimeout(() => {
    delete button.dataset.armed;
    label.textContent = usual;
  }, confirmMilliseconds);
}

function askFor({ label, form }, send) {
  const input = el('textarea', { id: 'form-text', rows: 6, maxlength: form.maxLength });
  input.value = form.value;
  const fault = el('p', { class: 'composer-error', role: 'alert', hidden: true });
  const body = el(
    'form',
    { class: 'form-dialog' },
    el('h2', {}, label),
    el('label', { for: 'form-text' }, form.label),
    input,
    fault,
    el(
      'div',
      { class: 'dialog-buttons' },
      el('button', { type: 'button', class: 'quiet-button', onclick: () => dialog.close() }, 'Cancel'),
      el('button', { type: 'submit', class: 'send' }, label),
    ),
  );
  const dialog = el('dialog', { class: 'dialog' }, body);
  body.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await send(input.value);
      dialog.close();
    } catch (error) {
      fault.textContent = error.message;
      fault.hidden = false;
    }
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

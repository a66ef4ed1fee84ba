import { el } from './dom.js';

let asking;

/** Shows one dialog for the token, however many calls need it; resolves once `check` accepted it. */
export function askForToken(check) {
  asking ??= show(check).finally(() => {
    asking = undefined;
  });
  return asking;
}

function show(check) {
  return new Promise((resolve) => {
    const input = el('input', { type: 'password', id: 'token', required: true, autocomplete: 'current-password' });
    const fault = el('p', { class: 'composer-error', role: 'alert', hidden: true });
    const form = el(
      'form',
      { class: 'form-dialog' },
      el('h2', {}, 'Sign in'),
      el(
        'p',
        { class: 'soft' },
        'This page is open to others on its network, so it asks once for its access token (WEB_TOKEN).',
      ),
      el('label', { for: 'token' }, 'Access token'),
      input,
      fault,
      el('div', { class: 'dialog-buttons' }, el('button', { class: 'send', type: 'submit' }, 'Open the page')),
    );
    const dialog = el('dialog', { class: 'dialog' }, form);
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      try {
        await check(input.value);
        dialog.remove();
        resolve();
      } catch (error) {
        fault.textContent = error.message;
        fault.hidden = false;
        input.select();
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

import { askForToken } from './sign-in.js';

/** An answer that is no success; its message is for people. */
export class ApiError extends Error {}

/** Calls the API and gives back its JSON. Asks for the token and tries again when the page needs one. */
export async function call(path, { method = 'GET', body } = {}) {
  const isForm = body instanceof FormData;
  const headers = body === undefined || isForm ? {} : { 'content-type': 'application/json' };
  const response = await send(path, { method, headers, body: isForm ? body : JSON.stringify(body) });
  if (response.status === 401 && path !== '/api/session') {
    await askForToken((token) => call('/api/session', { method: 'POST', body: { token } }));
    return call(path, { method, body });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(answer.error?.message ?? `The program answered ${response.status}.`);
  return answer;
}

async function send(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new ApiError('The program does not answer. Is it still running?');
  }
}

/** Sends text and pictures, as a new thread or as a message in one; gives back the id of what was made. */
export async function submit(thread, { text, pictures }) {
  const path = thread ? `/api/threads/${thread}/messages` : '/api/threads';
  if (pictures.length === 0) return (await call(path, { method: 'POST', body: { text } })).id;
  const form = new FormData();
  form.set('text', text);
  for (const picture of pictures) form.append('image', picture, picture.name);
  return (await call(path, { method: 'POST', body: form })).id;
}

export function press(thread, message, control) {
  const path = message ? `/api/threads/${thread}/messages/${message}/actions` : `/api/threads/${thread}/actions`;
  return call(path, { method: 'POST', body: control });
}

export function react(thread, message, emoji, isAdded) {
  const path = `/api/threads/${thread}/messages/${message}/reactions`;
  return call(path, { method: isAdded ? 'POST' : 'DELETE', body: { emoji } });
}

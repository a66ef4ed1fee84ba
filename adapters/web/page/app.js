import { call } from './api.js';
import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { byId, el } from './dom.js';
import { createDrawer } from './drawer.js';
import { createThreadList } from './threads.js';
import { hideWelcome, showWelcome } from './welcome.js';

let about = {};
let commands = [];
let thread;

const drawer = createDrawer();
const threadList = createThreadList();
const composer = createComposer({ about: () => about, commands: () => commands, thread: () => thread, onSent });
const conversation = createConversation({ usePrompt, showError: composer.showError, onStatus: threadList.setStatus });

function usePrompt(prompt) {
  composer.setText(`/prompt ${prompt}`);
}

async function onSent(id) {
  if (thread) return conversation.showEnd();
  await go(`/t/${id}`);
  await threadList.refresh();
}

async function go(address) {
  if (address !== location.pathname) history.pushState(null, '', address);
  await show();
}

/** Draws what the address says: a thread, or the start of a new one. */
async function show() {
  thread = /^\/t\/([\w-]+)$/.exec(location.pathname)?.[1];
  drawer.close();
  composer.showError('');
  threadList.select(thread);
  if (!thread) {
    conversation.close();
    setTitle('New thread');
    showWelcome((text) => {
      usePrompt(text);
      composer.send();
    });
    return composer.focus();
  }
  hideWelcome();
  try {
    setTitle(await conversation.open(thread));
  } catch (error) {
    setTitle('Thread');
    composer.showError(error.message);
  }
}

function setTitle(title) {
  byId('thread-title').textContent = title;
  document.title = title === 'New thread' ? 'Promptory' : `${title} · Promptory`;
}

async function loadAbout() {
  about = await call('/api/about');
  ({ commands } = await call('/api/commands'));
  byId('about').textContent = `Promptory ${about.version} · ${about.engine} · ${about.model}`;
  byId('notices').replaceChildren(...about.notices.map((text) => el('p', { class: 'notice', role: 'note' }, text)));
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-route]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(new URL(link.href).pathname);
});
window.addEventListener('popstate', show);

try {
  await loadAbout();
  await threadList.refresh();
} catch (error) {
  composer.showError(error.message);
}
await show();

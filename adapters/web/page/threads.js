import { call } from './api.js';
import { byId, el } from './dom.js';

/** The list of threads in the drawer, newest first, paged. */
export function createThreadList() {
  const list = byId('thread-list');
  const more = byId('more-threads');
  let threads = [];
  let next;
  let current;

  function draw() {
    list.replaceChildren(...threads.map(itemView));
    more.hidden = !next;
  }

  function itemView({ id, title, status, createdAt }) {
    const link = el('a', {
      href: `/t/${id}`,
      'data-route': true,
      title,
      'aria-current': id === current ? 'page' : undefined,
    });
    link.append(
      el('span', { class: `dot ${status}`, role: 'img', 'aria-label': status }),
      el('span', { class: 'thread-name' }, title),
      el('time', { class: 'soft small', datetime: createdAt }, dayOf(createdAt)),
    );
    return el('li', {}, link);
  }

  async function load(before) {
    const page = await call(`/api/threads?limit=30${before ? `&before=${before}` : ''}`);
    const isFirst = !before;
    threads = isFirst
      ? [...page.threads, ...threads.slice(page.threads.length)].filter(isFirstOfItsId)
      : [...threads, ...page.threads];
    if (!isFirst || threads.length <= page.threads.length) next = page.next;
    draw();
  }

  more.addEventListener('click', () => load(next));

  return {
    refresh: () => load(),
    select(id) {
      current = id;
      draw();
    },
    setStatus(id, status) {
      const known = threads.find((thread) => thread.id === id);
      if (!known || known.status === status) return;
      known.status = status;
      draw();
    },
  };
}

function isFirstOfItsId({ id }, index, all) {
  return all.findIndex((other) => other.id === id) === index;
}

function dayOf(date) {
  const day = new Date(date);
  const isToday = day.toDateString() === new Date().toDateString();
  return isToday
    ? day.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : day.toLocaleDateString([], { day: 'numeric', month: 'short' });
}

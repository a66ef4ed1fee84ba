import { actionsView } from './actions.js';
import { el, foldedText } from './dom.js';
import { neighboursView } from './neighbours.js';
import { picturesView } from './pictures.js';
import { refinementView } from './refinement.js';

/** One message as an article; `deps` are the page's own actions. */
export function messageView(thread, message, { usePrompt, showError }) {
  const { kind, author, text, tone, refinement, images = [], neighbours = [], createdAt } = message;
  const article = el('article', {
    class: `message ${kind} ${tone ?? ''}`,
    'data-id': message.id,
    'aria-label': `${author}`,
  });
  article.append(headView(author, createdAt));
  if (text) article.append(...foldedText('message-text', text));
  if (neighbours.length > 0) article.append(neighboursView(neighbours, usePrompt));
  if (refinement) article.append(refinementView(refinement, neighbours, (id) => openNeighbour(article, id)));
  if (images.length > 0)
    article.append(picturesView(images, kind === 'bot' ? (refinement?.prompt ?? images[0].alt) : ''));
  // The neighbours' own cards offer their use.
  const actions = message.actions.filter(({ id }) => neighbours.length === 0 || !id.startsWith('use:'));
  if (actions.length > 0) article.append(actionsView(thread, { ...message, actions }, showError));
  return article;
}

function headView(author, createdAt) {
  const time = new Date(createdAt);
  return el(
    'header',
    { class: 'message-head' },
    el('span', { class: 'author' }, author),
    el(
      'time',
      { class: 'soft small', datetime: createdAt, title: time.toLocaleString() },
      time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
    ),
  );
}

function openNeighbour(article, id) {
  const card = [...article.querySelectorAll('.neighbour')].find((node) => node.dataset.id === id);
  card?.scrollIntoView({ block: 'nearest', inline: 'center' });
  card?.focus({ preventScroll: true });
}

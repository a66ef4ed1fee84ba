import { el } from './dom.js';

/** Similar proven prompts as a strip of numbered cards. `usePrompt` puts one into the composer. */
export function neighboursView(neighbours, usePrompt) {
  return el(
    'section',
    { class: 'neighbours', 'aria-label': 'Similar prompts' },
    el('ol', { class: 'strip' }, ...neighbours.map((neighbour, index) => cardView(neighbour, index + 1, usePrompt))),
  );
}

const origins = { own: 'made here', picture: 'from the picture itself' };

function cardView({ id, prompt, similarity, imageUrl, source, alike }, number, usePrompt) {
  const facts = [
    el('span', { class: 'number' }, String(number)),
    similarity === undefined ? undefined : similarityView(similarity),
    origins[source] && el('span', { class: 'own' }, origins[source]),
    alike ? el('span', { class: 'soft' }, `and ${alike} like it`) : undefined,
  ];
  return el(
    'li',
    { class: 'neighbour', 'data-id': id, tabindex: -1 },
    pictureView(imageUrl, number),
    el('div', { class: 'facts' }, ...facts),
    el('p', { class: 'prompt-text clamp', title: prompt }, prompt),
    el(
      'button',
      {
        type: 'button',
        class: 'quiet-button',
        'data-key': `use ${id}`,
        onclick: () => usePrompt(prompt),
        'aria-label': `Use prompt ${number}`,
      },
      'Use this prompt',
    ),
  );
}

function similarityView(similarity) {
  const percent = Math.round(similarity * 100);
  const bar = el('span', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.setProperty('--part', `${percent}%`);
  return el('span', { class: 'similarity', title: 'How similar it is, by this model' }, bar, `${percent} %`);
}

function pictureView(imageUrl, number) {
  const frame = el('div', { class: 'thumbnail' });
  if (!imageUrl) {
    frame.append(el('span', { class: 'soft small' }, 'no picture'));
    return frame;
  }
  const address = imageUrl.startsWith('/images/') ? `${imageUrl}?size=384` : imageUrl;
  const picture = el('img', {
    src: address,
    alt: `Picture of prompt ${number}`,
    loading: 'lazy',
    referrerpolicy: 'no-referrer',
  });
  picture.addEventListener('error', () => frame.replaceChildren(el('span', { class: 'soft small' }, 'picture gone')));
  frame.append(picture);
  return frame;
}

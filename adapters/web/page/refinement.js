import { diffWords } from './diff.js';
import { copyButton, el } from './dom.js';

/** The refined prompt as a readable difference, with what changed, why, and which neighbour it came from. */
export function refinementView(refinement, neighbours, openNeighbour) {
  const { original, prompt, negativePrompt, changes, refiner, variants = [], notice } = refinement;
  const numbers = new Map(neighbours.map((neighbour, index) => [neighbour.id, index + 1]));
  const section = el('section', { class: 'refinement', 'aria-label': 'Refined prompt' });
  section.append(
    el('h3', { class: 'label' }, 'Refined prompt'),
    differenceView(original, prompt, changes),
    ...(negativePrompt
      ? [el('p', { class: 'negative' }, el('span', { class: 'label' }, 'Without '), negativePrompt)]
      : []),
    ...(notice ? [el('p', { class: 'soft' }, notice)] : []),
    changesView(changes, numbers, openNeighbour),
    ...(variants.length > 0 ? [variantsView(variants)] : []),
    el(
      'div',
      { class: 'row' },
      copyButton('Copy prompt', prompt),
      el('span', { class: 'soft small' }, `by ${refiner}`),
    ),
  );
  connect(section);
  return section;
}

function differenceView(original, prompt, changes) {
  const paragraph = el('p', { class: 'prompt-text' });
  for (const { kind, text } of diffWords(original, prompt)) {
    if (kind === 'same') paragraph.append(text);
    else paragraph.append(...markedWords(kind, text, changes));
  }
  return paragraph;
}

/** One changed piece may hold several changes: each gets its own mark, so that it can be lit alone. */
function markedWords(kind, text, changes) {
  const tag = kind === 'added' ? 'ins' : 'del';
  const mark = (words, link = {}) => (words.trim() === '' ? [words] : [el(tag, link, words)]);
  const found = changes
    .map((change, index) => ({
      index,
      reason: change.reason,
      length: change.text.length,
      at: text.indexOf(change.text),
    }))
    .filter(({ at, length, index }) => at >= 0 && length > 0 && (changes[index].kind ?? 'added') === kind)
    .sort((one, other) => one.at - other.at);
  const nodes = [];
  let end = 0;
  for (const { index, reason, at, length } of found) {
    if (at < end) continue;
    nodes.push(
      ...mark(text.slice(end, at)),
      el(tag, { 'data-change': index, title: reason }, text.slice(at, at + length)),
    );
    end = at + length;
  }
  return [...nodes, ...mark(text.slice(end))];
}

function changesView(changes, numbers, openNeighbour) {
  const list = el('ul', { class: 'changes', 'aria-label': 'What changed and why' });
  changes.forEach((change, index) => {
    const number = numbers.get(change.neighbourId);
    const source =
      number === undefined
        ? undefined
        : el(
            'button',
            {
              type: 'button',
              class: 'source',
              'data-key': `source ${index}`,
              onclick: () => openNeighbour(change.neighbourId),
            },
            `from prompt ${number}`,
          );
    const sign = change.kind === 'removed' ? '−' : '+';
    list.append(
      el(
        'li',
        { 'data-change': index, 'data-neighbour': change.neighbourId, tabindex: 0, 'data-key': `change ${index}` },
        el('span', { class: `sign ${change.kind ?? 'added'}`, 'aria-label': change.kind ?? 'added' }, sign),
        el('span', { class: 'change-text' }, change.text),
        el('span', { class: 'soft' }, ` ${change.reason} `),
        source,
      ),
    );
  });
  return list;
}

function variantsView(variants) {
  return el(
    'details',
    { class: 'variants' },
    el('summary', {}, `Other phrasings (${variants.length})`),
    el('ul', {}, ...variants.map((text) => el('li', {}, text, ' ', copyButton('Copy', text)))),
  );
}

/** Pointing at a change, or reaching it with the keyboard, lights up its words and the neighbour it came from. */
function connect(section) {
  const light = (event, isOn) => {
    const index = event.target.closest?.('[data-change]')?.dataset.change;
    if (index === undefined) return;
    for (const node of section.querySelectorAll(`[data-change="${index}"]`)) node.classList.toggle('lit', isOn);
    const neighbour = section.querySelector(`li[data-change="${index}"]`)?.dataset.neighbour;
    const cards = section.closest('.message')?.querySelectorAll('.neighbour') ?? [];
    for (const card of cards) card.classList.toggle('lit', isOn && card.dataset.id === neighbour);
  };
  for (const name of ['pointerover', 'focusin']) section.addEventListener(name, (event) => light(event, true));
  for (const name of ['pointerout', 'focusout']) section.addEventListener(name, (event) => light(event, false));
}

import { byId, el } from './dom.js';

const examples = [
  'a cat sleeping on the sofa',
  'three sailboats under a full moon, watercolor',
  'a fox in a snowy forest at dawn',
  'a lighthouse in a storm, line art',
];

/** What a new thread shows: what this is, and prompts to try with one click. */
export function showWelcome(tryPrompt) {
  const section = byId('welcome');
  section.hidden = false;
  section.replaceChildren(
    el('h2', { class: 'welcome-title' }, 'What should we make?'),
    el(
      'p',
      { class: 'soft' },
      'Describe a picture. Promptory looks up proven prompts like yours, refines your words with them, and draws the result. Your likes teach the next search.',
    ),
    el(
      'ul',
      { class: 'examples' },
      ...examples.map((text) =>
        el(
          'li',
          {},
          el('button', { type: 'button', class: 'example prompt-text', onclick: () => tryPrompt(text) }, text),
        ),
      ),
    ),
    el('p', { class: 'soft small' }, 'Or drop a picture anywhere to find the prompts that make something like it.'),
  );
}

export function hideWelcome() {
  byId('welcome').hidden = true;
}

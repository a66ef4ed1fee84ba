import { copyButton, el } from './dom.js';

/** Shows pictures large: arrow keys move, Escape closes, focus returns to where it was. */
export function openLightbox(images, start, prompt) {
  let index = start;
  const picture = el('img', { class: 'lightbox-picture' });
  const facts = el('p', { class: 'lightbox-facts' });
  const original = el('a', { target: '_blank', rel: 'noopener', class: 'quiet-button' }, 'Original');
  const close = el(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => dialog.close() },
    '✕',
  );
  const hasMany = images.length > 1;
  const arrow = (label, sign, step) =>
    el(
      'button',
      {
        type: 'button',
        class: `icon-button arrow ${label.toLowerCase()}`,
        'aria-label': `${label} picture`,
        onclick: () => move(step),
      },
      sign,
    );
  const dialog = el(
    'dialog',
    { class: 'lightbox', 'aria-label': 'Picture' },
    el(
      'div',
      { class: 'lightbox-stage' },
      hasMany && arrow('Previous', '‹', -1),
      picture,
      hasMany && arrow('Next', '›', 1),
    ),
    el(
      'div',
      { class: 'lightbox-foot' },
      facts,
      original,
      prompt ? copyButton('Copy prompt', prompt) : undefined,
      close,
    ),
  );

  function show() {
    const image = images[index];
    picture.src = image.url;
    picture.alt = image.alt;
    original.href = image.url;
    const parts = [`${image.width} × ${image.height}`];
    if (image.seed !== undefined) parts.push(`seed ${image.seed}`);
    if (hasMany) parts.unshift(`${index + 1} of ${images.length}`);
    facts.textContent = parts.join(' · ');
  }

  function move(step) {
    index = (index + step + images.length) % images.length;
    show();
  }

  dialog.addEventListener('keydown', (event) => {
    if (hasMany && event.key === 'ArrowRight') move(1);
    if (hasMany && event.key === 'ArrowLeft') move(-1);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target.classList.contains('lightbox-stage')) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  show();
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

import { el } from './dom.js';
import { openLightbox } from './lightbox.js';
import { placeholderView } from './placeholder.js';

/** A message's own pictures; each opens large. */
export function picturesView(images, prompt) {
  return el(
    'div',
    { class: `pictures count-${Math.min(images.length, 4)}` },
    ...images.map((image, index) => {
      const picture = el('img', {
        src: `${image.url}?size=768`,
        alt: image.alt,
        width: image.width,
        height: image.height,
        loading: 'lazy',
        decoding: 'async',
      });
      const open = () => openLightbox(images, index, prompt);
      const placeholder = placeholderView(image.blurhash);
      const frame = el(
        'button',
        {
          type: 'button',
          class: 'picture',
          'data-key': `picture ${index}`,
          onclick: open,
          'aria-label': `Open picture ${index + 1}: ${image.alt}`,
        },
        placeholder,
        picture,
        rankView(image, images.length),
      );
      // A transparent picture must not show it.
      picture.addEventListener('load', () => placeholder?.remove());
      picture.addEventListener('error', () => {
        frame.disabled = true;
        frame.replaceChildren(el('span', { class: 'gone soft small' }, 'picture gone'));
      });
      return frame;
    }),
  );
}

/** A ranked picture's place; as in src/rank-label.ts. */
function rankView({ rank, fit }, of) {
  if (rank === undefined) return undefined;
  const fits = fit === undefined ? '' : `, fits ${Math.round(fit * 100)} %`;
  return el('span', { class: 'rank small' }, `${rank} of ${of}${fits}`);
}

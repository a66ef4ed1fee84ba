import { byId, el } from './dom.js';

const maxPictures = 4;

/** The pictures that will go with the next message: picked, pasted or dropped, shown small, removable. */
export function createAttachments({ showError, maxBytes, onChange }) {
  const tray = byId('attachments');
  let pictures = [];

  function draw() {
    for (const image of tray.querySelectorAll('img')) URL.revokeObjectURL(image.src);
    tray.replaceChildren(
      ...pictures.map((picture, index) =>
        el(
          'figure',
          { class: 'attachment' },
          el('img', { src: URL.createObjectURL(picture), alt: picture.name }),
          el(
            'button',
            {
              type: 'button',
              class: 'icon-button',
              'aria-label': `Remove ${picture.name}`,
              onclick: () => remove(index),
            },
            '✕',
          ),
        ),
      ),
    );
    onChange(pictures.length);
  }

  function remove(index) {
    pictures = pictures.filter((_, other) => other !== index);
    draw();
    byId('composer-text').focus();
  }

  function add(files) {
    for (const file of files) {
      if (file.type && !file.type.startsWith('image/')) showError(`${file.name} is not a picture.`);
      else if (file.size > maxBytes())
        showError(`${file.name} is larger than ${Math.floor(maxBytes() / 1024 / 1024)} MB. Send a smaller copy.`);
      else if (pictures.length >= maxPictures) showError(`Up to ${maxPictures} pictures go with one message.`);
      else pictures = [...pictures, file];
    }
    draw();
  }

  byId('picture-input').addEventListener('change', (event) => {
    add(event.target.files);
    event.target.value = '';
    byId('composer-text').focus();
  });
  byId('composer-text').addEventListener('paste', (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
  acceptDrops(add, showError);

  return {
    pictures: () => pictures,
    set(files) {
      pictures = files;
      draw();
    },
  };
}

/** A drop may be files, or one of the page's own pictures dragged from a message. */
function acceptDrops(add, showError) {
  const zone = byId('drop-zone');
  const isPicture = (event) => ['Files', 'text/uri-list'].some((type) => event.dataTransfer?.types.includes(type));
  window.addEventListener('dragover', (event) => {
    if (!isPicture(event)) return;
    event.preventDefault();
    zone.hidden = false;
  });
  window.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) zone.hidden = true;
  });
  window.addEventListener('drop', async (event) => {
    zone.hidden = true;
    if (!isPicture(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) return add(event.dataTransfer.files);
    const address = event.dataTransfer.getData('text/uri-list').split('\n')[0];
    if (!address.startsWith(`${location.origin}/images/`))
      return showError('Drop a picture file, or one of the pictures here.');
    const blob = await (await fetch(address.split('?')[0])).blob();
    add([new File([blob], 'picture from this page', { type: blob.type })]);
  });
}

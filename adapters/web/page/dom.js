/**
 * Makes an element. Children are nodes or texts: data always goes in as text, never as markup.
 * Attributes that are false or undefined are left out; `on…` names take listeners.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== undefined && value !== false) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== undefined && child !== false));
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

/** A button that puts a text on the clipboard and says so. */
export function copyButton(label, text) {
  const button = el('button', { type: 'button', class: 'quiet-button', 'data-key': `copy ${label}` }, label);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Copying is not allowed here';
    }
    setTimeout(() => {
      button.textContent = label;
    }, 1600);
  });
  return button;
}

/** A paragraph that folds long text away behind a button. */
export function foldedText(className, text, limit = 900) {
  const paragraph = el('p', { class: className });
  if (text.length <= limit) {
    paragraph.textContent = text;
    return [paragraph];
  }
  const button = el('button', { type: 'button', class: 'quiet-button', 'aria-expanded': 'false', 'data-key': 'fold' });
  const show = (isOpen) => {
    paragraph.textContent = isOpen ? text : `${text.slice(0, limit).trimEnd()}…`;
    button.textContent = isOpen ? 'Show less' : `Show all ${text.length.toLocaleString()} characters`;
    button.setAttribute('aria-expanded', String(isOpen));
  };
  button.addEventListener('click', () => show(button.getAttribute('aria-expanded') !== 'true'));
  show(false);
  return [paragraph, button];
}

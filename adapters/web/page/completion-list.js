import { call } from './api.js';
import { complete } from './completion.js';
import { byId, el } from './dom.js';

/** The list over the composer, worked with the arrow keys, Tab, Enter and Escape (the ARIA combobox pattern). */
export function createCompletionList(input, commands) {
  const list = byId('completion');
  let shown = { from: 0, items: [] };
  let active = 0;
  let asked = 0;

  const suggest = async (command, option, typed) =>
    (await call(`/api/suggest?${new URLSearchParams({ command, option, typed })}`)).suggestions;

  async function update() {
    const mine = ++asked;
    const found = await complete(input.value, input.selectionStart, commands(), suggest).catch(() => undefined);
    if (mine !== asked) return;
    shown = found ?? { from: 0, items: [] };
    active = 0;
    draw();
  }

  function draw() {
    const isOpen = shown.items.length > 0;
    list.hidden = !isOpen;
    input.setAttribute('aria-expanded', String(isOpen));
    list.replaceChildren(...shown.items.map(itemView));
    if (!isOpen) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', `completion-${active}`);
    list.children[active].scrollIntoView({ block: 'nearest' });
  }

  function itemView({ label, detail }, index) {
    const item = el(
      'div',
      { role: 'option', id: `completion-${index}`, 'aria-selected': String(index === active) },
      el('span', { class: 'completion-label' }, label),
      el('span', { class: 'soft' }, detail),
    );
    // The press must not take the focus from the text.
    item.addEventListener('mousedown', (event) => {
      event.preventDefault();
      accept(index);
    });
    return item;
  }

  function accept(index) {
    const caret = input.selectionStart;
    const { insert } = shown.items[index];
    input.setRangeText(insert, shown.from, caret, 'end');
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function close() {
    asked++;
    shown = { from: 0, items: [] };
    draw();
  }

  /** True when what is typed is the active item already: Enter then sends. */
  function isTyped() {
    return shown.items[active].insert.trim() === input.value.slice(shown.from, input.selectionStart);
  }

  /** Handles a key if the list wants it; true when it did. */
  function key(event) {
    if (shown.items.length === 0 || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      active = (active + step + shown.items.length) % shown.items.length;
      draw();
    } else if (event.key === 'Tab' && !event.shiftKey) accept(active);
    else if (event.key === 'Enter' && !event.shiftKey && !isTyped()) accept(active);
    else if (event.key === 'Escape') close();
    else return false;
    event.preventDefault();
    return true;
  }

  return { update, close, key };
}

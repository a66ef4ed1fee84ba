import { byId } from './dom.js';

/** On a narrow screen the threads are in a drawer over the page. */
export function createDrawer() {
  const drawer = byId('drawer');
  const opener = byId('drawer-open');
  const scrim = byId('scrim');

  function set(isOpen) {
    drawer.classList.toggle('open', isOpen);
    scrim.hidden = !isOpen;
    opener.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) byId('drawer-close').focus();
  }

  opener.addEventListener('click', () => set(true));
  for (const closer of [byId('drawer-close'), scrim]) {
    closer.addEventListener('click', () => {
      set(false);
      opener.focus();
    });
  }
  drawer.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && drawer.classList.contains('open')) {
      set(false);
      opener.focus();
    }
  });
  return { close: () => set(false) };
}

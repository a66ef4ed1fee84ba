import type { types } from '@slack/bolt';
import type { Action } from '../../../src/chat.ts';
import { plain } from './text.ts';

/** Buttons that are seen at once; the rest goes into menus. */
const mostButtons = 8;
/** Entries of an overflow menu: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
const mostEntries = 5;
/** Two menus would be hard to tell apart in more than one row. */
const menusInARow = 5;

/** Starts the action ids of menus, whose entries carry the real ones. */
const menuPrefix = 'more-';

/** Every action once: buttons, then overflow menus. */
export function actionBlocks(actions: readonly Action[]): types.ActionsBlock[] {
  const buttons = actions.slice(0, mostButtons).map(buttonOf);
  const menus = chunks(actions.slice(mostButtons), mostEntries).map(menuOf);
  const [firstMenu, ...otherMenus] = menus;
  const firstRow = firstMenu ? [...buttons, firstMenu] : buttons;
  const rows = [firstRow, ...chunks(otherMenus, menusInARow)].filter((row) => row.length > 0);
  return rows.map((elements) => ({ type: 'actions', elements }));
}

/** The action that a press in a message stands for. */
export function pressedAction(press: {
  action_id: string;
  selected_option?: { value?: string | undefined } | undefined;
}): string {
  return press.selected_option?.value ?? press.action_id;
}

function buttonOf({ id, label, emoji }: Action): types.Button {
  return {
    type: 'button',
    action_id: id,
    text: plain(`${emoji} ${label}`.trim() || id),
    ...(id.startsWith('delete:') ? { style: 'danger' as const } : {}),
  };
}

function menuOf(actions: readonly Action[], index: number): types.Overflow {
  return {
    type: 'overflow',
    action_id: `${menuPrefix}${index}`,
    options: actions.map(({ id, label, emoji }) => ({
      text: plain(`${emoji} ${label}`.trim() || id),
      value: id,
    })),
  };
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

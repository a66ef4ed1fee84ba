import type { types } from '@slack/bolt';

/** Blocks of one message: https://docs.slack.dev/reference/block-kit/blocks */
const mostBlocks = 50;
/** Characters of all texts together, below the point where Slack answers `msg_blocks_too_long` (about 13,000). */
const mostCharacters = 12_000;

/** Blocks in the order given, in as few messages as Slack's limits allow. */
export function splitMessages(blocks: readonly types.KnownBlock[]): types.KnownBlock[][] {
  const messages: types.KnownBlock[][] = [];
  let room = 0;
  for (const block of blocks) {
    const size = charactersOf(block);
    const last = messages.at(-1);
    if (last && last.length < mostBlocks && size <= room) {
      last.push(block);
      room -= size;
    } else {
      messages.push([block]);
      room = mostCharacters - size;
    }
  }
  return messages;
}

function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + charactersOf(item), 0);
}

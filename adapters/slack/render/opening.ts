import type { types } from '@slack/bolt';
import type { SlackMessage } from './card.ts';
import { codeSections, limits, mrkdwn, shortenEscaped } from './text.ts';

/** The message that a thread begins with: who asked for what. */
export function renderOpening(title: string, user: string | undefined): SlackMessage {
  const asker = user ? `<@${user}> asked` : 'Somebody asked';
  const blocks: types.SectionBlock[] = title.trim()
    ? codeSections(asker, title)
    : [{ type: 'section', text: mrkdwn(asker) }];
  return { text: shortenEscaped(title.trim() || 'Promptory', limits.fallback), blocks };
}

/** What stays of it in a thread that goes on after the answers were deleted. */
export function renderTakenBack(): SlackMessage {
  const text = 'What was asked here was deleted.';
  return { text, blocks: [{ type: 'section', text: mrkdwn(`_${text}_`) }] };
}

import type { Card, NeighbourView } from '../../src/chat.ts';
import { isImageKey } from '../../src/images/image-files.ts';
import type { ShownProgress } from './jobs.ts';
import type { MessageRecord, ThreadRecord, ThreadStatus, Upload } from './records.ts';

const botName = 'Promptory';

/** A message as the HTTP API shows it to one person. */
export function messageView(message: MessageRecord, viewer: string) {
  const { card } = message;
  return {
    id: message.id,
    author: authorOf(message, viewer),
    kind: message.person ? 'person' : 'bot',
    text: [message.text, withheld(card)].filter(Boolean).join('\n'),
    createdAt: new Date(message.createdAt).toISOString(),
    ...(message.uploads.length > 0 && { images: message.uploads.map(uploadView) }),
    ...(card && cardView(card)),
    actions: card?.actions ?? [],
    reactions: reactionViews(message, viewer),
  };
}

/** A page leaves out what is absent: JSON has no undefined. */
function cardView(card: Card) {
  return {
    tone: card.tone,
    neighbours: card.neighbours?.map(neighbourView),
    refinement: card.refinement,
    images: card.images?.filter(isShown).map(({ key, ...image }) => ({ url: imageUrl(key), ...image })),
    generationId: card.generationId,
    parentId: card.parentId,
  };
}

/** What is still marked as adult content may not be shown on this page. */
function isShown({ nsfw }: { nsfw?: boolean | undefined }): boolean {
  return !nsfw;
}

function withheld(card: Card | undefined): string {
  const count = card?.images?.filter((image) => !isShown(image)).length ?? 0;
  if (count === 0) return '';
  return `${count === 1 ? 'One picture is' : `${count} pictures are`} withheld as adult content: this page is not set up to show it.`;
}

export function neighbourView({ picture, ...neighbour }: NeighbourView) {
  return { ...neighbour, imageUrl: picture === undefined || !isShown(neighbour) ? undefined : pictureUrl(picture) };
}

export function threadView(
  thread: ThreadRecord,
  now: {
    status: ThreadStatus;
    progress: readonly (ShownProgress & { preview: string | undefined })[];
    messages: readonly MessageRecord[];
    viewer: string;
  },
) {
  return {
    ...threadSummary(thread, now.status),
    revision: thread.revision,
    progress: now.progress,
    messages: now.messages.map((message) => messageView(message, now.viewer)),
  };
}

export function threadSummary(thread: ThreadRecord, status: ThreadStatus) {
  return { id: thread.id, title: thread.title, status, createdAt: new Date(thread.createdAt).toISOString() };
}

function authorOf({ person }: MessageRecord, viewer: string): string {
  if (!person) return botName;
  return person.id === viewer ? 'you' : person.name;
}

function uploadView({ key, ...upload }: Upload) {
  return { url: imageUrl(key), ...upload };
}

function imageUrl(key: string): string {
  return `/images/${key}`;
}

/** Corpus pictures are image keys or web addresses of strangers: only http(s) may reach a page. */
function pictureUrl(picture: string): string | undefined {
  if (isImageKey(picture)) return imageUrl(picture);
  return /^https?:\/\//i.test(picture) ? picture : undefined;
}

function reactionViews(message: MessageRecord, viewer: string) {
  return Object.entries(message.reactions)
    .filter(([, people]) => people.length > 0)
    .map(([emoji, people]) => ({ emoji, count: people.length, mine: people.includes(viewer) }));
}

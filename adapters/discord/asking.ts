import { type APIInteractionResponse, MessageFlags } from 'discord.js';
import type { ChatHandler, Invocation } from '../../src/chat.ts';
import { explainFailure } from '../../src/failure.ts';
import type { Logger } from '../../src/log.ts';
import type { DiscordApi } from './api.ts';
import type { Carrying } from './carried.ts';
import { personOf, scopeOf } from './people.ts';
import { hasWebhook, type Places } from './places.ts';
import type { Posts } from './posts.ts';
import type { PlaceRecord, Tables } from './records.ts';
import { escapeCut } from './render/markdown.ts';

export interface AskerParts {
  adapter: string;
  api: DiscordApi;
  tables: Tables;
  places: Places;
  posts: Posts;
  carrying: Carrying;
  handler: ChatHandler;
  log: Logger;
}

type WithoutBase<Asked> = Asked extends Invocation
  ? Omit<Asked, 'id' | 'scope' | 'person' | 'thread' | 'carried'>
  : never;
/** The part of an invocation that says what is wanted. */
export type Wanted = WithoutBase<Invocation>;

type Interaction = Parameters<typeof personOf>[0] & {
  id: string;
  token: string;
  guild_id?: string | undefined;
};

/** Acks an interaction, and has the core accept what it asks for; `wanted` may throw BotErrors. */
export type Asker = (
  interaction: Interaction,
  place: PlaceRecord,
  response: APIInteractionResponse,
  wanted: () => Wanted,
) => Promise<void>;

const longestRefusal = 1900;

/** What the core refused, in words for the asker; the log has the cause. */
export function refusalText(error: unknown, log: Logger): string {
  return `⚠️ ${escapeCut(explainFailure(error, log).message, longestRefusal)}`;
}

export function createAsker({ adapter, api, places, carrying, handler, log }: AskerParts): Asker {
  async function refuse(thread: string, error: unknown): Promise<void> {
    const content = refusalText(error, log);
    await places.acked(thread);
    const place = places.find(thread);
    if (!place || !hasWebhook(place)) return;
    if (place.kind === 'command') await api.editOriginal(place.webhook, { content });
    else await api.followUp(place.webhook, { content }, MessageFlags.Ephemeral);
  }

  /** The job opens the place too, if this is too slow or fails. */
  function openSoon(thread: string) {
    places.open(thread).catch((error: unknown) => log.warn({ err: error }, 'the first message could not be shown'));
  }

  return async (interaction, place, response, wanted) => {
    const thread = places.begin(interaction.id, place);
    // Nothing comes before the ack: Discord waits three seconds for it.
    const ack = api.respond(interaction, response);
    places.acking(thread, ack);
    ack.catch((error: unknown) => log.warn({ err: error }, 'an interaction was acked too late'));
    const scope = scopeOf({ guild: interaction.guild_id, channel: place.channel });
    const base = {
      id: interaction.id,
      scope,
      person: personOf(interaction),
      thread: { adapter, thread },
      carried: carrying.carry(place),
    };
    try {
      await handler.accept({ ...base, ...wanted() } as Invocation);
    } catch (error) {
      return refuse(thread, error);
    }
    // A control has nothing to introduce until it has something to say.
    if (place.kind === 'command' && !place.personal) openSoon(thread);
  };
}

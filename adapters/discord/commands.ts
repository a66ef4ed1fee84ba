import { createHash } from 'node:crypto';
import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord.js';
import type { CommandInfo, CommandOption } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import type { CommandBodies, DiscordApi } from './api.ts';
import { isDenied, isRefused } from './failures.ts';
import type { Tables } from './records.ts';
import { areRegistered } from './registered.ts';
import { cut } from './render/markdown.ts';

/** The message command, in the "Apps" menu of any message. */
export const findThePrompt = 'Find the prompt';

const mostChoices = 25;
const longestText = 6000;
const longestDescription = 100;

type CommandBody = CommandBodies[number];

/** The commands as Discord registers them: typed options with their limits, required ones first. */
export function commandBodies(commands: readonly CommandInfo[]): CommandBody[] {
  const slash = commands.map(({ name, description, options }): CommandBody => {
    const sorted = Object.entries(options).sort(([, one], [, other]) => rank(one) - rank(other));
    return {
      type: ApplicationCommandType.ChatInput,
      name,
      description: cut(description, longestDescription),
      options: sorted.map(([option, definition]) => optionBody(option, definition)),
    };
  });
  return [...slash, { type: ApplicationCommandType.Message, name: findThePrompt }];
}

function rank({ required }: CommandOption): number {
  return required ? 0 : 1;
}

function optionBody(name: string, option: CommandOption): APIApplicationCommandBasicOption {
  const common = { name, description: cut(option.description, longestDescription), required: option.required ?? false };
  switch (option.type) {
    case 'text':
      return {
        ...common,
        type: ApplicationCommandOptionType.String,
        max_length: Math.min(option.maxLength, longestText),
        ...(option.suggests ? { autocomplete: true as const } : {}),
      };
    case 'integer':
      return { ...common, type: ApplicationCommandOptionType.Integer, min_value: option.min, max_value: option.max };
    case 'choice':
      return option.choices.length <= mostChoices
        ? {
            ...common,
            type: ApplicationCommandOptionType.String,
            choices: option.choices.map((choice) => ({ name: choice, value: choice })),
          }
        : { ...common, type: ApplicationCommandOptionType.String, autocomplete: true };
    case 'flag':
      return { ...common, type: ApplicationCommandOptionType.Boolean };
    case 'image':
      return { ...common, type: ApplicationCommandOptionType.Attachment };
  }
}

export interface Registration {
  apiUrl: string;
  application: string;
  /** Registers in this server only, where changes show at once. */
  guild?: string | undefined;
}

/**
 * Registers the commands when they changed, or when Discord has others (they can be deleted there).
 * Throws BotError `invalid_settings` for a server the bot is not in.
 */
export async function registerCommands(
  commands: readonly CommandInfo[],
  { apiUrl, application, guild }: Registration,
  { api, tables }: { api: DiscordApi; tables: Tables },
): Promise<{ registered: boolean }> {
  const bodies = commandBodies(commands).map((body) => (guild ? body : { ...body, ...everywhere }));
  const hash = createHash('sha256').update(JSON.stringify(bodies)).digest('hex');
  const key = [apiUrl, application, guild ?? 'global'].join(' ');
  try {
    const isKnown = tables.registrations.get(key) === hash;
    if (isKnown && (await stand(bodies, { application, guild }, api))) return { registered: false };
    await api.putCommands(application, guild, bodies);
  } catch (cause) {
    if (!guild || !isDenied(cause)) throw cause;
    throw new BotError(
      'invalid_settings',
      `DISCORD_GUILD_ID ${guild} is a server that the bot is not in. Invite it there first, or correct the id.`,
      { cause },
    );
  }
  await tables.registrations.put(key, hash);
  return { registered: true };
}

type Place = Pick<Registration, 'application' | 'guild'>;

/** True when Discord still has what was registered, as far as it tells. */
async function stand(bodies: CommandBodies, { application, guild }: Place, api: DiscordApi): Promise<boolean> {
  try {
    return areRegistered(bodies, await api.getCommands(application, guild));
  } catch (error) {
    // A server of others may not list them; what was registered is taken to stand.
    if (isRefused(error) && !isDenied(error)) return true;
    throw error;
  }
}

// Only global commands may say where they are offered.
const everywhere = {
  integration_types: [ApplicationIntegrationType.GuildInstall],
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
};

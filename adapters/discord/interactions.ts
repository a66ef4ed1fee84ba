import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIInteractionResponse,
  type APIMessageApplicationCommandInteraction,
  type APIMessageComponentInteraction,
  type APIMessageTopLevelComponent,
  type APIModalSubmitInteraction,
  ApplicationCommandType,
  ChannelType,
  ComponentType,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from 'discord.js';
import type { Asker, AskerParts } from './asking.ts';
import { allPicturesOf } from './attachments.ts';
import { completionsFor, readCommand } from './command-input.ts';
import { findThePrompt } from './commands.ts';
import { modalFor, submittedText } from './forms.ts';
import { personOf, scopeOf } from './people.ts';
import { hasThreads, isThread } from './places.ts';
import type { PlaceRecord } from './records.ts';
import type { Suggestions } from './suggestions.ts';
import { introduction, wordingOf } from './wording.ts';

export interface InteractionParts extends AskerParts {
  ask: Asker;
  suggestions: Suggestions;
}

type Asking = APIChatInputApplicationCommandInteraction | APIMessageApplicationCommandInteraction;
type Pressing = APIMessageComponentInteraction | APIModalSubmitInteraction;

const { DeferredChannelMessageWithSource, DeferredMessageUpdate, ChannelMessageWithSource } = InteractionResponseType;

/** Acks every interaction at once, and hands what it asks for to the core. */
export function createInteractions(parts: InteractionParts) {
  const { adapter, api, tables, posts, handler, ask, suggestions } = parts;

  function command(interaction: APIChatInputApplicationCommandInteraction) {
    const { name } = interaction.data;
    const info = handler.commands.find((known) => known.name === name);
    const { values, read } = readCommand(interaction, suggestions);
    const { title, opener } = wordingOf(
      personOf(interaction).name,
      info ?? { name, description: '', options: {} },
      values,
    );
    const place = { ...placeOf(interaction), title, opener, personal: info?.personal ?? false };
    return ask(interaction, place, deferred(place.personal), () => ({ kind: 'command', command: name, ...read() }));
  }

  /** "Find the prompt" of a message's menu: a reverse search by its pictures. */
  function menu(interaction: APIMessageApplicationCommandInteraction) {
    const { target_id, resolved } = interaction.data;
    const target = resolved?.messages?.[target_id];
    const attachments = target ? allPicturesOf(target) : [];
    if (attachments.length === 0) return api.respond(interaction, noPicture);
    const { guild_id } = interaction;
    const link = `https://discord.com/channels/${guild_id ?? '@me'}/${channelOf(interaction)}/${target_id}`;
    const opener = `${introduction(personOf(interaction).name, findThePrompt)} ${link}`;
    const place = { ...placeOf(interaction), title: findThePrompt, opener };
    return ask(interaction, place, deferred(false), () => ({ kind: 'message', text: '', attachments }));
  }

  function press(interaction: APIMessageComponentInteraction) {
    const { custom_id } = interaction.data;
    const form = tables.forms.get(custom_id);
    if (form) {
      return api.respond(interaction, { type: InteractionResponseType.Modal, data: modalFor(custom_id, form) });
    }
    return control(interaction, interaction.message.id, {});
  }

  function submit(interaction: APIModalSubmitInteraction) {
    return control(interaction, interaction.message?.id ?? '', { text: submittedText(interaction.data) });
  }

  function control(interaction: Pressing, messageId: string, extra: { text?: string }) {
    const action = interaction.data.custom_id;
    const channel = channelOf(interaction);
    const message = { adapter, thread: channel, message: posts.mainOf(messageId)?.main ?? messageId };
    return ask(interaction, controlPlace(interaction), { type: DeferredMessageUpdate }, () => ({
      kind: 'action',
      action,
      message,
      ...extra,
    }));
  }

  async function complete(interaction: APIApplicationCommandAutocompleteInteraction) {
    const person = personOf(interaction);
    const scope = scopeOf({ guild: interaction.guild_id, channel: channelOf(interaction) });
    const texts = await completionsFor(interaction, handler, { person, scope });
    await api.respond(interaction, {
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices: suggestions.choices(texts) },
    });
  }

  return async function receive(interaction: APIInteraction): Promise<void> {
    switch (interaction.type) {
      case InteractionType.ApplicationCommand:
        if (interaction.data.type === ApplicationCommandType.Message)
          return menu(interaction as APIMessageApplicationCommandInteraction);
        if (interaction.data.type === ApplicationCommandType.User) return;
        return command(interaction as APIChatInputApplicationCommandInteraction);
      case InteractionType.MessageComponent:
        return press(interaction);
      case InteractionType.ModalSubmit:
        return submit(interaction);
      case InteractionType.ApplicationCommandAutocomplete:
        return complete(interaction);
      default:
        return;
    }
  };
}

function deferred(personal: boolean): APIInteractionResponse {
  const type = DeferredChannelMessageWithSource;
  return personal ? { type, data: { flags: MessageFlags.Ephemeral } } : { type };
}

const noPicture: APIInteractionResponse = {
  type: ChannelMessageWithSource,
  data: {
    content: 'There is no picture in this message. Pick one with a picture, or use /search with one.',
    flags: MessageFlags.Ephemeral,
    allowed_mentions: { parse: [] },
  },
};

/** Servers of before 2023 name the channel by its id alone. */
function channelOf({ channel, channel_id }: APIInteraction): string {
  return channel?.id ?? channel_id ?? '';
}

function placeOf(interaction: Asking | Pressing): PlaceRecord {
  const { token, guild_id, app_permissions, attachment_size_limit, channel } = interaction;
  // What was asked in a private thread is never answered in the channel around it.
  const isPrivate = channel?.type === ChannelType.PrivateThread;
  const isInThread = channel && 'parent_id' in channel && isThread(channel.type);
  const parent = isInThread && !isPrivate ? channel.parent_id : undefined;
  const isKnown = channel?.type !== undefined;
  return {
    kind: 'command',
    channel: channelOf(interaction),
    parent: parent ?? undefined,
    personal: false,
    opensThread: !guild_id ? false : isKnown ? hasThreads(channel.type) : undefined,
    person: personOf(interaction).id,
    webhook: { application: interaction.application_id, token },
    // Those of a direct message tell nothing of what the bot may do there.
    permissions: guild_id ? app_permissions : undefined,
    attachmentLimit: attachment_size_limit,
    createdAt: Date.now(),
  };
}

/** What a control leads to stays where its message is; from a private message it gets a thread of its own. */
function controlPlace(interaction: Pressing): PlaceRecord {
  const place: PlaceRecord = { ...placeOf(interaction), kind: 'control' };
  const isPrivate = ((interaction.message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  if (!isPrivate) return { ...place, opensThread: false };
  const label = labelOf(interaction);
  return { ...place, title: label, opener: introduction(personOf(interaction).name, label) };
}

function labelOf({ message, data }: Pressing): string {
  const rows: readonly APIMessageTopLevelComponent[] = message?.components ?? [];
  for (const row of rows) {
    const parts = row.type === ComponentType.ActionRow ? row.components : [];
    const pressed = parts.find((part) => 'custom_id' in part && part.custom_id === data.custom_id);
    if (pressed && 'label' in pressed && pressed.label) return pressed.label;
  }
  return 'From your history';
}

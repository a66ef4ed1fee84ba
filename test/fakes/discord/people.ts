import {
  type APIApplicationCommandOption,
  type APIMessage,
  type APIUser,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ComponentType,
  GatewayDispatchEvents,
  InteractionType,
  MessageType,
} from 'discord-api-types/v10';
import type { FakeDiscord } from './fake-discord.ts';
import { storeFile } from './files.ts';
import type { FakeInteraction } from './interactions.ts';
import { memberPayload, newMessage } from './payloads.ts';
import { dispatchReaction } from './reaction-routes.ts';
import { addUser, type FakeChannel } from './world.ts';

export interface Picture {
  name: string;
  bytes: Uint8Array;
  contentType: string;
}

/** What somebody does in their Discord client. */
export interface DiscordPerson {
  user: APIUser;
  /** Fills in and sends a registered slash command; pictures go to options of the type attachment. */
  runs(
    channel: FakeChannel,
    command: string,
    options?: Record<string, string | number | boolean | Picture>,
  ): FakeInteraction;
  /** Types into an option that completes. */
  types(channel: FakeChannel, command: string, option: string, typed: string): FakeInteraction;
  /** Picks a command of a message's context menu. */
  picks(message: APIMessage, command: string): FakeInteraction;
  presses(message: APIMessage, customId: string): FakeInteraction;
  /** Sends the modal that an interaction opened. */
  submits(opened: FakeInteraction, texts: string[]): FakeInteraction;
  says(
    channel: FakeChannel,
    text: string,
    options?: { pictures?: Picture[]; replyTo?: APIMessage; ping?: boolean },
  ): APIMessage;
  reacts(message: APIMessage, emoji: string): void;
  unreacts(message: APIMessage, emoji: string): void;
}

export function addPerson(fake: FakeDiscord, name: string): DiscordPerson {
  const { world, gateway, interactions } = fake;
  const user = addUser(world, name);

  const upload = (channel: FakeChannel, picture: Picture) =>
    storeFile(world, fake.origin, { channelId: channel.id, ...picture });
  const channelOf = (message: APIMessage): FakeChannel => {
    const channel = world.channels.get(message.channel_id);
    if (!channel) throw new Error('this message is in no channel');
    return channel;
  };

  function runs(channel: FakeChannel, name: string, given: Record<string, string | number | boolean | Picture> = {}) {
    const command = registered(fake, channel, name, ApplicationCommandType.ChatInput);
    const attachments = new Map<string, ReturnType<typeof upload>>();
    const options = Object.entries(given).map(([option, value]) => {
      const definition = optionOf(command, option);
      if (typeof value !== 'object') return { name: option, type: definition.type, value };
      const file = upload(channel, value);
      attachments.set(file.id, file);
      return { name: option, type: ApplicationCommandOptionType.Attachment, value: file.id };
    });
    const resolved = attachments.size > 0 ? { resolved: { attachments: Object.fromEntries(attachments) } } : {};
    const data = { id: command.id, name, type: command.type, options, ...resolved };
    return interactions.start({ type: InteractionType.ApplicationCommand, data, channel, user });
  }

  function types(channel: FakeChannel, name: string, option: string, typed: string) {
    const command = registered(fake, channel, name, ApplicationCommandType.ChatInput);
    const definition = optionOf(command, option);
    if (!('autocomplete' in definition) || !definition.autocomplete) throw new Error(`${option} does not complete`);
    const options = [{ name: option, type: definition.type, value: typed, focused: true }];
    const data = { id: command.id, name, type: command.type, options };
    return interactions.start({ type: InteractionType.ApplicationCommandAutocomplete, data, channel, user });
  }

  function picks(message: APIMessage, name: string) {
    const channel = channelOf(message);
    const command = registered(fake, channel, name, ApplicationCommandType.Message);
    const data = {
      id: command.id,
      name,
      type: command.type,
      target_id: message.id,
      resolved: { messages: { [message.id]: message } },
    };
    return interactions.start({ type: InteractionType.ApplicationCommand, data, channel, user });
  }

  function presses(message: APIMessage, customId: string) {
    const shown = JSON.stringify(message.components ?? []).includes(JSON.stringify(customId));
    if (!shown) throw new Error(`there is no button ${customId} on this message`);
    const data = { custom_id: customId, component_type: ComponentType.Button };
    return interactions.start({
      type: InteractionType.MessageComponent,
      data,
      channel: channelOf(message),
      user,
      message,
    });
  }

  function submits(opened: FakeInteraction, texts: string[]) {
    if (!opened.modal) throw new Error('no modal was opened');
    const inputs = opened.modal.components.flatMap((row) => ('components' in row ? row.components : []));
    const components = inputs.map(({ custom_id, type }, index) => ({
      type: ComponentType.ActionRow,
      components: [{ type, custom_id, value: texts[index] ?? '' }],
    }));
    const data = { custom_id: opened.modal.custom_id, components };
    const { channel, source } = opened;
    return interactions.start({ type: InteractionType.ModalSubmit, data, channel, user, message: source });
  }

  function says(
    channel: FakeChannel,
    text: string,
    { pictures = [], replyTo, ping = true }: { pictures?: Picture[]; replyTo?: APIMessage; ping?: boolean } = {},
  ) {
    const message = newMessage(world, channel, user);
    message.content = text;
    message.attachments = pictures.map((picture) => upload(channel, picture));
    if (text.includes(`<@${world.bot.id}>`)) message.mentions.push(world.bot);
    if (replyTo) {
      message.type = MessageType.Reply;
      message.message_reference = { type: 0, channel_id: channel.id, message_id: replyTo.id };
      message.referenced_message = replyTo;
      if (ping && !message.mentions.includes(replyTo.author)) message.mentions.push(replyTo.author);
    }
    world.messages.push(message);
    const guild = channel.guildId ? world.guilds.get(channel.guildId) : undefined;
    const { user: _author, ...member } = guild ? memberPayload(world, guild, user) : { user };
    const place = guild ? { guild_id: guild.id, member } : {};
    gateway.dispatch(GatewayDispatchEvents.MessageCreate, { ...message, ...place }, { guildId: guild?.id });
    return message;
  }

  return {
    user,
    runs,
    types,
    picks,
    presses,
    submits,
    says,
    reacts: (message, emoji) => dispatchReaction(world, gateway, { message, user, emoji, added: true }),
    unreacts: (message, emoji) => dispatchReaction(world, gateway, { message, user, emoji, added: false }),
  };
}

/** Discord offers a command where it was registered: everywhere, or in one server. */
function registered(fake: FakeDiscord, channel: FakeChannel, name: string, type: ApplicationCommandType) {
  const { commands } = fake.world;
  const offered = [...(commands.get('global') ?? []), ...(commands.get(channel.guildId ?? '') ?? [])];
  const command = offered.find((candidate) => candidate.name === name && candidate.type === type);
  if (!command) throw new Error(`the command ${name} is not registered here`);
  return command;
}

function optionOf(command: { name: string; options?: APIApplicationCommandOption[] | undefined }, name: string) {
  const option = command.options?.find((candidate) => candidate.name === name);
  if (!option) throw new Error(`${command.name} has no option ${name}`);
  return option;
}

import {
  type APIInteractionResponse,
  type APIMessage,
  GatewayDispatchEvents,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  MessageType,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10';
import { alreadyAcknowledged, invalidForm, threadArchived, unknownMessage } from './api-error.ts';
import { fillMessage } from './compose.ts';
import type { FakeInteraction } from './interactions.ts';
import { newMessage } from './payloads.ts';
import type { Route, RouteContext } from './routes.ts';
import { between } from './validation.ts';

const { ApplicationCommand, MessageComponent, ApplicationCommandAutocomplete, ModalSubmit } = InteractionType;

/** Which responses an interaction may get. .../receiving-and-responding#interaction-response-object-interaction-callback-type */
const allowed = new Map<InteractionType, readonly InteractionResponseType[]>([
  [ApplicationCommand, [4, 5, 9]],
  [MessageComponent, [4, 5, 6, 7, 9]],
  [ModalSubmit, [4, 5, 6, 7]],
  [ApplicationCommandAutocomplete, [8]],
]);

function callback(context: RouteContext) {
  const { params, body, interactions } = context;
  const interaction = interactions.forCallback(params['id'], params['token']);
  if (interaction.response !== undefined) throw alreadyAcknowledged();
  const response = body as APIInteractionResponse;
  if (!allowed.get(interaction.type)?.includes(response.type)) {
    throw invalidForm('type', 'BASE_TYPE_CHOICES', 'This interaction cannot be answered so.');
  }
  respond(context, interaction, response);
  interaction.response = response.type;
  interaction.ackMs = performance.now() - interaction.sentAt;
  if (context.query.get('with_response') !== 'true') return undefined;
  const { id, type } = interaction;
  return { interaction: { id, type }, resource: { type: response.type, message: interaction.original } };
}

function respond(context: RouteContext, interaction: FakeInteraction, response: APIInteractionResponse) {
  const { DeferredChannelMessageWithSource, ChannelMessageWithSource, UpdateMessage, Modal } = InteractionResponseType;
  if (response.type === DeferredChannelMessageWithSource || response.type === ChannelMessageWithSource) {
    reply(context, interaction, response);
  } else if (response.type === InteractionResponseType.DeferredMessageUpdate) {
    interaction.original = interaction.source;
  } else if (response.type === UpdateMessage) {
    interaction.original = interaction.source;
    if (interaction.source) fill(context, interaction.source, response.data ?? {});
  } else if (response.type === InteractionResponseType.ApplicationCommandAutocompleteResult) {
    const choices = response.data.choices ?? [];
    if (choices.length > 25)
      throw invalidForm('data.choices', 'BASE_TYPE_BAD_LENGTH', 'Must be 25 or fewer in length.');
    choices.forEach((choice, index) => {
      between(choice.name, 1, 100, `data.choices.${index}.name`);
      between(String(choice.value), 1, 100, `data.choices.${index}.value`);
    });
    interaction.choices = choices;
  } else if (response.type === Modal) {
    checkModal(response.data);
    interaction.modal = response.data;
  }
}

type Reply = Extract<APIInteractionResponse, { type: 4 | 5 }>;

function reply(context: RouteContext, interaction: FakeInteraction, response: Reply) {
  // Also the ack fails in a locked thread: https://github.com/discord/discord-api-docs/issues/5517
  if (interaction.channel.locked) throw threadArchived();
  const message = replyMessage(context, interaction);
  interaction.isEphemeral = ((response.data?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  interaction.isThinking = response.type === InteractionResponseType.DeferredChannelMessageWithSource;
  if (interaction.isThinking) message.flags = (message.flags ?? 0) | MessageFlags.Loading;
  else fill(context, message, response.data ?? {});
  if (interaction.isEphemeral) hide(context, message);
  interaction.original = message;
  announce(context, interaction, message);
}

/** Bots hear of their own replies; of private ones as if they were direct messages: https://github.com/discord/discord-api-docs/issues/4557 */
function announce({ world, gateway }: RouteContext, { channel }: FakeInteraction, message: APIMessage) {
  world.messages.push(message);
  const guildId = world.ephemeral.has(message.id) ? undefined : channel.guildId;
  const place = guildId ? { guild_id: guildId } : {};
  gateway.dispatch(GatewayDispatchEvents.MessageCreate, { ...message, ...place }, { guildId });
}

/** A modal's limits. https://discord.com/developers/docs/components/reference#text-input */
function checkModal(modal: NonNullable<FakeInteraction['modal']>) {
  between(modal.title, 1, 45, 'data.title');
  between(modal.custom_id, 1, 100, 'data.custom_id');
  if (modal.components.length > 5) throw invalidForm('data.components', 'BASE_TYPE_BAD_LENGTH', 'At most 5.');
  modal.components.forEach((row, index) => {
    const input = 'components' in row ? row.components[0] : undefined;
    const at = `data.components.${index}`;
    if (!input) throw invalidForm(at, 'UNION_TYPE_CHOICES', 'Must be an action row.');
    between(input.label ?? '', 1, 45, `${at}.label`);
    between(input.value ?? '', 0, Math.min(4000, input.max_length ?? 4000), `${at}.value`);
    if ((input.max_length ?? 1) > 4000) throw invalidForm(`${at}.max_length`, 'NUMBER_TYPE_MAX', 'At most 4000.');
  });
}

function replyMessage({ world }: RouteContext, interaction: FakeInteraction): APIMessage {
  const message = newMessage(world, interaction.channel, world.bot);
  message.type = MessageType.ChatInputCommand;
  message.webhook_id = world.applicationId;
  return message;
}

function hide({ world }: RouteContext, message: APIMessage) {
  message.flags = (message.flags ?? 0) | MessageFlags.Ephemeral;
  world.ephemeral.add(message.id);
}

function fill({ world, files, origin }: RouteContext, message: APIMessage, body: object) {
  fillMessage(world, message, { body: body as RESTPostAPIChannelMessageJSONBody, files, origin });
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message */
function followUp(context: RouteContext): APIMessage {
  const { params, body, interactions } = context;
  const interaction = interactions.forWebhook(params['token']);
  const sent = body as RESTPostAPIChannelMessageJSONBody;
  // "Functions as Edit Original Interaction Response" while a deferred reply is still open; its own flags do not count then.
  if (interaction.isThinking && interaction.original) return edit(context, interaction, interaction.original);
  const message = replyMessage(context, interaction);
  fill(context, message, sent);
  if ((sent.flags ?? 0) & MessageFlags.Ephemeral) hide(context, message);
  announce(context, interaction, message);
  return message;
}

function edit(context: RouteContext, interaction: FakeInteraction, message: APIMessage): APIMessage {
  fill(context, message, context.body as RESTPatchAPIChannelMessageJSONBody);
  if (message === interaction.original) interaction.isThinking = false;
  message.flags = (message.flags ?? 0) & ~MessageFlags.Loading;
  return message;
}

function target({ world, params, interactions }: RouteContext): { interaction: FakeInteraction; message: APIMessage } {
  const interaction = interactions.forWebhook(params['token']);
  const id = params['message'] === '@original' ? interaction.original?.id : params['message'];
  const message = world.messages.find((candidate) => candidate.id === id);
  if (!message) throw unknownMessage();
  return { interaction, message };
}

const webhookMessage = '/webhooks/:application/:token/messages/:message';

export const interactionRoutes: readonly Route[] = [
  { method: 'POST', path: '/interactions/:id/:token/callback', auth: 'token', run: callback },
  { method: 'POST', path: '/webhooks/:application/:token', auth: 'token', run: followUp },
  { method: 'GET', path: webhookMessage, auth: 'token', run: (context) => target(context).message },
  {
    method: 'PATCH',
    path: webhookMessage,
    auth: 'token',
    run: (context) => {
      const { interaction, message } = target(context);
      return edit(context, interaction, message);
    },
  },
  {
    method: 'DELETE',
    path: webhookMessage,
    auth: 'token',
    run: (context) => {
      const { interaction, message } = target(context);
      context.world.messages.splice(context.world.messages.indexOf(message), 1);
      if (message === interaction.original) interaction.isThinking = false;
    },
  },
];

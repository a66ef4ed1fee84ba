import {
  type APIApplicationCommand,
  ApplicationCommandType,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { invalidForm, missingAccess } from './api-error.ts';
import { guildPayload, memberPayload } from './payloads.ts';
import type { Route, RouteContext } from './routes.ts';
import { between } from './validation.ts';
import type { World } from './world.ts';

const commandName = /^[-_'\p{L}\p{N}]{1,32}$/u;

/** https://discord.com/developers/docs/interactions/application-commands#bulk-overwrite-global-application-commands */
function overwrite({ world, params, body }: RouteContext): APIApplicationCommand[] {
  if (params['guild']) ownGuild(world, params['guild']);
  const wanted = body as RESTPostAPIApplicationCommandsJSONBody[];
  wanted.forEach(checkCommand);
  const stored = wanted.map(
    (command) =>
      ({
        type: ApplicationCommandType.ChatInput,
        default_member_permissions: null,
        ...withoutFalse(command),
        id: world.snowflake(),
        application_id: world.applicationId,
        version: world.snowflake(),
        ...(params['guild'] ? { guild_id: params['guild'] } : {}),
      }) as APIApplicationCommand,
  );
  world.commands.set(params['guild'] ?? 'global', stored);
  return stored;
}

/** Discord tells no `required` or `autocomplete` that is false. */
function withoutFalse(command: RESTPostAPIApplicationCommandsJSONBody): object {
  return JSON.parse(JSON.stringify(command, (_, value) => (value === false ? undefined : value)));
}

function checkCommand(command: RESTPostAPIApplicationCommandsJSONBody, index: number) {
  const isMenu = command.type !== undefined && command.type !== ApplicationCommandType.ChatInput;
  if (isMenu) {
    between(command.name, 1, 32, `${index}.name`);
    return;
  }
  checkNamed(command as { name: string; description: string }, `${index}`);
  const options = ('options' in command && command.options) || [];
  if (options.length > 25) throw invalidForm(`${index}.options`, 'BASE_TYPE_BAD_LENGTH', 'At most 25.');
  let isOptional = false;
  options.forEach((option, number) => {
    const at = `${index}.options.${number}`;
    checkNamed(option, at);
    if (option.required && isOptional) {
      throw invalidForm(at, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required options must be placed first.');
    }
    isOptional = !option.required;
    const choices = ('choices' in option && option.choices) || [];
    const autocompletes = 'autocomplete' in option && option.autocomplete;
    if (choices.length > 25 || (choices.length > 0 && autocompletes)) {
      throw invalidForm(`${at}.choices`, 'BASE_TYPE_BAD_LENGTH', 'At most 25, and none with autocomplete.');
    }
    if ('max_length' in option && (option.max_length ?? 1) > 6000) {
      throw invalidForm(`${at}.max_length`, 'NUMBER_TYPE_MAX', 'At most 6000.');
    }
  });
}

function checkNamed(named: { name: string; description: string }, at: string) {
  if (!commandName.test(named.name) || named.name !== named.name.toLowerCase()) {
    throw invalidForm(`${at}.name`, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  }
  between(named.description, 1, 100, `${at}.description`);
}

function ownGuild(world: World, id: string | undefined) {
  const guild = world.guilds.get(id ?? '');
  if (!guild?.hasBot) throw missingAccess();
  return guild;
}

function listed({ world, params }: RouteContext): APIApplicationCommand[] {
  if (params['guild']) ownGuild(world, params['guild']);
  return world.commands.get(params['guild'] ?? 'global') ?? [];
}

const application = ({ world }: RouteContext) => ({
  id: world.applicationId,
  name: 'promptory',
  description: '',
  flags: 0,
  bot_public: true,
  bot_require_code_grant: false,
  bot: world.bot,
});

export const applicationRoutes: readonly Route[] = [
  { method: 'PUT', path: '/applications/:application/commands', auth: 'bot', run: overwrite },
  { method: 'GET', path: '/applications/:application/commands', auth: 'bot', run: listed },
  { method: 'PUT', path: '/applications/:application/guilds/:guild/commands', auth: 'bot', run: overwrite },
  { method: 'GET', path: '/applications/:application/guilds/:guild/commands', auth: 'bot', run: listed },
  { method: 'GET', path: '/applications/@me', auth: 'bot', run: application },
  { method: 'GET', path: '/oauth2/applications/@me', auth: 'bot', run: application },
  { method: 'GET', path: '/users/@me', auth: 'bot', run: ({ world }) => world.bot },
  {
    method: 'GET',
    path: '/gateway/bot',
    auth: 'bot',
    // https://discord.com/developers/docs/events/gateway#get-gateway-bot
    run: ({ origin }) => ({
      url: origin.replace('http', 'ws'),
      shards: 1,
      session_start_limit: { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: 16 },
    }),
  },
  {
    method: 'GET',
    path: '/guilds/:guild',
    auth: 'bot',
    run: ({ world, params }) => guildPayload(world, ownGuild(world, params['guild'])),
  },
  {
    method: 'GET',
    path: '/guilds/:guild/members/:user',
    auth: 'bot',
    run: ({ world, params }) =>
      memberPayload(world, ownGuild(world, params['guild']), world.users.get(params['user'] ?? '') ?? world.bot),
  },
];

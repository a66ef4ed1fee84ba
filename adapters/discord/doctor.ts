import { type APIApplication, type APIApplicationCommand, type APIUser, REST, Routes } from 'discord.js';
import type { CommandInfo } from '../../src/chat.ts';
import type { Check } from '../../src/doctor.ts';
import { registrationRoute } from './api.ts';
import { apiAddress } from './api-address.ts';
import { commandBodies } from './commands.ts';
import { isRefused, isUnauthorized } from './failures.ts';
import { explainLogin } from './login-failure.ts';
import { inviteLink } from './permissions.ts';

interface DiscordSettings {
  token: string;
  apiUrl?: string | undefined;
  guildId?: string | undefined;
  commands: readonly CommandInfo[];
}

/** Whether the token works, which application it belongs to and how to invite it, and whether its commands are registered. */
export async function checkDiscord({ token, apiUrl, guildId, commands }: DiscordSettings): Promise<Check[]> {
  const rest = new REST({ api: apiAddress(apiUrl), version: '10', retries: 0 }).setToken(token);
  try {
    const user = (await rest.get(Routes.user())) as APIUser;
    const application = await applicationOf(rest, user);
    return [
      { name: 'Discord token', ok: true, detail: `belongs to ${user.username}` },
      { name: 'Discord application', ok: true, detail: `${application.id}; invite: ${inviteLink(application.id)}` },
      await checkCommands(rest, application.id, guildId, commands),
    ];
  } catch (error) {
    const { message } = explainLogin(error);
    return [{ name: 'Discord token', ok: false, detail: 'could not be checked', remedy: message }];
  }
}

/** A bot's user has the id of its application, but for the oldest ones; a server of others may not tell. */
async function applicationOf(rest: REST, user: APIUser): Promise<Pick<APIApplication, 'id'>> {
  try {
    return (await rest.get(Routes.currentApplication())) as APIApplication;
  } catch (error) {
    if (!isRefused(error) || isUnauthorized(error)) throw error;
    return user;
  }
}

async function checkCommands(
  rest: REST,
  application: string,
  guild: string | undefined,
  commands: readonly CommandInfo[],
): Promise<Check> {
  const name = 'Discord commands';
  const where = guild ? `in the server ${guild}` : 'everywhere';
  const remedy = 'Start the bot once: it registers them. With DISCORD_GUILD_ID, invite it to that server first.';
  try {
    const registered = (await rest.get(registrationRoute(application, guild))) as APIApplicationCommand[];
    const missing = commandBodies(commands).filter((body) => !registered.some((one) => one.name === body.name));
    if (missing.length === 0) return { name, ok: true, detail: `${registered.length} are registered ${where}` };
    const names = missing.map((body) => body.name).join(', ');
    return { name, ok: false, detail: `not registered ${where}: ${names}`, remedy };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error), remedy };
  }
}

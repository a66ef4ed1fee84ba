import type { APIApplicationCommand } from 'discord.js';
import type { CommandBodies } from './api.ts';

/** True when these and no other commands are among `found`, alike in everything the server tells of them. */
export function areRegistered(bodies: CommandBodies, found: readonly Partial<APIApplicationCommand>[]): boolean {
  if (!Array.isArray(found) || found.length !== bodies.length) return false;
  return bodies.every((body) =>
    found.some((command) => command.name === body.name && (command.type ?? 1) === body.type && agrees(body, command)),
  );
}

/** Every field that both have is the same; Discord leaves out what is false or empty, and adds defaults of its own. */
function agrees(sent: unknown, told: unknown): boolean {
  if (isBlank(sent) && isBlank(told)) return true;
  if (Array.isArray(sent)) {
    return Array.isArray(told) && sent.length === told.length && sent.every((item, i) => agrees(item, told[i]));
  }
  if (typeof sent !== 'object' || sent === null) return sent === told;
  if (typeof told !== 'object' || told === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...told };
  return Object.entries(sent).every(([name, value]) => !(name in fields) || agrees(value, fields[name]));
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
}

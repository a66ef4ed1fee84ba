import path from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { createDiscordAdapter } from '../../adapters/discord/discord.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import { openState } from '../../src/state.ts';
import { createScriptedCore } from './harness.ts';

// A process of its own, so that a test can kill it in the middle of a post: node killed-poster.ts '<JSON>'.
const settings = z
  .object({
    folder: z.string(),
    apiUrl: z.string(),
    token: z.string(),
    thread: z.string(),
    key: z.string(),
    text: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const adapter = createDiscordAdapter({
  token: settings.token,
  apiUrl: settings.apiUrl,
  state: openState(path.join(settings.folder, 'state')),
  images: createDiskImageFiles(path.join(settings.folder, 'images')),
  maxImageBytes: 1e6,
  log: pino({ level: 'silent' }),
  onFatal: (error) => {
    throw error;
  },
});
await adapter.start(createScriptedCore().handler);
const thread = adapter.thread({ adapter: 'discord', thread: settings.thread });
const ref = await thread.post({ text: settings.text, actions: [] }, { key: settings.key });
console.log(JSON.stringify(ref));
await adapter.stop();
process.exit(0);

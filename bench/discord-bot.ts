import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Events, GatewayIntentBits } from 'discord.js';
import { pino } from 'pino';
import { createDiscordAdapter } from '../adapters/discord/discord.ts';
import type { Adapter, ChatHandler } from '../src/chat.ts';
import { openEmbedder } from '../src/embedder/open.ts';
import { createDiskImageFiles } from '../src/images/disk.ts';
import { openState } from '../src/state.ts';

// A bot for bench/discord.ts, in a process of its own: discord-bot.ts <bare|ours|embedding> <API address> <token>.
const [kind = '', apiUrl = '', token = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });

await (kind === 'bare' ? runBare() : runOurs());
process.send?.('ready');

/** The least a discord.js program can do for a command: defer, and edit. */
async function runBare() {
  const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: apiUrl } });
  client.on(Events.InteractionCreate, async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    await interaction.deferReply();
    await interaction.editReply('done');
  });
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(token);
  await ready;
}

/** The adapter with a core that answers at once; `embedding` keeps the model busy meanwhile. */
async function runOurs() {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-discord-'));
  const adapter: Adapter = createDiscordAdapter({
    token,
    apiUrl,
    state: openState(path.join(folder, 'state')),
    images: createDiskImageFiles(path.join(folder, 'images')),
    maxImageBytes: 1e6,
    log,
    onFatal: (error) => {
      throw error;
    },
  });
  const handler: ChatHandler = {
    commands: [
      {
        name: 'prompt',
        description: 'Make pictures',
        options: { text: { type: 'text', required: true, maxLength: 4000, description: 'What to see' } },
      },
    ],
    reactions: [],
    suggest: async () => [],
    async accept({ id, thread }) {
      void adapter.thread(thread).post({ text: 'done', actions: [] }, { key: id });
      return { jobId: id, ahead: 0 };
    },
  };
  if (kind === 'embedding') await embedForEver(folder);
  await adapter.start(handler);
}

async function embedForEver(dataDir: string) {
  const { embedder } = await openEmbedder({
    clipModel: 'tiny',
    storedModel: undefined,
    hubUrl: 'http://127.0.0.1:9',
    dataDir,
    log,
  });
  let round = 0;
  const next = async (): Promise<void> => {
    round += 1;
    await embedder.embedTexts(Array.from({ length: 256 }, (_, i) => `text ${i} of round ${round}`));
    return next();
  };
  void next();
}

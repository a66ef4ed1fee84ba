import type { Config } from './config.ts';
import { createWorkServer, type WorkServer } from './handover/server.ts';
import type { ImageFiles } from './images/image-files.ts';
import { createBotImports } from './importer/in-bot.ts';
import type { Logger } from './log.ts';
import type { Memory } from './memory/memory.ts';
import { takeMoves } from './reembed/in-bot.ts';

interface WorkParts {
  config: Config;
  memory: Memory;
  images: ImageFiles;
  log: Logger;
  /** The corpus has grown. */
  onGrowth(): Promise<void>;
}

/** What commands hand to the bot while it has the database: imports, and moves to another model. */
export function createWorks({ config, memory, images, log, onGrowth }: WorkParts): WorkServer {
  const { dataDir, maxImageBytes } = config;
  const { database, state } = memory;
  const shared = { images, state, log };
  const imports = createBotImports({
    ...{ ...shared, dataDir, maxImageBytes, onGrowth },
    within: (work) => memory.following(({ store, plainEmbedder: embedder }) => work({ store, embedder })),
  });
  const moves = takeMoves({ ...shared, config, database, bot: memory });
  const server = createWorkServer({ dataDir, log, works: [imports.work, moves] });
  return {
    async start() {
      imports.finishIndex();
      await server.start();
    },
    async stop() {
      imports.stop();
      await server.stop();
    },
  };
}

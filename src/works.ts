import type { Config } from './config.ts';
import type { BotError } from './errors.ts';
import { createWorkServer, type WorkServer } from './handover/server.ts';
import type { ImageFiles } from './images/image-files.ts';
import { createBotImports } from './importer/in-bot.ts';
import type { Logger } from './log.ts';
import type { openMemory } from './memory.ts';
import { takeMoves } from './reembed/in-bot.ts';

interface WorkParts {
  config: Config;
  memory: Awaited<ReturnType<typeof openMemory>>;
  images: ImageFiles;
  log: Logger;
  /** The corpus has grown. */
  onGrowth(): Promise<void>;
  onFatal(error: BotError): void;
}

/** What commands hand to the bot while it has the database: imports, and moves to another model. */
export function createWorks({ config, memory, images, log, onGrowth, onFatal }: WorkParts): WorkServer {
  const { dataDir, maxImageBytes } = config;
  const { database, store, state, plainEmbedder: embedder } = memory;
  const shared = { images, state, log };
  const imports = createBotImports({ ...shared, store, embedder, dataDir, maxImageBytes, onGrowth });
  const moves = takeMoves({ ...shared, config, database, model: embedder.model, onFatal });
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

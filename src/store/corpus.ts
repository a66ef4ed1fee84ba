import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import { BotError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { imageColumns, promptColumns } from './corpus-columns.ts';
import { type CorpusTable, vectorColumns } from './schema.ts';
import type { CorpusImage, CorpusRow, CosineSample, ImportOutcome, PromptStore } from './store.ts';
import { checkVector, dot, type VectorModel } from './vectors.ts';

type Corpus = Pick<
  PromptStore,
  'importPairs' | 'importImages' | 'knownIds' | 'knownImageIds' | 'listCorpus' | 'findCorpusPrompt' | 'sampleCosines'
>;

// The engine splits an insert into blocks above 268 MB or 1,048,449 rows, and only one block is stored whole or not at all.
const maxBatch = 10_000;

const pageRows = 20_000;

const sampleRows = 128;
const pairsPerRow = 8;

const idRow = z.object({ id: z.string() });
const listedRow = z.object({ id: z.string(), prompt: z.string() });
const vectorRow = z.object({ id: z.string(), vector: z.array(z.number()) });

/** The imported (prompt, picture) pairs. */
export function createCorpus(connection: Connection, model: VectorModel): Corpus {
  const { dimensions } = model;
  const made = { name: 'vector_model', type: 'String', cell: () => model.name } as const;
  let lastImport: Promise<unknown> = Promise.resolve();

  const storedIds = async (table: CorpusTable, ids: readonly string[], options?: CallOptions) => {
    const query = `SELECT DISTINCT id FROM ${table} WHERE id IN {ids:Array(String)}`;
    const rows = await connection.read(query, { row: idRow, parameters: { ids }, signal: options?.signal });
    return new Set(rows.map(({ id }) => id));
  };

  const importBatch = async (batch: readonly CorpusRow[], options?: CallOptions): Promise<ImportOutcome> => {
    const ids = batch.map(({ id }) => id);
    const known = await storedIds('prompts', ids, options);
    const fresh = firstOfEachId(batch).filter(({ id }) => !known.has(id));
    const illustrated = fresh.filter(hasPicture);
    // Pictures go first: a row counts from the moment its prompt is there, so a crash in between leaves nothing visible and a second import repairs it.
    const orphans = illustrated.length > 0 ? await storedIds('prompt_images', ids, options) : new Set();
    const pictures = illustrated.filter(({ id }) => !orphans.has(id));
    await connection.load('prompt_images', [...imageColumns, made], pictures);
    await connection.load('prompts', [...promptColumns, made], fresh);
    return { imported: fresh.length, skipped: batch.length - fresh.length };
  };

  const importImageBatch = async (batch: readonly CorpusImage[], options?: CallOptions): Promise<ImportOutcome> => {
    const ids = batch.map(({ id }) => id);
    const known = await storedIds('prompt_images', ids, options);
    const fresh = firstOfEachId(batch).filter(({ id }) => !known.has(id));
    await connection.load('prompt_images', [...imageColumns, made], fresh);
    return { imported: fresh.length, skipped: batch.length - fresh.length };
  };

  /** One batch at a time: what is stored already is looked up first. */
  const inTurn = <Outcome>(work: () => Promise<Outcome>): Promise<Outcome> => {
    const turn = lastImport.then(work);
    lastImport = turn.catch(() => undefined);
    return turn;
  };

  const vectors = (table: CorpusTable, ids: readonly string[]) =>
    connection.read(
      `SELECT id, ${vectorColumns[table]} AS vector FROM ${table} WHERE id IN {ids:Array(String)} LIMIT 1 BY id`,
      {
        row: vectorRow,
        parameters: { ids },
      },
    );

  const sampleIds = async (table: CorpusTable) => {
    const query = `SELECT arrayJoin(groupArraySample(${sampleRows})(id)) AS id FROM ${table}`;
    return (await connection.read(query, { row: idRow })).map(({ id }) => id);
  };

  return {
    async importPairs(batch, options) {
      checkBatch(batch, dimensions);
      return inTurn(() => importBatch(batch, options));
    },
    async importImages(batch, options) {
      checkSize(batch);
      for (const { imageVector } of batch) checkVector(imageVector, dimensions);
      return inTurn(() => importImageBatch(batch, options));
    },
    knownIds: (ids, options) => storedIds('prompts', ids, options),
    knownImageIds: (ids, options) => storedIds('prompt_images', ids, options),
    async *listCorpus(options) {
      const query = `SELECT id, prompt FROM prompts WHERE id > {after:String} ORDER BY id LIMIT ${pageRows}`;
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: z.infer<typeof listedRow>[] = await connection.read(query, {
          row: listedRow,
          parameters: { after },
          signal: options?.signal,
        });
        if (page.length > 0) yield page;
        after = page.length < pageRows ? undefined : page.at(-1)?.id;
      }
    },
    async findCorpusPrompt(id) {
      const query = 'SELECT id, prompt, url FROM prompts WHERE id = {id:String} LIMIT 1';
      const row = z.object({ id: z.string(), prompt: z.string(), url: z.string() });
      const [found] = await connection.read(query, { row, parameters: { id } });
      return found && { id: found.id, prompt: found.prompt, picture: found.url || undefined };
    },
    async sampleCosines() {
      const [promptIds, imageIds] = await Promise.all([sampleIds('prompts'), sampleIds('prompt_images')]);
      const [prompts, images, prompted] = await Promise.all([
        vectors('prompts', promptIds),
        vectors('prompt_images', imageIds),
        vectors('prompts', imageIds),
      ]);
      return cosines(prompts, images, new Map(prompted.map(({ id, vector }) => [id, vector])));
    },
  };
}

function checkBatch(batch: readonly CorpusRow[], dimensions: number): void {
  checkSize(batch);
  for (const { promptVector, imageVector } of batch) {
    checkVector(promptVector, dimensions);
    if (imageVector) checkVector(imageVector, dimensions);
  }
}

function checkSize(batch: readonly unknown[]): void {
  if (batch.length > maxBatch) {
    throw new BotError(
      'too_large',
      `One batch holds at most ${maxBatch} rows, this one has ${batch.length}: send several.`,
    );
  }
}

function firstOfEachId<Row extends { id: string }>(batch: readonly Row[]): Row[] {
  return [...new Map(batch.toReversed().map((row) => [row.id, row])).values()];
}

function hasPicture(row: CorpusRow): row is CorpusRow & CorpusImage {
  return row.imageVector !== undefined;
}

interface VectorRow {
  id: string;
  vector: readonly number[];
}

function cosines(
  prompts: readonly VectorRow[],
  images: readonly VectorRow[],
  promptOf: ReadonlyMap<string, readonly number[]>,
): CosineSample {
  const textToImage = (image: VectorRow, id: string) => {
    const prompt = promptOf.get(id);
    return prompt ? [dot(prompt, image.vector)] : [];
  };
  return {
    textToText: pairs(prompts).map(([one, other]) => dot(one.vector, other.vector)),
    textToImage: {
      matching: images.flatMap((image) => textToImage(image, image.id)),
      unrelated: pairs(images).flatMap(([one, other]) => textToImage(one, other.id)),
    },
    imageToImage: pairs(images).map(([one, other]) => dot(one.vector, other.vector)),
  };
}

/** Every row with the next few of the random order, without pairs of a row with itself. */
function pairs(rows: readonly VectorRow[]): [VectorRow, VectorRow][] {
  return rows.flatMap((row, index) =>
    rows.slice(index + 1, index + 1 + pairsPerRow).map((other): [VectorRow, VectorRow] => [row, other]),
  );
}

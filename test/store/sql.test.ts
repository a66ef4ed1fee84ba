import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createConnection } from '../../src/store/connection.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import { exactCorpusQuery } from '../../src/store/search.ts';
import { buildVectorIndex, dropVectorIndex } from '../../src/store/vector-index.ts';
import type { EngineKind } from '../fakes/clickhouse/engine.ts';
import type { Request } from '../fakes/clickhouse/request.ts';
import { openOnServer } from './on-server.ts';
import { corpusRow, generation, model, post, reaction, vector } from './samples.ts';

const kinds: readonly EngineKind[] = ['clickhouse', 'myscale-v1', 'myscale-v2'];

const statements = new Map<EngineKind, string[]>();

beforeAll(async () => {
  for (const kind of kinds) statements.set(kind, await statementsOn(kind));
});

describe.each(kinds)('the SQL on %s', (kind) => {
  it('is this', async () => {
    const text = `${(statements.get(kind) ?? []).join(';\n\n')};\n`;
    await expect(text).toMatchFileSnapshot(`sql/${kind}.sql`);
  });
});

/** Every statement that the store sends, once each: those of the first start in their order, then the others by their words, for some are sent at once. */
async function statementsOn(kind: EngineKind): Promise<string[]> {
  const { server, store, close } = await openOnServer({ kind });
  const starting = new Set(server.requests.map(statementOf));
  await store.importPairs([corpusRow('a', { imageVector: vector(2) })]);
  await store.logGeneration(generation('g'));
  await store.logPost(post('m'));
  await store.logReaction(reaction('r'));
  await store.searchPrompts(vector(1), { limit: 5, scope: 'scope' });
  await store.searchImages(vector(1), { limit: 5, scope: 'scope' });
  await store.searchWords('prompt of a', vector(1), { limit: 5, scope: 'scope' });
  await store.findGenerationByPost(post('m'));
  await store.lineage('scope', 'g');
  await store.history('scope', 'user', { limit: 5, before: new Date() });
  await store.vectorsOf('scope', 'g');
  await store.postsOf('scope', 'g');
  await store.reactionsBy('user', 'g');
  await store.findCorpusPrompt('a');
  await store.sampleCosines();
  await store.isImageUsed('k');
  await store.counts();
  await store.deleteGeneration('scope', 'g');
  await rebuildIndex(server.url);
  const sent = new Set(server.requests.map(statementOf));
  await close();
  return [...starting, ...[...sent].filter((statement) => !starting.has(statement)).toSorted()];
}

async function rebuildIndex(url: string): Promise<void> {
  const connection = createConnection(await connectServer(url));
  const { dialect } = connection;
  await connection.read(exactCorpusQuery(dialect, 'prompts'), {
    row: z.object({ id: z.string() }),
    parameters: { vector: dialect.encodeVector(vector(1)), limit: 5 },
    settings: dialect.searchSettings(1, 5),
  });
  await dropVectorIndex(connection, 'prompts');
  await buildVectorIndex(connection, 'prompts', { dimensions: model.dimensions });
  await connection.close();
}

/** Without the rows of an insert, and with the names of its parameters. */
function statementOf({ query, parameters }: Request): string {
  const text = query.replace(/(FORMAT JSONEachRow)\n[\s\S]*$/, '$1').trim();
  const names = Object.keys(parameters);
  return names.length > 0 ? `-- parameters: ${names.join(', ')}\n${text}` : text;
}

describe.each(['myscale-v1', 'myscale-v2'] as const)('what %s is sent keeps to its grammar:', (kind) => {
  const all = () => statements.get(kind) ?? [];
  const searches = () => all().filter((statement) => /\bdistance\(/.test(statement));

  it('vector searches take the parameter, sort by the distance alone, ascending, and have a limit', () => {
    expect(searches()).toHaveLength(2);
    for (const search of searches()) {
      expect(search).toMatch(
        /^-- parameters: vector, limit\nSELECT .*distance\('alpha=3'\)\(\w+_vector, \{vector:Array\(Float32\)\}\) AS distance\nFROM \w+ ORDER BY distance LIMIT \{limit:UInt32\}\n/,
      );
      expect(search).not.toMatch(/\b(WHERE|DESC|LIMIT \d+ BY)\b/);
    }
  });

  it('vector searches ask for rows outside the index too, and nothing else does', () => {
    for (const statement of all().filter((each) => each.includes('enable_brute_force_vector_search'))) {
      expect(statement).toMatch(/\bdistance\(|cosineDistance\(/);
    }
    for (const search of searches()) expect(search).toContain('enable_brute_force_vector_search = 1');
  });

  it('vectors lie in a checked column of Float32 whose metric is cosine with and without the index', () => {
    const metric = kind === 'myscale-v1' ? 'vector_search_metric_type' : 'float_vector_search_metric_type';
    for (const [table, column] of [
      ['prompts', 'prompt_vector'],
      ['prompt_images', 'image_vector'],
    ]) {
      const made = all().find((statement) => statement.startsWith(`CREATE TABLE IF NOT EXISTS ${table} (`));
      expect(made).toContain(`${column} Array(Float32)`);
      expect(made).toContain(`CHECK length(${column}) = 16`);
      expect(made).toMatch(new RegExp(`SETTINGS .*\\b${metric} = 'Cosine'$`));
      expect(all()).toContain(
        `ALTER TABLE ${table} ADD VECTOR INDEX IF NOT EXISTS ${column}_index ${column} TYPE MSTG('metric_type=Cosine')`,
      );
    }
  });

  it('nothing is said that only ClickHouse understands', () => {
    const text = all().join('\n');
    expect(text).not.toMatch(
      /vector_similarity|EPHEMERAL|reinterpret|base64Decode|query_condition_cache|hnsw_|rescoring/,
    );
    expect(text).not.toMatch(
      /hasAnyTokens|TYPE text|MATERIALIZE INDEX (?!prompt_words)|ALTER TABLE \w+ UPDATE|DELETE FROM/,
    );
  });
});

it('says nothing to ClickHouse that only MyScale understands', () => {
  const text = (statements.get('clickhouse') ?? []).join('\n');
  expect(text).not.toMatch(/\bdistance\(|VECTOR INDEX|vector_search_metric_type =|enable_brute_force_vector_search/);
  expect(text).not.toMatch(/textsearch\(|TYPE fts/);
});

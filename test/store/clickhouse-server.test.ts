import path from 'node:path';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineKind } from '../fakes/clickhouse/engine.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';

let data: TemporaryFolder;
let server: ClickHouseServer;
let client: ClickHouseClient;

const start = async (kind: EngineKind) => {
  data = temporaryFolder();
  server = await startClickHouse({ folder: path.join(data.folder, 'server'), kind });
  client = createClient({
    url: server.url,
    compression: { request: true, response: true },
    log: { level: ClickHouseLogLevel.OFF },
  });
};

afterEach(async () => {
  await client.close();
  await server.close();
  data.remove();
});

const refusal = async (query: string) => {
  const error = await client.command({ query }).catch((caught: unknown) => caught);
  return error instanceof Error && 'code' in error ? error.code : 'no error';
};

const rows = async (query: string, parameters: Record<string, unknown> = {}) =>
  (await client.query({ query, format: 'JSONEachRow', query_params: parameters })).json();

describe('the ClickHouse server of the tests', () => {
  beforeEach(() => start('clickhouse'));

  const ask = (address: string, request: RequestInit = {}) => {
    const url = new URL(address, server.url);
    url.username = '';
    url.password = '';
    return fetch(url, { ...request, headers: { authorization: `Basic ${btoa('default:')}`, ...request.headers } });
  };

  it('takes a query from the address, from the body, and from both', async () => {
    expect(await (await ask('/?query=SELECT%201')).text()).toBe('1\n');
    expect(await (await ask('/', { method: 'POST', body: 'SELECT 2' })).text()).toBe('2\n');
    expect(await (await ask('/?query=SELECT', { method: 'POST', body: '3' })).text()).toBe('3\n');
  });

  it('takes parameters of every type, in the address and in a form', async () => {
    const query =
      'SELECT {s:String} AS s, {a:Array(String)} AS a, {v:Array(Float32)} AS v, {n:UInt32} AS n, {i:Int64} AS i';
    const parameters = { s: "it's\t\\", a: ["'", '\n'], v: [0.5, -1e-7], n: 7, i: -3 };
    const expected = [{ ...parameters, v: [0.5, expect.closeTo(-1e-7, 12)] }];
    expect(await rows(query, parameters)).toEqual(expected);
    const form = createClient({ url: server.url, use_multipart_params_auto: true });
    const long = { ...parameters, s: 'x'.repeat(20_000) };
    const answer = await form.query({ query, format: 'JSONEachRow', query_params: long });
    expect(await answer.json()).toEqual([{ ...expected[0], s: long.s }]);
    await form.close();
    expect(server.requests.map(({ body }) => body)).toEqual(['plain', 'multipart']);
  });

  it('packs an answer when it is asked to, and unpacks what comes', async () => {
    const address = '/?enable_http_compression=1&query=SELECT%201';
    const packed = await ask(address, { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    const plain = await ask('/?query=SELECT%201', { headers: { 'accept-encoding': 'gzip' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    await client.command({ query: 'CREATE TABLE t (id String) ENGINE = MergeTree ORDER BY id' });
    await client.insert({ table: 't', values: [{ id: 'a' }], format: 'JSONEachRow' });
    expect(server.requests.at(-1)?.body).toBe('gzip');
    expect(await rows('SELECT id FROM t')).toEqual([{ id: 'a' }]);
  });

  it('sums up what it read and wrote, and repeats the id of the query', async () => {
    await client.command({ query: 'CREATE TABLE t (id String) ENGINE = MergeTree ORDER BY id' });
    const values = Array.from({ length: 5 }, (_, index) => ({ id: String(index) }));
    const { summary, query_id } = await client.insert({
      table: 't',
      values,
      format: 'JSONEachRow',
      query_id: 'mine',
      clickhouse_settings: { async_insert: 0 },
    });
    expect(summary).toMatchObject({ written_rows: '5' });
    expect(query_id).toBe('mine');
    const read = await client.query({ query: 'SELECT id FROM t', format: 'JSONEachRow' });
    await read.json();
    expect(read.response_headers['x-clickhouse-summary']).toContain('"read_rows":"5"');
  });

  it('answers exceptions with their code and status', async () => {
    const missing = await ask('/?query=SELECT%20*%20FROM%20nowhere');
    expect([missing.status, missing.headers.get('x-clickhouse-exception-code')]).toEqual([404, '60']);
    const wrong = await ask('/?query=SELECT%201%20FROM');
    expect([wrong.status, wrong.headers.get('x-clickhouse-exception-code')]).toEqual([400, '62']);
    expect(await refusal('SELECT 1 SETTINGS enable_brute_force_vector_search = 1')).toBe('115');
  });

  it('keeps nothing from one request for the next, and has no sessions', async () => {
    await ask('/?query=SELECT%201&max_threads=1');
    expect(await rows("SELECT count() AS count FROM system.settings WHERE changed AND name = 'max_threads'")).toEqual([
      { count: 0 },
    ]);
    expect((await ask('/?query=SELECT%201&session_id=s')).status).toBe(400);
  });

  it('says how long it keeps a connection', async () => {
    expect((await ask('/?query=SELECT%201')).headers.get('keep-alive')).toBe('timeout=10');
  });
});

describe('its MyScale mode', () => {
  beforeEach(async () => {
    await start('myscale-v2');
    await client.command({
      query:
        'CREATE TABLE t (id UInt32, v Array(Float32), CONSTRAINT c CHECK length(v) = 3) ENGINE = MergeTree ORDER BY id',
    });
    await client.command({ query: 'INSERT INTO t SELECT number, [number, number, 1] FROM numbers(10)' });
  });

  const nearest = 'SELECT id, distance(v, [2., 2., 1.]) AS d FROM t';
  const everywhere = 'SETTINGS enable_brute_force_vector_search = 1';

  it('answers error 62 for a wrong direction, and without a limit or an order', async () => {
    expect(await refusal(`${nearest} ORDER BY d DESC LIMIT 3 ${everywhere}`)).toBe('62');
    expect(await refusal(`${nearest} ORDER BY d ${everywhere}`)).toBe('62');
    expect(await refusal(`${nearest} LIMIT 3 ${everywhere}`)).toBe('62');
    await client.command({ query: "ALTER TABLE t ADD VECTOR INDEX i v TYPE SCANN('metric_type=IP')" });
    expect(await refusal(`${nearest} ORDER BY d LIMIT 3 ${everywhere}`)).toBe('62');
  });

  it('gives no rows of parts that are not built, unless they are asked for', async () => {
    const query = `${nearest} ORDER BY d LIMIT 1`;
    expect(await rows(query)).toEqual([]);
    expect(await rows(`${query} ${everywhere}`)).toEqual([{ id: 2, d: 0 }]);
    await client.command({ query: "ALTER TABLE t ADD VECTOR INDEX i v TYPE MSTG('metric_type=Cosine')" });
    expect(await rows(query)).toEqual([]);
    await client.command({ query: 'SYSTEM WAIT BUILDING VECTOR INDICES t' });
    expect(await rows(query)).toEqual([{ id: 2, d: expect.closeTo(0, 6) }]);
  });

  it('measures by L2, squared, where no index and no setting says otherwise', async () => {
    expect(await rows(`SELECT id, distance(v, [0., 0., 1.]) AS d FROM t ORDER BY d LIMIT 2 ${everywhere}`)).toEqual([
      { id: 0, d: 0 },
      { id: 1, d: 2 },
    ]);
  });

  it('refuses settings, indexes and functions that came after its version', async () => {
    expect(await refusal('SELECT 1 SETTINGS vector_search_with_rescoring = 1')).toBe('115');
    expect(await refusal("ALTER TABLE t ADD INDEX i v TYPE vector_similarity('hnsw', 'cosineDistance', 3)")).toBe('80');
    expect(await refusal("SELECT reinterpret('abcd', 'Array(Float32)')")).toBe('43');
  });

  it('refuses index types and parameters that it lacks', async () => {
    expect(await refusal("ALTER TABLE t ADD VECTOR INDEX i v TYPE MSTG('disk_mode=1')")).toBe('36');
    expect(await refusal("ALTER TABLE t ADD VECTOR INDEX i v TYPE HNSWFLAT('m=7')")).toBe('36');
    expect(await refusal("ALTER TABLE t ADD VECTOR INDEX i id TYPE MSTG('metric_type=Cosine')")).toBe('36');
    await client.command({ query: "ALTER TABLE t ADD VECTOR INDEX i v TYPE MSTG('metric_type=Cosine')" });
    expect(
      await refusal(`SELECT id, distance('alpha=5')(v, [2., 2., 1.]) AS d FROM t ORDER BY d LIMIT 1 ${everywhere}`),
    ).toBe('36');
    expect(await refusal('ALTER TABLE t DROP VECTOR INDEX other')).toBe('36');
  });

  describe('full-text search', () => {
    const best = (text = "'two'", parameters = "'enable_nlq=false'") =>
      `SELECT id, textsearch(${parameters})(s, ${text}) AS score FROM w`;
    const ranked = 'ORDER BY score DESC LIMIT 5';

    beforeEach(async () => {
      await client.command({ query: 'CREATE TABLE w (id UInt32, s String) ENGINE = MergeTree ORDER BY id' });
      await client.command({ query: "INSERT INTO w VALUES (1, 'One, two'), (2, 'TWO'), (3, 'three—four')" });
    });

    const addIndex = (tokenizer = '{"type":"simple"}') =>
      client.command({ query: `ALTER TABLE w ADD INDEX i s TYPE fts('{"s":{"tokenizer":${tokenizer}}}')` });
    const materialize = () =>
      client.command({ query: 'ALTER TABLE w MATERIALIZE INDEX i SETTINGS mutations_sync = 2' });

    it('needs an index that is made for every part', async () => {
      expect(await refusal(`${best()} ${ranked}`)).toBe('742');
      await addIndex();
      expect(await refusal(`${best()} ${ranked}`)).toBe('394');
      await client.command({ query: "INSERT INTO w VALUES (4, 'two, much later')" });
      expect(await refusal(`${best()} ${ranked}`)).toBe('394');
      await materialize();
      expect(await rows(`SELECT id FROM (${best()} ${ranked})`)).toEqual([{ id: 2 }, { id: 1 }, { id: 4 }]);
    });

    it('finds words of letters and digits, up to a length, in any case and any script', async () => {
      await client.command({ query: `INSERT INTO w VALUES (5, 'Ñandú ${'x'.repeat(50)}')` });
      await addIndex();
      await materialize();
      const found = async (text: string) => rows(`SELECT id FROM (${best(`'${text}'`)} ${ranked})`);
      expect(await found('FOUR!')).toEqual([{ id: 3 }]);
      expect(await found('three-two')).toHaveLength(3);
      expect(await found('ñANDÚ')).toEqual([{ id: 5 }]);
      expect(await found('x'.repeat(50))).toEqual([]);
      await client.command({ query: 'ALTER TABLE w DROP INDEX i SETTINGS mutations_sync = 2' });
      await addIndex('{"type":"simple","length_limit":51}');
      await materialize();
      expect(await found('x'.repeat(50))).toEqual([{ id: 5 }]);
      const all = best("'one two'", "'enable_nlq=0', 'operator=AND'");
      expect(await rows(`SELECT id FROM (${all} ${ranked})`)).toEqual([{ id: 1 }]);
    });

    it('answers error 62 without a limit or an order, and for the wrong one', async () => {
      await addIndex();
      await materialize();
      for (const end of ['LIMIT 5', 'ORDER BY score DESC', 'ORDER BY score LIMIT 5', 'ORDER BY id DESC LIMIT 5'])
        expect(await refusal(`SELECT id FROM (${best()} ${end}) ORDER BY id DESC LIMIT 5`)).toBe('62');
    });

    it('refuses texts that are not constant, and parameters and tokenizers that it lacks', async () => {
      expect(await refusal(`ALTER TABLE w ADD INDEX i s TYPE fts('{"s":{"tokenizer":{"type":"simpel"}}}')`)).toBe('36');
      expect(
        await refusal(
          `ALTER TABLE w ADD INDEX i s TYPE fts('{"s":{"tokenizer":{"type":"default","length_limit":9}}}')`,
        ),
      ).toBe('36');
      await addIndex();
      await materialize();
      expect(await refusal(`${best('s')} ${ranked}`)).toBe('36');
      for (const parameter of ['enable_nlq=no', 'operator=or', 'fuzzy=1', 'enable_nlq'])
        expect(await refusal(`${best("'two'", `'${parameter}'`)} ${ranked}`)).toBe('36');
      expect(await rows(`SELECT id FROM (${best('{t:String}')} ${ranked})`, { t: "' two" })).toHaveLength(2);
    });
  });
});

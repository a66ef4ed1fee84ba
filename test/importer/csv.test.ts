import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openReader } from '../../src/importer/open-reader.ts';
import { readFile, recordsOf, rejectedOf, resumedEverywhere, rowsOf, sourceOf } from './reading.ts';

const header = 'id,prompt,url,width,height,source_site';

const read = (text: string) => readFile('prompts.csv', text);

describe('the CSV reader', () => {
  it('reads the six columns', async () => {
    expect(rowsOf(await read(`${header}\nx1,a cat,https://p/1.png,512,768,site\n`))).toEqual([
      { id: 'x1', prompt: 'a cat', url: 'https://p/1.png', width: 512, height: 768, sourceSite: 'site' },
    ]);
  });

  it('takes the columns in any order and case, more of them, a byte order mark, and any line ends', async () => {
    const text =
      '\ufeffPrompt, HEIGHT,extra,width,source_site,url,id\r\na cat,2,e,1,s,u,x1\r\na dog,2,e,1,s,u,x2\na bird,2,e,1,s,u,x3';
    expect(rowsOf(await read(text)).map(({ id, prompt, width, height }) => [id, prompt, width, height])).toEqual([
      ['x1', 'a cat', 1, 2],
      ['x2', 'a dog', 1, 2],
      ['x3', 'a bird', 1, 2],
    ]);
  });

  it('takes nothing for a column that is missing, though another has no name', async () => {
    expect(rowsOf(await read(',id,prompt\n7,x1,a cat\n'))).toEqual([
      { id: 'x1', prompt: 'a cat', url: '', width: 0, height: 0, sourceSite: '' },
    ]);
  });

  it('takes what it can not read as a size for unknown', async () => {
    const rows = rowsOf(await read(`${header}\n1,a,u,,abc,s\n2,b,u,-5,99999999999,s\n3,c,u,1.5,7,s\n`));
    expect(rows.map(({ width, height }) => [width, height])).toEqual([
      [0, 0],
      [0, 0],
      [0, 7],
    ]);
  });

  it('reads quotes, commas and lines inside a prompt, and stray quotes as they are', async () => {
    const rows = rowsOf(await read(`${header}\n1,"a ""big"" cat,\n\nasleep",u,1,1,s\n2,6" tall "cat",u,1,1,s\n`));
    expect(rows.map(({ prompt }) => prompt)).toEqual(['a "big" cat,\n\nasleep', '6" tall "cat"']);
  });

  it('rejects bad rows with line and reason and goes on', async () => {
    const text = `${header}\n1,"two\nlines",u,1,1,s\n,no id,u,1,1,s\n\n2, ,u,1,1,s\n3,a,b,c\n4,a,b,1,1,s,x\n5,good,u,1,1,s\n6,"open,u,1,1,s`;
    const records = await read(text);
    expect(rowsOf(records).map(({ id }) => id)).toEqual(['1', '5']);
    expect(rejectedOf(records).toSorted((one, other) => one.line - other.line)).toEqual([
      { line: 4, reason: 'it has no id', raw: ',no id,u,1,1,s' },
      { line: 6, reason: 'its prompt is empty', raw: '2, ,u,1,1,s' },
      { line: 7, reason: 'it has another number of columns than the header', raw: '3,a,b,c' },
      { line: 8, reason: 'it has another number of columns than the header', raw: '4,a,b,1,1,s,x' },
      { line: 10, reason: 'a quote is never closed', raw: '6,"open,u,1,1,s' },
    ]);
  });

  it('refuses a file without a column of prompts, naming those it has', async () => {
    for (const [text, words] of [
      ['', 'The file is empty. It needs a column of prompts'],
      ['1,a cat,u,1,1,s\n', 'no column prompt; its columns are 1, a cat, u'],
      ['id,text\n1,a\n', 'no column prompt; its columns are id, text'],
    ] as const) {
      await expect(read(text)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining(words),
      });
    }
  });

  it('reads on from any of its records as if it had never stopped, bad rows at their places', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => {
      if (index % 7 === 3) return ',no id,u,1,1,s';
      if (index % 11 === 5) return 'too,few';
      return `${index},"a ""cat"",\r\nnumber ${index} 猫",u,1,1,s${index % 5 === 0 ? '\r\n' : ''}`;
    });
    const bytes = Buffer.from(`\ufeff${[header, ...rows].join('\r\n')}`);
    for (const piece of [65_536, 100, 7]) {
      const reader = () => openReader(sourceOf('prompts.csv', bytes, piece), {});
      expect(await resumedEverywhere(reader)).toBe(31);
      const lines = (await recordsOf(await reader())).map((record) =>
        'row' in record ? record.next.line - 1 : record.rejected.line,
      );
      expect(lines).toEqual(lines.toSorted((one, other) => one - other));
    }
  });

  it('rejects the line of a quote that is never closed, and that line alone', async () => {
    const good = (index: number) => `${index},"a cat, number ${index}",u,1,1,s\n`;
    for (const [place, rows] of [
      [0, 3],
      [2, 3],
      [2, 5_000],
    ] as const) {
      const lines = Array.from({ length: rows }, (_, index) => good(index));
      const text = [`${header}\n`, ...lines.toSpliced(place, 0, 'x,"open,u,1,1,s\n')].join('');
      const records = await read(text);
      expect(rowsOf(records)).toHaveLength(rows);
      expect(rejectedOf(records)).toEqual([
        { line: place + 2, reason: 'a quote is never closed', raw: 'x,"open,u,1,1,s' },
      ]);
    }
    const plain = await read(`${header}\n1,a,u,1,1,s\n2,"open,u,1,1,s\n${'3,b,u,1,1,s\n'.repeat(5_000)}`);
    expect(rowsOf(plain)).toHaveLength(5_001);
    expect(rejectedOf(plain)).toMatchObject([{ line: 3 }]);
  });

  it('drops a row that is too long, and goes on behind it', async () => {
    const records = await read(`${header}\n1,a,u,1,1,s\n2,"${'x'.repeat(3_000_000)}",u,1,1,s\n3,b,u,1,1,s\n`);
    expect(rowsOf(records).map(({ id }) => id)).toEqual(['1', '3']);
    expect(rejectedOf(records)).toMatchObject([{ line: 3, reason: 'it is longer than 1 MB' }]);
    expect(rejectedOf(records)[0]?.raw.length).toBeLessThan(2_000);
  });

  it('loses no good row to bad ones, wherever they are', async () => {
    const prompt = fc.string({ unit: 'grapheme' }).map((text) => `a${text.replaceAll('"', '""')}z`);
    const good = prompt.map((text) => ({ isGood: true, text: `"${text}",u,1,1,s` }));
    const bad = fc
      .constantFrom('"open,u,1,1,s', 'plain,u,1,1,"s', '"two\nlines",u', 'few', '"a" and "b,u,1,"1,s')
      .map((text) => ({ isGood: false, text }));
    const rows = fc.array(fc.oneof(good, good, bad), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(65_536, 5), async (all, piece) => {
        const text = [header, ...all.map(({ text }, index) => `${index},${text}`)].join('\n');
        const records = await recordsOf(await openReader(sourceOf('p.csv', Buffer.from(text), piece), {}));
        const wanted = all.flatMap(({ isGood }, index) => (isGood ? [String(index)] : []));
        const found = new Map(rowsOf(records).map(({ id, prompt }) => [id, prompt]));
        for (const index of wanted) expect(found.get(index)).toMatch(/^a[\s\S]*z$/);
        await resumedEverywhere(() => openReader(sourceOf('p.csv', Buffer.from(text), piece), {}));
      }),
      { numRuns: 150 },
    );
  });

  it('reads no further than its rows are taken', async () => {
    const line = `1,${'x'.repeat(1_000)},u,1,1,s\n`;
    const source = sourceOf('prompts.csv', Buffer.from(`${header}\n${line.repeat(20_000)}`));
    let taken = 0;
    for await (const _ of (await openReader(source, {})).read()) {
      taken += 1;
      if (taken === 50) break;
    }
    expect(source.taken()).toBeLessThan(2_000_000);
  });

  it('reads back any text that was written with quotes', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => value.trim() === value && value !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), async (prompts) => {
        const lines = prompts.map((prompt, index) => `${index},"${prompt.replaceAll('"', '""')}",u,1,1,s`);
        expect(rowsOf(await read([header, ...lines].join('\n'))).map(({ prompt }) => prompt)).toEqual(prompts);
      }),
      { numRuns: 50 },
    );
  });
});

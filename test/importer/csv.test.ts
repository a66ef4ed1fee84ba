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
    for (const [text, columns] of [
      ['', 'none'],
      ['1,a cat,u,1,1,s\n', '1, a cat, u'],
      ['id,text\n1,a\n', 'id, text'],
    ] as const) {
      await expect(read(text)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining(`no column prompt; its columns are ${columns}`),
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

  it('stops at a quote that would swallow the rest of the file', async () => {
    const endless = `${header}\n1,a,u,1,1,s\n2,"open,u,1,1,s\n${'3,b,u,1,1,s\n'.repeat(200_000)}`;
    await expect(read(endless)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('line 3'),
    });
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

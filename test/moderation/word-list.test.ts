import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { parseWordList, readWordList } from '../../src/moderation/word-list.ts';
import { createWordModerator } from '../../src/moderation/words.ts';

const judge = (list: string, text: string, log = pino({ level: 'silent' })) =>
  createWordModerator(parseWordList(list).entries, log).judge(text);

describe('the list', () => {
  it('holds words, phrases, patterns and marks, with comments and empty lines', () => {
    const { entries, faults } = parseWordList(
      '\uFEFF# ours\r\n\r\nbad word\n  nsfw: Nude \nNSFW:/bare\\s+skin/i\n/x{3}/\n',
    );
    expect(faults).toEqual([]);
    expect(entries.map(({ line, text, isAdult, pattern }) => [line, text, isAdult, pattern?.source])).toEqual([
      [3, 'bad word', false, undefined],
      [4, 'Nude', true, undefined],
      [5, '/bare\\s+skin/i', true, 'bare\\s+skin'],
      [6, '/x{3}/', false, 'x{3}'],
    ]);
  });

  it('names every faulty line at once', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'words-'));
    const file = path.join(folder, 'blocked.txt');
    writeFileSync(file, `fine\n/(/\n***\n/a/g\n/a*/\nx\n${'y'.repeat(201)}\n`);
    expect(() => readWordList(file)).toThrow(
      expect.objectContaining({
        code: 'invalid_settings',
        message: expect.stringMatching(
          /line 2: Invalid regular.*\n.*line 3: holds no letter.*\n.*line 4: \/g: only.*\n.*line 5: the pattern matches every.*\n.*line 6: x is a single letter.*\n.*line 7: is longer/,
        ),
      }),
    );
  });

  it('is a fault of the settings when it is not there', () => {
    expect(() => readWordList('/nowhere/words.txt')).toThrow(
      expect.objectContaining({ code: 'invalid_settings', message: expect.stringContaining('/nowhere/words.txt') }),
    );
  });
});

describe('a verdict', () => {
  it('names the entry as the operator wrote it, and its line', () => {
    expect(judge('one\nBad Word', 'such a b4d w0rd').refused).toEqual({
      name: 'blocked words, line 2',
      reason: "“Bad Word” is on the operator's list of blocked words",
    });
  });

  it('marks as adult without refusing, and does both where both hold', () => {
    const list = 'nsfw: nude\nbadword';
    expect(judge(list, 'a nude')).toEqual({
      refused: undefined,
      adult: expect.objectContaining({ name: 'adult words, line 1' }),
    });
    expect(judge(list, 'a nude badword')).toMatchObject({ refused: { name: 'blocked words, line 2' }, adult: {} });
  });

  it('comes from patterns over what people see and over plain letters', () => {
    expect(judge('/\\bKILL(ing)?\\b/', 'KILL').refused).toBeDefined();
    expect(judge('/\\bkill(ing)?\\b/', 'K\u00adÍLLing').refused).toBeDefined();
    expect(judge('/\\bkill(ing)?\\b/', 'skilling').refused).toBeUndefined();
  });

  it('does not wait for a pattern that backtracks without end, and refuses what that could not judge', () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    const began = performance.now();
    const verdict = judge('fine\n/^(a+)+$/', `${'a'.repeat(60)}!`, log);
    expect(verdict.refused?.name).toBe('blocked words, line 2, too slow');
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(lines.join('')).toContain('"line":2');
    expect(lines.join('')).not.toContain('aaaa');
  });
});

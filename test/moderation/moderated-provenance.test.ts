import { pino } from 'pino';
import { expect, it } from 'vitest';
import { moderateProvenance } from '../../src/moderation/moderated-provenance.ts';
import { parseWordList } from '../../src/moderation/word-list.ts';
import { createWordModerator } from '../../src/moderation/words.ts';
import type { CarriedPrompt } from '../../src/provenance.ts';

const { judge } = createWordModerator(parseWordList('badword').entries, pino({ level: 'silent' }));

async function told(prompt: string, negativePrompt?: string): Promise<boolean> {
  const carried: CarriedPrompt = {
    match: { id: 'p', prompt, source: 'picture', similarity: 1 },
    parameters: { prompt, negativePrompt },
  };
  const answer = async () => carried;
  const moderated = moderateProvenance({ of: answer, read: answer }, { judgeWords: judge });
  const [byKey, byBytes] = [await moderated.of('key', 'scope'), await moderated.read(new Uint8Array(), 'scope')];
  expect(byKey).toEqual(byBytes);
  return byKey === carried;
}

it('tells what a picture carries, but never what the list refuses', async () => {
  expect(await told('a fox', 'blurry')).toBe(true);
  expect(await told('a b4dword')).toBe(false);
  expect(await told('a fox', 'badword')).toBe(false);
});

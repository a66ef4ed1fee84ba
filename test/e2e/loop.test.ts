import { afterAll, describe, expect, it } from 'vitest';
import { apiOf, lastPictures, picturesOf } from './api.ts';
import { type Program, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

/** The whole loop over the public HTTP API, with the real program, database, model and generator. */
describe('the loop', () => {
  let program: Program;
  afterAll(() => program.end('SIGKILL'));

  it('does prompt, like, refine, restart, an old button, reverse search, delete', { timeout: 180_000 }, async () => {
    const folder = await usedFolder();
    program = await startProgram(folder);
    let api = apiOf(program);

    const id = await api.ask('prompt', { text: 'a cat sleeping on the sofa', count: 2, seed: 7 });
    const first = await api.finished(id);
    expect(first.status).toBe('done');
    const neighbours = first.messages.flatMap((message) => message.neighbours ?? []);
    expect(neighbours.length).toBeGreaterThanOrEqual(3);
    for (const { imageUrl } of neighbours) expect((await fetch(api.url(imageUrl ?? '/missing'))).status).toBe(200);
    const refinement = first.messages.find((message) => message.refinement)?.refinement;
    expect(refinement?.original).toBe('a cat sleeping on the sofa');
    expect(refinement?.prompt).toContain('a cat sleeping on the sofa');
    expect(refinement?.changes.length).toBeGreaterThan(0);
    for (const change of refinement?.changes ?? []) {
      expect(neighbours.map((neighbour) => neighbour.id)).toContain(change.neighbourId);
    }
    const made = lastPictures(first);
    expect(made.images.map(({ seed }) => seed)).toEqual([7, 8]);

    const liked = await api.send('POST', `/api/threads/${id}/messages/${made.id}/reactions`, { emoji: '👍' });
    expect(liked.status).toBe(202);
    const again = lastPictures(await api.press(id, made, '✨'));
    expect(again.parentId).toBe(made.generationId);

    expect(await program.end('SIGTERM')).toBe(0);
    program = await startProgram(folder);
    api = apiOf(program);

    const afterRestart = lastPictures(await api.press(id, again, '🔁'));
    expect(afterRestart.parentId).toBe(again.generationId);
    expect(afterRestart.images[0]?.seed).not.toBe(again.images[0]?.seed);

    const picture = await api.bytes(afterRestart.images[0]?.url ?? '');
    const search = await api.replyWith(id, picture);
    const found = search.messages
      .at(-1)
      ?.neighbours?.slice(0, 3)
      .map(({ prompt }) => prompt);
    expect(found).toContain(afterRestart.images[0]?.alt);

    const afterDelete = await api.press(id, afterRestart, '🗑️');
    expect(picturesOf(afterDelete).map((message) => message.id)).not.toContain(afterRestart.id);
    expect((await fetch(api.url(afterRestart.images[0]?.url ?? ''))).status).toBe(404);
    const { matches } = await api.read<{ matches: { id: string }[] }>(
      `/api/search?limit=50&text=${encodeURIComponent(afterRestart.images[0]?.alt ?? '')}`,
    );
    expect(matches.map((match) => match.id)).not.toContain(afterRestart.generationId);
    expect(matches.map((match) => match.id)).toContain(again.generationId);
  });
});

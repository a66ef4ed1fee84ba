import { type Composition, createComposer } from '../../src/generator/sketch/compose.ts';
import { loadIcons } from '../../src/generator/sketch/icons.ts';
import { readScene, type Scene } from '../../src/generator/sketch/scene.ts';
import { createVocabulary, type Vocabulary } from '../../src/generator/sketch/vocabulary.ts';

export interface Studio {
  vocabulary: Vocabulary;
  read(prompt: string, negativePrompt?: string): Scene;
  compose(prompt: string, seed?: number, size?: { width: number; height: number }): Promise<Composition>;
}

/** The parts of the sketch generator before pixels, with the real icons and words. */
export async function openStudio(): Promise<Studio> {
  const icons = await loadIcons();
  const vocabulary = createVocabulary(icons);
  const compose = createComposer(icons, vocabulary);
  const read = (prompt: string, negativePrompt = '') => readScene(prompt, negativePrompt, vocabulary);
  return {
    vocabulary,
    read,
    compose: (prompt, seed = 1, size = { width: 512, height: 512 }) =>
      compose(read(prompt), { ...size, seed: `${seed} ${prompt}` }),
  };
}

import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundledModel } from '../../src/embedder/open.ts';

export const preprocessor = 'preprocessor_config.json';

/** The bundled weights' preprocessing, which sees pictures darker by so many hundredths: other vectors of the same width, under another fingerprint. */
export async function darker(hundredths: number): Promise<string> {
  const settings = JSON.parse(await readFile(path.join(bundledModel, preprocessor), 'utf8')) as {
    image_mean: number[];
  };
  const image_mean = settings.image_mean.map((mean) => mean + hundredths / 100);
  return JSON.stringify({ ...settings, image_mean });
}

/** A copy of the bundled weights with that, in a new folder. */
export async function darkerFolder(folder: string, hundredths = 10): Promise<string> {
  await cp(bundledModel, folder, { recursive: true });
  await writeFile(path.join(folder, preprocessor), await darker(hundredths));
  return folder;
}

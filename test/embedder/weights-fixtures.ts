import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import { bundledModel as tinyFolder } from '../../src/embedder/open.ts';
import { darker, darkerFolder, preprocessor } from './darker-weights.ts';

export { tinyFolder };

export const silentLog = pino({ level: 'silent' });

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'embedder-'));
  folders.push(folder);
  return folder;
}

/** The bundled weights under the names of a quantised export, as a hub serves them. */
export async function hubFiles(): Promise<Record<string, Buffer>> {
  const names = {
    'config.json': 'config.json',
    'preprocessor_config.json': 'preprocessor_config.json',
    'tokenizer.json': 'tokenizer.json',
    'tokenizer_config.json': 'tokenizer_config.json',
    'onnx/text_model_quantized.onnx': 'onnx/text_model.onnx',
    'onnx/vision_model_quantized.onnx': 'onnx/vision_model.onnx',
  };
  const entries = Object.entries(names).map(async ([name, file]) => [
    name,
    await readFile(path.join(tinyFolder, file)),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** A copy of the bundled weights, with some files replaced. */
export async function copyOfTiny(replaced: Record<string, Buffer | string> = {}): Promise<string> {
  const folder = path.join(temporaryFolder(), 'some-model');
  await cp(tinyFolder, folder, { recursive: true });
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  for (const [name, bytes] of Object.entries(replaced)) await writeFile(path.join(folder, name), bytes);
  return folder;
}

/** A copy of the bundled weights that sees pictures darker, removed after the tests of the file. */
export async function darkerTiny(hundredths = 10): Promise<string> {
  return darkerFolder(path.join(temporaryFolder(), 'some-model'), hundredths);
}

/** The same, as a hub serves it. */
export async function darkerHubFiles(hundredths = 10): Promise<Record<string, Buffer>> {
  return { ...(await hubFiles()), [preprocessor]: Buffer.from(await darker(hundredths)) };
}

import path from 'node:path';
import { AutoTokenizer, CLIPTextModelWithProjection, env } from '@xenova/transformers';

/** The loop that one would write first: one text at a time, padded to 77 tokens, with the library's own settings. Texts a second. */
export async function naiveRate(folder: string, texts: readonly string[]): Promise<number> {
  env.allowRemoteModels = false;
  env.localModelPath = path.dirname(folder);
  const name = path.basename(folder);
  const [tokenizer, model] = await Promise.all([
    AutoTokenizer.from_pretrained(name),
    CLIPTextModelWithProjection.from_pretrained(name, { dtype: 'fp32' }),
  ]);
  const embed = async (text: string) =>
    model(tokenizer(text, { padding: 'max_length', max_length: 77, truncation: true }));
  for (const text of texts.slice(0, 3)) await embed(text);
  const start = performance.now();
  for (const text of texts) await embed(text);
  const seconds = (performance.now() - start) / 1_000;
  await model.dispose();
  return texts.length / seconds;
}

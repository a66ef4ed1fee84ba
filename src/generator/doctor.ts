import type { Check } from '../doctor.ts';
import { BotError, operatorsWords } from '../errors.ts';
import type { ImageConfig } from '../image-settings.ts';
import { openBackends } from './choose.ts';
import { rememberModels } from './model-list.ts';
import type { PooledBackend } from './pool/member.ts';

const timeoutMs = 10_000;
const mostNamed = 5;

/** Whether every image backend is reachable, accepts its login and has a model. */
export async function checkBackends(config: ImageConfig): Promise<Check[]> {
  try {
    return await Promise.all((await openBackends(config)).map(checkBackend));
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return [{ name: 'Image backends', ok: false, detail: error.message }];
  }
}

async function checkBackend({ name: backend, generator }: PooledBackend): Promise<Check> {
  const name = `Image backend ${backend}`;
  try {
    const models = await rememberModels(generator, { timeoutMs }).ask();
    if (models.length === 0)
      return { name, ok: false, detail: 'answers, but has no model', remedy: 'Add a model to it.' };
    const shown = models.slice(0, mostNamed).join(', ');
    const detail = `${models.length} ${models.length === 1 ? 'model' : 'models'}: ${shown}${models.length > mostNamed ? ', …' : ''}`;
    return { name, ok: true, detail };
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return { name, ok: false, detail: operatorsWords(error) };
  }
}

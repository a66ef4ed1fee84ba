import { BotError } from '../../errors.ts';
import type { GeneratedImage } from '../generator.ts';
import { type HttpAnswer, type HttpClient, isGood, parseJson } from '../http.ts';
import { OutOfMemory, saysOutOfMemory } from '../out-of-memory.ts';
import { readBase64Picture } from '../picture.ts';
import { seedAt } from '../seeds.ts';
import { type DrawnInfo, describeFailure, drawn, readInfo } from './answers.ts';

/** Pictures with consecutive seeds. */
export interface Run {
  seed: number;
  count: number;
}

export interface Drawn {
  images: GeneratedImage[];
  /** The checkpoint, where the server says it. */
  model: string | undefined;
}

/** The pictures of a run. Throws BotError `generator_failed`, or `OutOfMemory`. */
export async function readDrawn(client: HttpClient, answer: HttpAnswer, run: Run): Promise<Drawn> {
  if (!isGood(answer)) throw failureOf(client, answer);
  const { images, info } = client.read(answer, drawn);
  const told = readInfo(info);
  const pictures = images.slice(told.index_of_first_image).slice(0, run.count);
  if (pictures.length === 0) throw noPicture(client);
  return {
    images: await Promise.all(pictures.map((picture, index) => toImage(client, picture, seedOf(index, told, run)))),
    model: told.sd_model_name,
  };
}

/** What the server reports counts, brought into the 32 bits of a seed. */
function seedOf(index: number, { all_seeds: reported }: DrawnInfo, run: Run): number {
  return seedAt(reported[index] ?? run.seed + index, 0);
}

async function toImage(client: HttpClient, picture: string, seed: number): Promise<GeneratedImage> {
  return { ...(await readBase64Picture(picture, client.name)), seed };
}

function failureOf(client: HttpClient, answer: HttpAnswer): Error {
  const { detail, all } = describeFailure(parseJson(answer.bytes));
  if (answer.status >= 500 && saysOutOfMemory(all)) return new OutOfMemory(detail);
  if (/sampler/i.test(detail)) {
    return new BotError(
      'generator_failed',
      `${client.name} does not know the sampler. Change sampler= in IMAGE_BACKENDS to a name that its /sdapi/v1/samplers lists.`,
      { cause: new Error(detail) },
    );
  }
  return client.failure(answer, detail);
}

function noPicture({ name }: HttpClient): BotError {
  return new BotError(
    'generator_failed',
    `${name} sent no picture: somebody may have interrupted it. Try again; its own log says why.`,
  );
}

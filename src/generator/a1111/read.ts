import { GeneratorFault, operatorsFault } from '../fault.ts';
import type { GeneratedImage, Sampling } from '../generator.ts';
import { type HttpAnswer, type HttpClient, isGood, parseJson } from '../http.ts';
import { OutOfMemory, saysOutOfMemory } from '../out-of-memory.ts';
import { readBase64Picture } from '../picture.ts';
import { seedAt } from '../seeds.ts';
import { type DrawnInfo, describeFailure, drawn, readInfo } from './answers.ts';

/** Pictures with consecutive seeds. */
export interface Run {
  seed: number;
  count: number;
  /** What was sent. */
  sampling: Sampling;
}

export interface Drawn {
  images: GeneratedImage[];
  /** The checkpoint, where the server says it. */
  model: string | undefined;
}

/** The pictures of a run. Throws GeneratorFault, or `OutOfMemory`. */
export async function readDrawn(client: HttpClient, answer: HttpAnswer, run: Run): Promise<Drawn> {
  if (!isGood(answer)) throw failureOf(client, answer);
  const { images, info } = client.read(answer, drawn);
  const told = readInfo(info);
  const sampling = samplingOf(told, run);
  const pictures = images.slice(told.index_of_first_image).slice(0, run.count);
  if (pictures.length === 0) throw noPicture(client);
  return {
    images: await Promise.all(
      pictures.map((picture, index) => toImage(client, picture, { seed: seedOf(index, told, run), sampling })),
    ),
    model: told.sd_model_name,
  };
}

/** What the server reports counts, brought into the 32 bits of a seed. */
function seedOf(index: number, { all_seeds: reported }: DrawnInfo, run: Run): number {
  return seedAt(reported[index] ?? run.seed + index, 0);
}

/** The server knows what it took where nothing was sent. */
function samplingOf({ steps, cfg_scale: guidance, sampler_name: sampler }: DrawnInfo, run: Run): Sampling {
  const { sampling: sent } = run;
  return { steps: steps ?? sent.steps, guidance: guidance ?? sent.guidance, sampler: sampler ?? sent.sampler };
}

async function toImage(
  client: HttpClient,
  picture: string,
  more: Pick<GeneratedImage, 'seed' | 'sampling'>,
): Promise<GeneratedImage> {
  return { ...(await readBase64Picture(picture, client.name)), ...more };
}

function failureOf(client: HttpClient, answer: HttpAnswer): Error {
  const { codes, texts } = describeFailure(parseJson(answer.bytes));
  if (answer.status >= 500 && saysOutOfMemory(texts)) return new OutOfMemory(codes);
  if (/sampler not found/i.test(texts)) {
    return operatorsFault(
      `${client.name} does not know the sampler that this bot is set to`,
      'Change sampler= in IMAGE_BACKENDS to a name that its /sdapi/v1/samplers lists.',
      { cause: new Error(`status ${answer.status} ${codes}`), madeNothing: true },
    );
  }
  return client.failure(answer, codes);
}

function noPicture({ name }: HttpClient): GeneratorFault {
  return new GeneratorFault(`${name} sent no picture: somebody may have interrupted it. Try again.`);
}

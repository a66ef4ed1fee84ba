import type { ImageGenerator } from './generator/generator.ts';
import { type ImageFiles, readImages } from './images/image-files.ts';
import type { AdultPlace } from './moderation/adult-policy.ts';
import type { Gate, Wording } from './moderation/gate.ts';
import type { Refinement } from './refiner/refiner.ts';
import type { RunContext, RunRequest } from './run.ts';
import { styleWords } from './styles.ts';

interface AdmissionParts {
  gate: Gate;
  images: ImageFiles;
  generator: Pick<ImageGenerator, 'limits'>;
  cleanPrompt(prompt: string): string;
}

/** What a run may go on with, and whether it is adult content so far. */
export interface Admission {
  /** What the person asked for, as it would be sent to the generator. */
  ownWords(request: RunRequest): Refinement;
  /** Throws BotError `refused`, before anything is searched, refined or drawn. */
  admit(request: RunRequest, place: AdultPlace, context: RunContext): Promise<boolean>;
  /** A refinement that the rules refuse gives way to the person's own words, which were admitted. */
  settle(request: RunRequest, refinement: Refinement, place: AdultPlace, context: RunContext): Promise<Settled>;
}

interface Settled {
  refinement: Refinement;
  isAdult: boolean;
}

export function createAdmission({ gate, images, generator, cleanPrompt }: AdmissionParts): Admission {
  /** As it would be sent: what is removed from a prompt can join two halves of a word. */
  function ownWords({ text, negativePrompt, style }: RunRequest): Refinement {
    const prompt = cleanPrompt(withStyle(text, style && styleWords(style)));
    const negative = negativePrompt === undefined ? undefined : cleanPrompt(negativePrompt);
    return { prompt, negativePrompt: negative, changes: [], variants: [], refiner: 'none' };
  }

  return {
    ownWords,

    async admit(request, place, { signal }) {
      const asker = { user: request.user, signal };
      const { inspiration = [], source, parent } = request;
      if (parent?.nsfw) gate.admitAdult(byParent, asker, place);
      const { texts, avoided } = wordingOf(ownWords(request));
      const all = [...new Set([request.text, ...texts])];
      const byWords = await gate.checkPrompt({ texts: all, avoided }, asker, place);
      const sent = gate.looksAtPictures ? new Set([...inspiration, ...(source ? [source] : [])]) : [];
      const byPictures = await gate.checkSent(await readImages(images, [...sent]), asker, place);
      return Boolean(parent?.nsfw || byWords || byPictures);
    },

    async settle(request, refinement, place, { signal }) {
      const own = ownWords(request);
      const isOwn = refinement.prompt === own.prompt && refinement.negativePrompt === own.negativePrompt;
      const verdict = isOwn
        ? {}
        : await gate.judgeRewrite(wordingOf(refinement), { user: request.user, signal }, place);
      if (verdict.refused) {
        const notice = `The rewrite was refused: ${verdict.refused.reason}. So your own words are used.`;
        return { refinement: { ...own, notice }, isAdult: false };
      }
      const variants = refinement.variants.filter((variant) => {
        const { refused, adult } = gate.judgeWords(variant);
        return !refused && (place.isFor || !adult);
      });
      return { refinement: { ...refinement, variants }, isAdult: verdict.adult !== undefined };
    },
  };

  /** A negative prompt reaches the model as words where the backend can only fold it into the text. */
  function wordingOf({ prompt, negativePrompt }: Refinement): Wording {
    return { texts: [prompt], avoided: generator.limits.hasNegativePrompt ? undefined : negativePrompt };
  }
}

const byParent = { name: 'marked parent', reason: 'it derives from pictures that were marked as adult content' };

export function withStyle(text: string, words: string | undefined): string {
  return words && !text.toLowerCase().includes(words.toLowerCase()) ? `${text}, ${words}` : text;
}

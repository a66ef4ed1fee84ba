import { type ImageFiles, readImages } from './images/image-files.ts';
import type { AdultPlace } from './moderation/adult-policy.ts';
import type { Gate, Wording } from './moderation/gate.ts';
import type { Refinement } from './refiner/refiner.ts';
import type { RunContext, RunRequest } from './run.ts';
import { styleWords } from './styles.ts';

interface AdmissionParts {
  gate: Gate;
  images: ImageFiles;
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

export function createAdmission({ gate, images, cleanPrompt }: AdmissionParts): Admission {
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

    async settle(request, refined, place, { signal }) {
      const own = ownWords(request);
      const refinement = withAdmittedNegative(refined, own);
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

  /** A good rewrite is not given up for what it would keep out. */
  function withAdmittedNegative(refinement: Refinement, { negativePrompt }: Refinement): Refinement {
    const { refused } = gate.judgeWords(refinement.negativePrompt ?? '');
    if (!refused) return refinement;
    const notice = `What the rewrite would keep out was refused: ${refused.reason}. So only what you named is kept out.`;
    return { ...refinement, negativePrompt, notice: [refinement.notice, notice].filter(Boolean).join(' ') };
  }
}

function wordingOf({ prompt, negativePrompt }: Refinement): Wording {
  return { texts: [prompt], avoided: negativePrompt };
}

const byParent = { name: 'marked parent', reason: 'it derives from pictures that were marked as adult content' };

export function withStyle(text: string, words: string | undefined): string {
  return words && !text.toLowerCase().includes(words.toLowerCase()) ? `${text}, ${words}` : text;
}

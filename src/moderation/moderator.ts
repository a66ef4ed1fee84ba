import type { CallOptions } from '../embedder/embedder.ts';

/** Why something is refused or marked. */
export interface Rule {
  /** For the log: names the rule, and holds nothing of what a person wrote. */
  name: string;
  /** For people, as the end of "Refused: …". */
  reason: string;
}

/** What the rules say of one text or picture; neither: nothing. */
export interface Verdict {
  /** It may not be. */
  refused?: Rule | undefined;
  /** It is for adults. */
  adult?: Rule | undefined;
}

/** Judges texts and pictures by one set of rules. */
export interface Moderator {
  /** One verdict of the texts together. Throws BotError `moderation_unavailable` where nobody could judge and that must not pass. */
  judgeTexts(texts: readonly string[], options?: CallOptions): Promise<Verdict>;
  /** One verdict a picture, in order; throws as above. Undefined: it does not look at pictures. */
  judgePictures?: ((pictures: readonly Uint8Array[], options?: CallOptions) => Promise<Verdict[]>) | undefined;
}

/** Asks one after the other, the cheapest first: what one refuses, no other sees. */
export function combineModerators(moderators: readonly Moderator[]): Moderator {
  const looking = moderators.flatMap(({ judgePictures }) => judgePictures ?? []);
  return {
    async judgeTexts(texts, options) {
      let all: Verdict = {};
      for (const moderator of moderators) {
        if (!all.refused) all = mergeVerdicts(all, await moderator.judgeTexts(texts, options));
      }
      return all;
    },
    judgePictures:
      looking.length === 0
        ? undefined
        : async (pictures, options) => {
            const all = await Promise.all(looking.map((judge) => judge(pictures, options)));
            return pictures.map((_, index) => all.map((verdicts) => verdicts[index] ?? {}).reduce(mergeVerdicts, {}));
          },
  };
}

export function mergeVerdicts(one: Verdict, other: Verdict): Verdict {
  return { refused: one.refused ?? other.refused, adult: one.adult ?? other.adult };
}

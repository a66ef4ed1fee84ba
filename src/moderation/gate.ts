import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type AdultPlace, type AdultPolicy, noPlace } from './adult-policy.ts';
import { combineModerators, type Moderator, type Rule, type Verdict } from './moderator.ts';
import type { WordModerator } from './words.ts';

/** On whose behalf something is judged, and what may be shown to them. */
export interface Asker {
  /** Keyed hash; the log names nobody else. */
  user: string;
  signal?: AbortSignal | undefined;
}

/** Words of one prompt. */
export interface Wording {
  texts: readonly string[];
  /**
   * What must not be in the picture. Only what the operator's list refuses counts here, which nobody may have shown in the
   * chat or stored; to keep adult content out is no wish to see it.
   */
  avoided?: string | undefined;
}

/** The one door between what people and services say, and what costs money or is shown. Every refusal is logged with its rule, never with a prompt. */
export interface Gate {
  readonly policy: AdultPolicy;
  /** True when pictures are judged: what is half drawn is then not shown. */
  readonly looksAtPictures: boolean;
  /** At once, by the operator's list alone. Throws BotError `refused`. */
  checkWords(wording: Wording, asker: Pick<Asker, 'user'>): void;
  /** By all rules. Throws BotError `refused` and `moderation_unavailable`; returns the rule by which it is adult content. */
  checkPrompt(wording: Wording, asker: Asker, place: AdultPlace): Promise<Rule | undefined>;
  /** Pictures that somebody sent; as `checkPrompt`. */
  checkSent(pictures: readonly Uint8Array[], asker: Asker, place: AdultPlace): Promise<Rule | undefined>;
  /** As `checkPrompt`, for words that a service wrote: returns the verdict, and what is for adults in a place that is not is refused. */
  judgeRewrite(wording: Wording, asker: Asker, place: AdultPlace): Promise<Verdict>;
  /** Pictures that were made, in order: those that are refused must not be kept. */
  review(pictures: readonly Uint8Array[], asker: Asker): Promise<Verdict[]>;
  /** Whether a stored prompt may be shown and used, and to whom; at once. */
  judgeWords(text: string): Verdict;
  /** Throws BotError `refused` for adult content in a place that is not for it. */
  admitAdult(rule: Rule, asker: Asker, place: AdultPlace): void;
}

interface GateParts {
  words: WordModerator;
  /** Asked after the words. */
  service?: Moderator | undefined;
  policy: AdultPolicy;
  log: Logger;
}

export function createGate({ words, service, policy, log }: GateParts): Gate {
  const all = combineModerators([words, ...(service ? [service] : [])]);

  function refuse(rule: Rule, { user }: Pick<Asker, 'user'>, remedy: string): never {
    log.info({ rule: rule.name, user }, 'refused');
    throw new BotError('refused', `Refused: ${rule.reason}. ${remedy}`);
  }

  function admitAdult(rule: Rule, asker: Pick<Asker, 'user'>, place: AdultPlace) {
    if (!place.isFor) refuse(rule, asker, place.remedy);
  }

  /** Refuses, or tells by which rule it is for adults. */
  function settle(verdict: Verdict, asker: Asker, place: AdultPlace, remedy: string): Rule | undefined {
    if (verdict.refused) refuse(verdict.refused, asker, remedy);
    if (verdict.adult) admitAdult(verdict.adult, asker, place);
    return verdict.adult;
  }

  async function judgeWording({ texts, avoided }: Wording, { signal }: Asker): Promise<Verdict> {
    const refused = avoided === undefined ? undefined : words.judge(avoided).refused;
    return refused ? { refused } : all.judgeTexts(texts, { signal });
  }

  async function judgePictures(pictures: readonly Uint8Array[], { signal }: Asker): Promise<Verdict[]> {
    if (pictures.length === 0 || !all.judgePictures) return pictures.map(() => ({}));
    return all.judgePictures(pictures, { signal });
  }

  return {
    policy,
    looksAtPictures: all.judgePictures !== undefined,
    admitAdult,
    judgeWords: words.judge,
    checkWords({ texts, avoided = '' }, asker) {
      const unwanted = { refused: words.judge(avoided).refused, adult: undefined };
      for (const { refused, adult } of [...texts.map(words.judge), unwanted]) {
        if (refused) refuse(refused, asker, changePrompt);
        if (adult && policy === 'never') refuse(adult, asker, noPlace.remedy);
      }
    },
    async checkPrompt(wording, asker, place) {
      return settle(await judgeWording(wording, asker), asker, place, changePrompt);
    },
    async checkSent(pictures, asker, place) {
      const verdicts = await judgePictures(pictures, asker);
      return verdicts.map((verdict) => settle(verdict, asker, place, 'Send another picture.')).find(Boolean);
    },
    async judgeRewrite(wording, asker, place) {
      const verdict = await judgeWording(wording, asker);
      const refused = verdict.refused ?? (place.isFor ? undefined : verdict.adult);
      if (refused) log.info({ rule: refused.name, user: asker.user }, 'a rewrite was refused');
      return { ...verdict, refused };
    },
    async review(pictures, asker) {
      const verdicts = await judgePictures(pictures, asker);
      return verdicts.map(({ refused: byRule, adult }) => {
        const refused = byRule ?? (policy === 'never' ? adult : undefined);
        if (refused) log.info({ rule: refused.name, user: asker.user }, 'a picture was withheld');
        return { refused, adult };
      });
    },
  };
}

const changePrompt = 'Change the prompt.';

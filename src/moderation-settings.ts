import { z } from 'zod';
import { type AdultPolicy, adultPolicies } from './moderation/adult-policy.ts';

/** The settings of what may be asked for and shown; part of src/config.ts. */
export const moderationSettings = {
  BLOCKED_WORDS_FILE: z.string().optional(),
  OPENAI_MODERATION: z.enum(['off', 'prompt', 'all'], { error: 'must be off, prompt or all' }).default('off'),
  OPENAI_MODERATION_DOWN: z.enum(['refuse', 'pass'], { error: 'must be refuse or pass' }).default('refuse'),
  NSFW_POLICY: z.enum(adultPolicies, { error: 'must be allow, restricted or never' }).default('restricted'),
  SLACK_NSFW_CHANNELS: z
    .string()
    .regex(/^\s*[CG][A-Z0-9]+(\s*,\s*[CG][A-Z0-9]+)*\s*$/, 'must be channel ids such as C0123ABCD, with commas between')
    .optional(),
  WEB_NSFW: z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
};

type ModerationSettings = z.infer<z.ZodObject<typeof moderationSettings>>;
type Given = Readonly<Record<string, string | undefined>>;

export interface ModerationConfig {
  wordsFile: string | undefined;
  /** Undefined: off. */
  service: { pictures: boolean; passesWhenDown: boolean } | undefined;
  adultPolicy: AdultPolicy;
  /** Where adult content may be shown under the policy `restricted`, besides what the platform itself marks. */
  adultPlaces: { slackChannels: readonly string[]; web: boolean };
}

export function moderationConfigOf(values: ModerationSettings): ModerationConfig {
  const { OPENAI_MODERATION: judged, OPENAI_MODERATION_DOWN: whenDown, SLACK_NSFW_CHANNELS: channels } = values;
  return {
    wordsFile: values.BLOCKED_WORDS_FILE,
    service: judged === 'off' ? undefined : { pictures: judged === 'all', passesWhenDown: whenDown === 'pass' },
    adultPolicy: values.NSFW_POLICY,
    adultPlaces: {
      slackChannels: channels?.split(',').map((channel) => channel.trim()) ?? [],
      web: values.WEB_NSFW === 'true',
    },
  };
}

/** What is wrong with the moderation settings taken together, each with its remedy. */
export function moderationFaults(given: Given): string[] {
  const {
    OPENAI_API_KEY: key,
    OPENAI_MODERATION: judged,
    OPENAI_MODERATION_DOWN: whenDown,
    NSFW_POLICY: policy,
  } = given;
  const isOn = judged !== undefined && judged !== 'off';
  const places = ['SLACK_NSFW_CHANNELS', 'WEB_NSFW'].filter((name) => given[name] && given[name] !== 'false');
  return [
    ...(isOn && !key ? [`OPENAI_MODERATION is set without OPENAI_API_KEY: set it too, or OPENAI_MODERATION=off`] : []),
    ...(whenDown && !isOn
      ? ['OPENAI_MODERATION_DOWN is set without OPENAI_MODERATION: set it to prompt or all, or remove this one']
      : []),
    ...(policy === 'allow' || policy === 'never' ? places : []).map(
      (name) => `${name} means nothing with NSFW_POLICY=${policy}: set that to restricted, or remove ${name}`,
    ),
  ];
}

import { z } from 'zod';
import { type AdultPolicy, adultPolicies } from './moderation/adult-policy.ts';
import { webAddress } from './setting-kinds.ts';

/** The settings of what may be asked for and shown; part of src/config.ts. */
export const moderationSettings = {
  BLOCKED_WORDS_FILE: z.string().optional(),
  OPENAI_MODERATION: z.enum(['off', 'prompt', 'all'], { error: 'must be off, prompt or all' }).default('off'),
  OPENAI_MODERATION_BASE_URL: webAddress.optional(),
  OPENAI_MODERATION_API_KEY: z.string().optional(),
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

export interface ModerationService {
  apiKey: string;
  /** Undefined: OpenAI's own. */
  baseUrl: string | undefined;
  pictures: boolean;
  passesWhenDown: boolean;
  /** The settings that its address and key come from. */
  remedies: { address: string; key: string };
}

export interface ModerationConfig {
  wordsFile: string | undefined;
  /** Undefined: off. */
  service: ModerationService | undefined;
  adultPolicy: AdultPolicy;
  /** Where adult content may be shown under the policy `restricted`, besides what the platform itself marks. */
  adultPlaces: { slackChannels: readonly string[]; web: boolean };
}

interface Endpoint {
  apiKey: string;
  baseUrl: string | undefined;
}

/** `shared` is what the language model uses: it moderates too, unless moderation has a key of its own. */
export function moderationConfigOf(values: ModerationSettings, shared: Endpoint | undefined): ModerationConfig {
  const { SLACK_NSFW_CHANNELS: channels } = values;
  return {
    wordsFile: values.BLOCKED_WORDS_FILE,
    service: serviceOf(values, shared),
    adultPolicy: values.NSFW_POLICY,
    adultPlaces: {
      slackChannels: channels?.split(',').map((channel) => channel.trim()) ?? [],
      web: values.WEB_NSFW === 'true',
    },
  };
}

function serviceOf(values: ModerationSettings, shared: Endpoint | undefined): ModerationService | undefined {
  const { OPENAI_MODERATION: judged, OPENAI_MODERATION_DOWN: whenDown } = values;
  const { OPENAI_MODERATION_API_KEY: ownKey, OPENAI_MODERATION_BASE_URL: ownUrl } = values;
  const endpoint = ownKey ? { apiKey: ownKey, baseUrl: ownUrl } : shared;
  if (judged === 'off' || !endpoint) return undefined;
  const prefix = ownKey ? 'OPENAI_MODERATION_' : 'OPENAI_';
  return {
    ...{ apiKey: endpoint.apiKey, baseUrl: endpoint.baseUrl },
    ...{ pictures: judged === 'all', passesWhenDown: whenDown === 'pass' },
    remedies: { address: `${prefix}BASE_URL`, key: `${prefix}API_KEY` },
  };
}

const ofService = ['OPENAI_MODERATION_DOWN', 'OPENAI_MODERATION_BASE_URL', 'OPENAI_MODERATION_API_KEY'];

/** What is wrong with the moderation settings taken together, each with its remedy. */
export function moderationFaults(given: Given): string[] {
  const { OPENAI_API_KEY: sharedKey, OPENAI_MODERATION_API_KEY: ownKey, NSFW_POLICY: policy } = given;
  const judged = given['OPENAI_MODERATION'];
  const isOn = judged !== undefined && judged !== 'off';
  const places = ['SLACK_NSFW_CHANNELS', 'WEB_NSFW'].filter((name) => given[name] && given[name] !== 'false');
  return [
    ...(isOn && !sharedKey && !ownKey
      ? [
          'OPENAI_MODERATION is set without a key: set OPENAI_MODERATION_API_KEY or OPENAI_API_KEY too, or OPENAI_MODERATION=off',
        ]
      : []),
    ...(given['OPENAI_MODERATION_BASE_URL'] && !ownKey
      ? [
          'OPENAI_MODERATION_BASE_URL is set without OPENAI_MODERATION_API_KEY: set it too (any text for a local server), or remove OPENAI_MODERATION_BASE_URL',
        ]
      : []),
    ...(isOn ? [] : ofService)
      .filter((name) => given[name])
      .map((name) => `${name} is set without OPENAI_MODERATION: set that to prompt or all, or remove ${name}`),
    ...(policy === 'allow' || policy === 'never' ? places : []).map(
      (name) => `${name} means nothing with NSFW_POLICY=${policy}: set that to restricted, or remove ${name}`,
    ),
  ];
}

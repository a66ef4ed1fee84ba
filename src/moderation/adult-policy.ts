import type { Thread } from '../chat.ts';

/** Where adult content may be shown: everywhere, where the platform or the operator marks a place for it, or nowhere. */
export const adultPolicies = ['allow', 'restricted', 'never'] as const;
export type AdultPolicy = (typeof adultPolicies)[number];

/** Whether adult content may be shown in one place. */
export interface AdultPlace {
  isFor: boolean;
  /** What a person can do where it is not. */
  remedy: string;
}

export const noPlace: AdultPlace = { isFor: false, remedy: 'This bot makes nothing for adults. Change the prompt.' };

/** By the policy and what the place is. A platform that can't tell has no place for adults. */
export async function adultPlaceOf(
  policy: AdultPolicy,
  thread: Pick<Thread, 'isForAdults' | 'adultRemedy'>,
): Promise<AdultPlace> {
  if (policy === 'never') return noPlace;
  const isFor = policy === 'allow' || ((await thread.isForAdults?.()) ?? false);
  return { isFor, remedy: thread.adultRemedy ?? 'This place is not for adults. Change the prompt.' };
}

import type { CarriedPrompt, Provenance } from '../provenance.ts';
import type { Gate } from './gate.ts';

/** Says nothing of a prompt that the operator's list refuses: else a picture could have the bot post any text. */
export function moderateProvenance(provenance: Provenance, { judgeWords }: Pick<Gate, 'judgeWords'>): Provenance {
  const allowed = async (reading: Promise<CarriedPrompt | undefined>) => {
    const carried = await reading;
    if (!carried) return undefined;
    const { prompt, negativePrompt = '' } = carried.parameters;
    const isRefused = [carried.match.prompt, prompt, negativePrompt].some((text) => judgeWords(text).refused);
    return isRefused ? undefined : carried;
  };
  return {
    of: (key, scope) => allowed(provenance.of(key, scope)),
    read: (picture, scope) => allowed(provenance.read(picture, scope)),
  };
}

import { z } from 'zod';
import { sharedFile } from './files.ts';

/** What a modal's fields hold: https://docs.slack.dev/reference/views#state */
const fieldValue = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.object({ value: z.string() })).nullish(),
  files: z.array(sharedFile).nullish(),
});

const fields = z.record(z.string(), z.record(z.string(), fieldValue));

/** The filled-in fields by their block id, which is the option's name; pictures apart. */
export function readModal(values: unknown) {
  const options: Record<string, string> = {};
  const files: z.infer<typeof sharedFile>[] = [];
  for (const [name, elements] of Object.entries(fields.parse(values))) {
    for (const { value, selected_option: option, selected_options: ticked, files: given } of Object.values(elements)) {
      files.push(...(given ?? []));
      const text = option?.value ?? (ticked?.length ? 'true' : value);
      if (text?.trim()) options[name] = text;
    }
  }
  return { options, files };
}

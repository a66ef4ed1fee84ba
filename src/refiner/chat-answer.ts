import { z } from 'zod';
import type { Change } from '../store/store.ts';
import { append } from './compose.ts';
import type { Refinement, RefineRequest, RefinerNeighbour } from './refiner.ts';
import { diffWords } from './word-diff.ts';

/** UTF-16 units of a refined prompt at most. */
export const longestPrompt = 4000;

const mostChanges = 12;
const mostVariants = 3;

/** What the model is asked for; strict structured output knows no bounds and no optional fields, so this has neither. */
export const requestedAnswer = z.object({
  prompt: z.string(),
  negative_prompt: z.string().nullable(),
  changes: z.array(
    z.object({
      kind: z.enum(['added', 'removed']),
      text: z.string(),
      reason: z.string(),
      neighbour: z.string().nullable(),
    }),
  ),
  variants: z.array(z.string()),
});

const cleanText = z.string().transform((text) => text.replace(/[^\P{Cc}\n\t]/gu, '').trim());
const promptText = cleanText.pipe(
  z.string().min(1, 'must not be empty').max(longestPrompt, `must have at most ${longestPrompt} characters`),
);

/** What is accepted: servers that ignore the schema may leave out all but the prompt. */
const acceptedAnswer = z.object({
  prompt: promptText,
  negative_prompt: cleanText.pipe(z.string().max(longestPrompt)).nullish(),
  changes: z
    .array(
      z.object({
        kind: z.enum(['added', 'removed']),
        text: cleanText.pipe(z.string().max(longestPrompt)),
        reason: cleanText,
        neighbour: z.string().nullish(),
      }),
    )
    .nullish(),
  variants: z.array(promptText).nullish(),
});

type Answer = z.infer<typeof acceptedAnswer>;

/** The answer in a model's reply, or what is wrong with it in words for the model. Code fences and talk around the JSON are passed over. */
export function readAnswer(reply: string): { answer: Answer } | { fault: string } {
  const json = jsonIn(reply);
  if (json === undefined) return { fault: 'it has no complete JSON object' };
  const parsed = acceptedAnswer.safeParse(json);
  if (parsed.success) return { answer: parsed.data };
  return { fault: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`).join('; ') };
}

function jsonIn(reply: string): unknown {
  const text = reply.replace(/<think>[\s\S]*?<\/think>/g, '');
  const fenced = [...text.matchAll(/```(?:json)?\s*([\s\S]*?)```/gi)].map((match) => match[1] ?? '');
  const braced = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  for (const candidate of [text, ...fenced, braced]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // Not this one: the next may be.
    }
  }
  return undefined;
}

/** Turns an answer into a refinement, trusting none of its claims: changes are checked against the texts, citations against the neighbours sent. */
export function toRefinement(
  answer: Answer,
  request: RefineRequest,
  neighbours: ReadonlyMap<string, RefinerNeighbour>,
  refiner: string,
): Refinement {
  const prompt = withStyle(answer.prompt, request.style);
  return {
    prompt,
    negativePrompt: withOwn(request.negativePrompt, answer.negative_prompt ?? undefined),
    changes: changesOf(answer, request.text, prompt, neighbours).slice(0, mostChanges),
    variants: [...new Set(answer.variants ?? [])].filter((variant) => variant !== prompt).slice(0, mostVariants),
    refiner,
  };
}

function changesOf(
  answer: Answer,
  original: string,
  prompt: string,
  neighbours: ReadonlyMap<string, RefinerNeighbour>,
): Change[] {
  const told = (answer.changes ?? [])
    .filter((change) => isTrue(change, original, prompt))
    .map(
      (change): Change => ({
        kind: change.kind,
        text: change.text,
        reason: change.reason.slice(0, 200) || 'chosen by the language model',
        neighbourId: neighbours.get(change.neighbour ?? '')?.id,
      }),
    );
  return told.length > 0 ? told : seenChanges(original, prompt, [...neighbours.values()]);
}

function isTrue({ kind, text }: { kind: Change['kind']; text: string }, original: string, prompt: string): boolean {
  const [before, after, words] = [original, prompt, text].map(comparable) as [string, string, string];
  if (words === '') return false;
  return kind === 'added'
    ? after.includes(words) && !before.includes(words)
    : before.includes(words) && !after.includes(words);
}

/** The changes as the texts themselves show them, with the neighbour that has the same words. */
function seenChanges(original: string, prompt: string, neighbours: readonly RefinerNeighbour[]): Change[] {
  return diffWords(original, prompt).map(({ kind, text }) => {
    const source = neighbours.find((neighbour) => comparable(neighbour.prompt).includes(comparable(text)));
    const cited = kind === 'added' && source !== undefined;
    return {
      kind,
      text,
      reason: cited ? 'a similar prompt has it too' : 'chosen by the language model',
      ...(cited ? { neighbourId: source.id } : {}),
    };
  });
}

/** Words alone, each followed by a space, so that only whole words are found. */
function comparable(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}\p{M}\p{S}]+/gu) ?? []).map((word) => ` ${word} `).join('');
}

function withStyle(prompt: string, style: string | undefined): string {
  return style && !prompt.toLowerCase().includes(style.toLowerCase()) ? append(prompt, [style]) : prompt;
}

function withOwn(own: string | undefined, answered: string | undefined): string | undefined {
  if (!own || !answered) return own || answered || undefined;
  return answered.toLowerCase().includes(own.toLowerCase()) ? answered : append(own, [answered]);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '../../embedder/embedder.ts';
import { orAborted } from '../../or-aborted.ts';
import { type GeneratorFault, operatorsFault } from '../fault.ts';
import { unknownModel } from '../unknown-model.ts';
import type { Member } from './member.ts';

/** Between a model and the backend that shall use it, where several have that model: `sd_xl_base_1.0 @ gpu2`. */
const at = ' @ ';

export interface Choice {
  members: readonly Member[];
  /** The model's name on those backends; their own choice when undefined. */
  model: string | undefined;
}

/** Milliseconds that the others may take once one has answered: people wait for the list while they type. */
const patienceMs = 1000;

/**
 * All models of the backends that answer, in the order of the backends; any backend that has a model may use it. Where
 * several have it, `<model> @ <backend>` names one. Those that are left out are not asked, and slow ones not waited for.
 * Throws GeneratorFault when no backend answers.
 */
export async function mergedModels(members: readonly Member[], options: CallOptions): Promise<string[]> {
  const inUse = members.filter((member) => !member.isLeftOut());
  const { lists, faults } = await askAll(inUse.length > 0 ? inUse : members, { ...options, patienceMs });
  if (lists.length === 0) throw nobodyAnswers(faults);
  const names = [...new Set(lists.flatMap(({ models }) => models))];
  const ofSeveral = lists.flatMap(({ member, models }) =>
    models
      .filter((model) => lists.some((other) => other.member !== member && other.models.includes(model)))
      .map((model) => `${model}${at}${member.name}`),
  );
  return [...names, ...ofSeveral];
}

/** The members that have a model. Throws BotError: `invalid_input` (names the models there are), `generator_failed` (nobody can be asked). */
export async function choiceOf(
  model: string | undefined,
  members: readonly Member[],
  options: CallOptions,
): Promise<Choice> {
  if (model === undefined) return { members, model };
  const soon = membersWith(model, (await askAll(members, { ...options, patienceMs })).lists);
  if (soon) return soon;
  // A slow one may be the one that has it.
  const { lists, faults } = await askAll(members, options);
  const late = membersWith(model, lists);
  if (late) return late;
  if (lists.length === 0) throw nobodyAnswers(faults);
  const unasked = faults.map(({ name }) => name).join(', ');
  const known = [...new Set(lists.flatMap(({ models }) => models))];
  throw unknownModel(model, known, unasked && `Not asked, since out of reach: ${unasked}.`);
}

function membersWith(model: string, lists: readonly List[]): Choice | undefined {
  const having = lists.filter(({ models }) => models.includes(model)).map(({ member }) => member);
  if (having.length > 0) return { members: having, model };
  const [own = '', name] = model.split(at);
  const named = lists.find(({ member, models }) => member.name === name && models.includes(own));
  return named && { members: [named.member], model: own };
}

interface List {
  member: Member;
  models: readonly string[];
}

interface Fault {
  name: string;
  error: unknown;
}

/**
 * What each says; of one that is left out, or that lets the others wait for longer than `patienceMs`, what it said before.
 * Throws the signal's reason alone.
 */
async function askAll(members: readonly Member[], { signal, patienceMs }: CallOptions & { patienceMs?: number }) {
  const fresh = new Map<Member, readonly string[]>();
  const failed = new Map<Member, unknown>();
  const asked = members.filter((member) => !(member.isLeftOut() && member.models.known()));
  const answers = asked.map((member) =>
    member.models.fresh().then(
      (models) => fresh.set(member, models),
      (error: unknown) => {
        failed.set(member, error);
        throw error;
      },
    ),
  );
  const all = Promise.allSettled(answers);
  const enough = patienceMs === undefined ? all : Promise.race([all, patienceAfterFirst(answers, patienceMs)]);
  await (signal ? orAborted<unknown>(enough, signal) : enough);
  const lists: List[] = [];
  const faults: Fault[] = [];
  for (const member of members) {
    const models = fresh.get(member) ?? (failed.has(member) ? undefined : member.models.known());
    if (models) lists.push({ member, models });
    else faults.push({ name: member.name, error: failed.get(member) ?? member.lastFault() });
  }
  return { lists, faults };
}

async function patienceAfterFirst(answers: readonly Promise<unknown>[], patienceMs: number): Promise<void> {
  const hasAnswer = await Promise.any(answers).then(
    () => true,
    () => false,
  );
  if (hasAnswer) await sleep(patienceMs, undefined, { ref: false });
}

function nobodyAnswers(faults: readonly Fault[]): GeneratorFault {
  const names = faults.map(({ name }) => name).join(', ');
  return operatorsFault(`No image backend can be asked for its models now (${names})`, 'See whether they run.', {
    cause: new AggregateError(faults.map(({ error }) => error)),
    madeNothing: true,
  });
}

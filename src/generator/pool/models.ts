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

/**
 * All models of the backends that answer, in the order of the backends; any backend that has a model may use it. Where
 * several have it, `<model> @ <backend>` names one. Throws GeneratorFault when no backend answers.
 */
export async function mergedModels(members: readonly Member[]): Promise<string[]> {
  const { lists, faults } = await askAll(members);
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
export async function choiceOf(model: string | undefined, members: readonly Member[]): Promise<Choice> {
  if (model === undefined) return { members, model };
  const { lists, faults } = await askAll(members);
  const having = lists.filter(({ models }) => models.includes(model)).map(({ member }) => member);
  if (having.length > 0) return { members: having, model };
  const [own = '', name] = model.split(at);
  const named = lists.find(({ member, models }) => member.name === name && models.includes(own));
  if (named) return { members: [named.member], model: own };
  if (lists.length === 0) throw nobodyAnswers(faults);
  const unasked = faults.map(({ name }) => name).join(', ');
  const known = [...new Set(lists.flatMap(({ models }) => models))];
  throw unknownModel(model, known, unasked && `Not asked, since out of reach: ${unasked}.`);
}

interface Fault {
  name: string;
  error: unknown;
}

async function askAll(members: readonly Member[]) {
  const answers = await Promise.allSettled(members.map(({ models }) => models.fresh()));
  const lists: { member: Member; models: readonly string[] }[] = [];
  const faults: Fault[] = [];
  for (const [index, member] of members.entries()) {
    const answer = answers[index];
    if (answer?.status === 'fulfilled') lists.push({ member, models: answer.value });
    if (answer?.status === 'rejected') faults.push({ name: member.name, error: answer.reason });
  }
  return { lists, faults };
}

function nobodyAnswers(faults: readonly Fault[]): GeneratorFault {
  const names = faults.map(({ name }) => name).join(', ');
  return operatorsFault(`No image backend can be asked for its models now (${names})`, 'See whether they run.', {
    cause: new AggregateError(faults.map(({ error }) => error)),
    madeNothing: true,
  });
}

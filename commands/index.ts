import type { ActionHandler, Command } from '../src/command.ts';
import { again } from './actions/again.ts';
import { cancel } from './actions/cancel.ts';
import { deleteOwn } from './actions/delete.ts';
import { edit } from './actions/edit.ts';
import { forgetAll } from './actions/forget.ts';
import { dislike, like } from './actions/judge.ts';
import { refine } from './actions/refine.ts';
import { restyle } from './actions/restyle.ts';
import { similar } from './actions/similar.ts';
import { use } from './actions/use.ts';
import { forget } from './forget.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { prompt } from './prompt.ts';
import { search } from './search.ts';

/** Everything a person can type. */
export const commands: readonly Command[] = [prompt, search, history, forget, help];

/** Everything a person can press; those with a reaction work as an emoji on the message too. */
export const actions: readonly ActionHandler[] = [
  like,
  dislike,
  again,
  refine,
  restyle,
  similar,
  edit,
  deleteOwn,
  use,
  cancel,
  forgetAll,
];

import type { Card, CommandInfo, CommandOption, CommandOptions, MessageRef } from './chat.ts';
import type { Forget } from './forget.ts';
import type { ImageFiles } from './images/image-files.ts';
import type { Logger } from './log.ts';
import type { AdultPlace } from './moderation/adult-policy.ts';
import type { Outbox } from './outbox.ts';
import type { Pipeline } from './pipeline.ts';
import type { Provenance } from './provenance.ts';
import type { JobControl, Lane } from './queue/queue.ts';
import type { StageProgress } from './run.ts';
import type { PromptStore } from './store/store.ts';

/** A picture that came with a job, cleaned and kept in the image files. */
export interface StoredAttachment {
  key: string;
}

/** What commands and controls work with; the ports are open, so that a new command needs no change here. */
export interface Services extends Forget {
  pipeline: Pipeline;
  store: PromptStore;
  outbox: Outbox;
  images: ImageFiles;
  commands: readonly CommandInfo[];
  provenance: Provenance;
  /** Cancels somebody's own job, or for a moderator one of the same scope; throws BotError `forbidden` for another's. */
  cancelJob(jobId: string, by: { user: string; scope: string; moderator: boolean }): Promise<boolean>;
  /** Cancels everything this person has waiting or running, but the job that asks for it. */
  cancelAllOf(user: string, options: { except: string }): Promise<void>;
}

/** One job as its command sees it. */
export interface JobContext extends Omit<JobControl, 'recorded'> {
  jobId: string;
  scope: string;
  /** Keyed hash of the person. */
  user: string;
  moderator: boolean;
  attachments: readonly StoredAttachment[];
  log: Logger;
  services: Services;
  /** Posts a card on the way, once per job and name; with a generation, reactions on the message are reactions on that. */
  post(name: string, card: Card, options?: { generation?: string }): Promise<MessageRef>;
  /** Whether adult content may be shown in this thread. */
  adultPlace(): Promise<AdultPlace>;
  /** Takes one message of this thread away. */
  remove(message: MessageRef): Promise<void>;
  progress(label: string, details?: StageProgress): void;
}

/** The last word of a job. It is posted once the job has ended, and can't be cancelled any more. */
export interface Answer {
  card: Card;
  /** Reactions on the message are reactions on this generation. */
  generation?: string | undefined;
}

type OptionValue<Option extends CommandOption> = Option extends { type: 'integer' }
  ? number
  : Option extends { type: 'flag' }
    ? boolean
    : string;

/** The values of a command's options: text and choices are strings, image options come as attachments instead. */
export type OptionValues<Options extends CommandOptions> = {
  [Name in keyof Options]: Options[Name] extends { required: true }
    ? OptionValue<Options[Name]>
    : OptionValue<Options[Name]> | undefined;
};

export interface Command extends CommandInfo {
  lane: Lane;
  /** Pictures that it asks for, as far as its values tell; 1 unless told. */
  pictures?(values: Readonly<Record<string, unknown>>): number;
  /** Returns what it answers, if anything; throws BotErrors for the person. */
  run(context: JobContext, values: Readonly<Record<string, unknown>>): Promise<Answer | undefined>;
}

/** Types a command's values by its own option definitions; they were checked by `readOptions` before `run` sees them. */
export function defineCommand<const Options extends CommandOptions>(command: {
  name: string;
  description: string;
  personal?: boolean;
  lane: Lane;
  options: Options;
  pictures?(values: OptionValues<Options>): number;
  run(context: JobContext, values: OptionValues<Options>): Promise<Answer | undefined>;
}): Command {
  return {
    ...command,
    pictures: (values) => command.pictures?.(values as OptionValues<Options>) ?? 1,
    run: (context, values) => command.run(context, values as OptionValues<Options>),
  };
}

/** What a press of a control or a mapped reaction brings. */
export interface ActionInput {
  /** What follows the name in the control's id; for a reaction the generation of the message. */
  target: string;
  /** Where it was pressed. */
  message: MessageRef;
  /** What the control's form was sent with. */
  text?: string | undefined;
  /** A button toggles; a reaction says whether it was given or taken back. */
  given?: boolean | undefined;
}

/** A control under a message: a button, or an equal reaction. Ids are `<name>:<target>`. */
export interface ActionHandler {
  name: string;
  emoji: string;
  lane: Lane;
  /** Reactions on a generation's message mean the same as the button; `both` hears of removals too. */
  reaction?: 'given' | 'both' | undefined;
  /** Returns what it answers, if anything; throws BotErrors for the person. */
  run(context: JobContext, input: ActionInput): Promise<Answer | undefined>;
}

import { faultsOfBlocks, isJson } from './blocks.ts';
import { type ApiOptions, type Method, SlackRefusal } from './web-api.ts';
import type { Json } from './workspace.ts';

const limits = { title: 24, button: 24, callbackId: 255, privateMetadata: 3000 };

/** auth.test, apps.connections.open, users.info, views.open, reactions.get: https://docs.slack.dev/reference/methods */
export function createOtherMethods({ workspace, socketUrl }: ApiOptions): Record<string, Method> {
  const { users, triggers, views, botUser, team } = workspace;

  function openView(args: Parameters<Method>[0]): Json {
    const id = args.required('trigger_id');
    const trigger = triggers.get(id);
    if (!trigger) throw new SlackRefusal('invalid_trigger_id');
    triggers.delete(id);
    if (trigger.expires < Date.now()) throw new SlackRefusal('expired_trigger_id');
    const view = args.json('view');
    if (!isJson(view)) throw new SlackRefusal('invalid_arguments');
    const faults = faultsOfView(view);
    if (faults.length > 0) throw new SlackRefusal('invalid_arguments', { response_metadata: { messages: faults } });
    const opened = { id: workspace.newId('V'), openedBy: trigger.user, view };
    views.push(opened);
    return { view: { id: opened.id, ...view } };
  }

  return {
    'auth.test': () => ({
      url: 'https://fake.slack.com/',
      team: 'Fake',
      user: 'promptory',
      team_id: team,
      user_id: botUser,
      bot_id: workspace.botId,
    }),
    'apps.connections.open': () => ({ url: socketUrl() }),
    'users.info'(args) {
      const user = users.get(args.required('user'));
      if (!user) throw new SlackRefusal('user_not_found');
      const { id, name, admin } = user;
      return {
        user: {
          id,
          team_id: team,
          name,
          real_name: name,
          is_admin: admin,
          is_owner: false,
          profile: { display_name: name },
        },
      };
    },
    'views.open': openView,
    'reactions.get'(args) {
      const message = workspace.message(args.required('channel'), args.required('timestamp'));
      if (!message) throw new SlackRefusal('message_not_found');
      const reactions = [...message.reactions].map(([name, people]) => ({
        name,
        users: [...people],
        count: people.size,
      }));
      return { type: 'message', channel: args.text('channel'), message: { ts: message.ts, reactions } };
    },
  };
}

/** Modals: https://docs.slack.dev/reference/views/modal-views */
function faultsOfView(view: Json): string[] {
  const blocks = Array.isArray(view['blocks']) ? view['blocks'].filter(isJson) : [];
  const faults = faultsOfBlocks(blocks, { surface: 'modal', isUsableFile: () => false, isReachable: () => false });
  const tooLong = (name: string, most: number) => {
    const value = view[name];
    const text = isJson(value) ? value['text'] : value;
    if (typeof text === 'string' && text.length > most)
      faults.push(`[ERROR] must be less than ${most + 1} characters [json-pointer:/${name}]`);
  };
  tooLong('title', limits.title);
  tooLong('submit', limits.button);
  tooLong('close', limits.button);
  tooLong('callback_id', limits.callbackId);
  tooLong('private_metadata', limits.privateMetadata);
  if (view['type'] !== 'modal') faults.push('[ERROR] unsupported type [json-pointer:/type]');
  if (blocks.some(({ type }) => type === 'input') && !view['submit'])
    faults.push('[ERROR] submit is required [json-pointer:/submit]');
  return faults;
}

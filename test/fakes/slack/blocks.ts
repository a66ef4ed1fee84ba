import type { Json } from './workspace.ts';

/** Limits of https://docs.slack.dev/reference/block-kit/blocks and /block-elements, which Slack answers with `invalid_blocks`. */
const limits = {
  blocks: { message: 50, modal: 100 },
  text: 3000,
  plainLabel: 75,
  blockId: 255,
  actionId: 255,
  buttonValue: 2000,
  optionValue: 150,
  overflowOptions: 5,
  actionElements: 25,
  altText: 2000,
  imageUrl: 3000,
  imageTitle: 2000,
  header: 150,
  contextElements: 10,
  inputLabel: 2000,
  inputValue: 3000,
  selectOptions: 100,
  /** All texts of a message together; Slack answers `msg_blocks_too_long`. */
  messageCharacters: 13_200,
};

export interface BlockSurroundings {
  surface: 'message' | 'modal';
  /** Whether a file is there, finished and a picture that blocks can show. */
  isUsableFile(id: string): boolean;
  /** Whether Slack's servers could fetch a picture from this address. */
  isReachable(url: string): boolean;
}

/** What Slack has against these blocks, as its `response_metadata.messages` say it; empty when they are fine. */
export function faultsOfBlocks(blocks: readonly Json[], surroundings: BlockSurroundings): string[] {
  const faults: string[] = [];
  const fault = (what: string, where: string) => faults.push(`[ERROR] ${what} [json-pointer:${where}]`);
  const most = limits.blocks[surroundings.surface];
  if (blocks.length > most) fault(`no more than ${most} items allowed`, '/blocks');
  const ids = blocks.flatMap((block) => (typeof block['block_id'] === 'string' ? [block['block_id']] : []));
  if (new Set(ids).size < ids.length) fault('block_id values must be unique', '/blocks');
  for (const [index, block] of blocks.entries()) checkBlock(block, `/blocks/${index}`, fault, surroundings);
  return faults;
}

/** True when Slack would answer `msg_blocks_too_long`. */
export function areBlocksTooLong(blocks: readonly Json[]): boolean {
  return charactersOf(blocks) > limits.messageCharacters;
}

function charactersOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + charactersOf(item), 0);
  if (!isJson(value)) return 0;
  const own = typeof value['text'] === 'string' ? value['text'].length : 0;
  return Object.values(value).reduce<number>(
    (sum, item) => sum + (typeof item === 'object' ? charactersOf(item) : 0),
    own,
  );
}

type Fault = (what: string, where: string) => void;

function checkBlock(block: Json, at: string, fault: Fault, surroundings: BlockSurroundings) {
  atMost(block['block_id'], limits.blockId, `${at}/block_id`, fault);
  switch (block['type']) {
    case 'section':
      checkText(block['text'], limits.text, `${at}/text`, fault);
      if (isJson(block['accessory'])) checkElement(block['accessory'], `${at}/accessory`, fault, surroundings);
      return;
    case 'header':
      return checkText(block['text'], limits.header, `${at}/text`, fault, ['plain_text']);
    case 'divider':
      return;
    case 'image':
      return checkImage(block, at, fault, surroundings);
    case 'context':
      return checkContext(block, at, fault, surroundings);
    case 'actions':
      return checkActions(block, at, fault, surroundings);
    case 'input':
      if (surroundings.surface !== 'modal') return fault('input blocks belong into modals', at);
      checkText(block['label'], limits.inputLabel, `${at}/label`, fault, ['plain_text']);
      if (!isJson(block['element'])) return fault('missing required field: element', at);
      return checkElement(block['element'], `${at}/element`, fault, surroundings);
    default:
      return fault(`unsupported type: ${String(block['type'])}`, at);
  }
}

function checkContext(block: Json, at: string, fault: Fault, surroundings: BlockSurroundings) {
  const elements = itemsOf(block['elements']);
  if (elements.length === 0 || elements.length > limits.contextElements)
    fault('1 to 10 elements allowed', `${at}/elements`);
  for (const [index, element] of elements.entries()) {
    const where = `${at}/elements/${index}`;
    if (element['type'] === 'image') checkImage(element, where, fault, surroundings);
    else checkText(element, limits.text, where, fault);
  }
}

function checkActions(block: Json, at: string, fault: Fault, surroundings: BlockSurroundings) {
  const elements = itemsOf(block['elements']);
  if (elements.length === 0 || elements.length > limits.actionElements)
    fault('1 to 25 elements allowed', `${at}/elements`);
  const ids = elements.map((element) => element['action_id']);
  if (new Set(ids).size < ids.length) fault('action_id values must be unique', `${at}/elements`);
  for (const [index, element] of elements.entries())
    checkElement(element, `${at}/elements/${index}`, fault, surroundings);
}

function checkElement(element: Json, at: string, fault: Fault, surroundings: BlockSurroundings) {
  if (element['type'] === 'image') return checkImage(element, at, fault, surroundings);
  atMost(element['action_id'], limits.actionId, `${at}/action_id`, fault);
  switch (element['type']) {
    case 'button':
      checkText(element['text'], limits.plainLabel, `${at}/text`, fault, ['plain_text']);
      return atMost(element['value'], limits.buttonValue, `${at}/value`, fault);
    case 'overflow':
      return checkOptions(element['options'], limits.overflowOptions, `${at}/options`, fault);
    case 'static_select':
      return checkOptions(element['options'], limits.selectOptions, `${at}/options`, fault);
    case 'checkboxes':
      return checkOptions(element['options'], 10, `${at}/options`, fault);
    case 'plain_text_input':
      if (Number(element['max_length'] ?? 1) > limits.inputValue) fault('must be at most 3000', `${at}/max_length`);
      return atMost(element['initial_value'], limits.inputValue, `${at}/initial_value`, fault);
    case 'number_input':
    case 'external_select':
    case 'file_input':
      return;
    default:
      return fault(`unsupported type: ${String(element['type'])}`, at);
  }
}

function checkOptions(value: unknown, most: number, at: string, fault: Fault) {
  const options = itemsOf(value);
  if (options.length === 0 || options.length > most) fault(`1 to ${most} options allowed`, at);
  for (const [index, option] of options.entries()) {
    checkText(option['text'], limits.plainLabel, `${at}/${index}/text`, fault);
    atMost(option['value'], limits.optionValue, `${at}/${index}/value`, fault);
  }
}

/** Image blocks and elements alike: https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object */
function checkImage(image: Json, at: string, fault: Fault, { isUsableFile, isReachable }: BlockSurroundings) {
  if (typeof image['alt_text'] !== 'string') fault('missing required field: alt_text', at);
  atMost(image['alt_text'], limits.altText, `${at}/alt_text`, fault);
  if (image['title'] !== undefined) checkText(image['title'], limits.imageTitle, `${at}/title`, fault, ['plain_text']);
  const { slack_file: file, image_url: url } = image;
  if (isJson(file) === (typeof url === 'string')) return fault('exactly one of image_url and slack_file is needed', at);
  if (isJson(file)) {
    const usable = typeof file['id'] === 'string' && isUsableFile(file['id']);
    if (!usable) fault('invalid slack file', `${at}/slack_file`);
    return;
  }
  atMost(url, limits.imageUrl, `${at}/image_url`, fault);
  if (!isReachable(String(url))) fault('downloading image failed', `${at}/image_url`);
}

function checkText(value: unknown, most: number, at: string, fault: Fault, types = ['plain_text', 'mrkdwn']) {
  if (!isJson(value) || typeof value['text'] !== 'string') return fault('missing required field: text', at);
  if (!types.includes(String(value['type']))) fault(`unsupported type: ${String(value['type'])}`, at);
  if (value['text'].length < 1) fault('must be more than 0 characters', `${at}/text`);
  atMost(value['text'], most, `${at}/text`, fault);
}

function atMost(value: unknown, most: number, at: string, fault: Fault) {
  if (typeof value === 'string' && value.length > most) fault(`must be less than ${most + 1} characters`, at);
}

function itemsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

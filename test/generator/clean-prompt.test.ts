import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPromptCleaner } from '../../src/generator/clean-prompt.ts';

const clean = createPromptCleaner({ allowLora: false });
const cleanButLora = createPromptCleaner({ allowLora: true });

/** The expressions the servers themselves parse prompts with. */
const parsed = {
  // stable-diffusion.cpp, examples/server/routes_sdapi.cpp; without `i` and `s` there, stricter here.
  extraArguments: /<sd_cpp_extra_args>(.*?)<\/sd_cpp_extra_args>/is,
  // A1111, Forge and SD.Next, modules/extra_networks.py.
  extraNetworks: /<([\p{L}\p{N}_]+):([^>]+)>/u,
  // stable-diffusion.cpp before it refused LoRA in prompts: extract_and_remove_lora.
  lora: /<lora:([^:]+):([^>]+)>/,
  // sd-dynamic-prompts and SD.Next; stable-diffusion-webui-wildcards splits at `__`.
  wildcard: /__/,
};

/** What is left for somebody who drops invisible characters first. */
function visible(text: string): string {
  return text.replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '');
}

const pieces = fc.constantFrom(
  ...['<sd_cpp_extra_args>', '</sd_cpp_extra_args>', '<SD_CPP_Extra_Args >', '< / sd_cpp_extra_args>'],
  ...['<sd_cpp_', 'extra_args>', '</sd_', '{"seed":1}', '{"lora":[{"path":"x"}]}'],
  ...['<lora:', '<lyco:x:1>', '<hypernet:a>', '<lo', 'ra:a:1>', '<', '>', ':', '/', '_', '__', '__animal__'],
  ...['\u200b', '\u200d', '\u00ad', '\u2060', ' ', '\n', 'a cat', ', ', '{red|blue}', 'BREAK', '猫', '🐱'],
);
const hostile = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
const ordinary = fc
  .array(fc.constantFrom('a cat', 'sofa_bed', '(warm:1.2)', '[old]', '{red|blue}', 'BREAK', 'x < y', '2 > 1', '猫'), {
    maxLength: 12,
  })
  .map((words) => words.join(', '));

describe('cleaning a prompt', () => {
  test('leaves nothing that any server parses, however it is nested, split or cut', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), (prompt) => {
        for (const text of [clean(prompt), visible(clean(prompt))]) {
          for (const form of Object.values(parsed)) expect(text).not.toMatch(form);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('with LoRA allowed leaves of all this only weight files', () => {
    fc.assert(
      fc.property(hostile, (prompt) => {
        const text = cleanButLora(prompt);
        expect(text).not.toMatch(parsed.extraArguments);
        expect(text).not.toMatch(parsed.wildcard);
        const kind = text.match(parsed.extraNetworks)?.[1];
        if (kind !== undefined) expect(['lora', 'lyco', 'hypernet']).toContain(kind.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });

  test('changes nothing more the second time', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), fc.boolean(), (prompt, allowLora) => {
        const once = (allowLora ? cleanButLora : clean)(prompt);
        expect((allowLora ? cleanButLora : clean)(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('leaves ordinary text alone', () => {
    fc.assert(fc.property(ordinary, (prompt) => void expect(clean(prompt)).toBe(prompt)));
  });

  test.each([
    ['a cat <sd_cpp_extra_args>{"steps":500}</sd_cpp_extra_args> on a sofa', 'a cat on a sofa'],
    ['a <SD_CPP_EXTRA_ARGS >{\n"a":1}</ sd_cpp_extra_args> cat', 'a cat'],
    ['a <s\u200bd_cpp_extra_args>{}</sd_cpp_ex\u00adtra_args>cat', 'a cat'],
    ['<sd_cpp_extra_<sd_cpp_extra_args>x</sd_cpp_extra_args>args>{"a":1}</sd_cpp_extra_args>a cat', '{"a":1}a cat'],
    ['a cat <sd_cpp_extra_args> on a sofa', 'a cat on a sofa'],
    ['a cat</sd_cpp_extra_args>', 'a cat'],
    ['a cat, <lora:detail:0.8>, on a sofa', 'a cat, on a sofa'],
    ['<lo<lora:a:1>ra:b:1>a cat', 'a cat'],
    ['a cat <lyco:x:1><hypernet:y:2><anything:z>', 'a cat'],
    ['a cat <lora:half', 'a cat <lora:half'],
    ['a __animal__ on a __furniture/soft__', 'a animal on a furniture/soft'],
    ['a_<lora:x:1>_b', 'a b'],
    ['{red|__colour__} cat', '{red|colour} cat'],
    ['embedding:easynegative, BREAK, a AND b', 'embedding:easynegative, BREAK, a AND b'],
  ])('makes %j %j', (prompt, expected) => {
    expect(clean(prompt)).toBe(expected);
  });

  test('keeps weight files where they are allowed', () => {
    const prompt = 'a cat <lora:detail:0.8> <lyco:x:1>';
    expect(cleanButLora(prompt)).toBe(prompt);
    expect(cleanButLora('<lora:a:1><wildcard:b> a cat')).toBe('<lora:a:1> a cat');
  });

  // At a quadratic cost these would take minutes.
  test.each([
    ['opening tags', '<sd_cpp_extra_args>'.repeat(10_000)],
    ['nested networks', `${'<a'.repeat(20_000)}${':b>'.repeat(20_000)}`],
    ['unclosed networks', '<a:'.repeat(66_000)],
    ['wildcard marks', '__ '.repeat(66_000)],
  ])('is done soon with 200,000 characters of %s', (_name, prompt) => {
    const cleaned = clean(prompt);
    expect(clean(cleaned)).toBe(cleaned);
  });
});

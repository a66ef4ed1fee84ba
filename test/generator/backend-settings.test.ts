import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { backendKinds, parseBackends } from '../../src/generator/backend-settings.ts';

const unset = { isPaid: false, model: undefined, steps: undefined, guidance: undefined, sampler: undefined };

describe('the list of image backends', () => {
  it('reads kinds, addresses and options, in any order', () => {
    const text =
      'a1111 http://gpu1:7860 weight=2 model="sd xl; base" ; comfyui steps=30 http://me:pw@gpu2:8188/comfy guidance=6.5\nSKETCH';
    expect(parseBackends(text)).toEqual({
      faults: [],
      backends: [
        { ...unset, kind: 'a1111', name: 'a1111', url: 'http://gpu1:7860', weight: 2, model: 'sd xl; base' },
        {
          ...unset,
          kind: 'comfyui',
          name: 'comfyui',
          url: 'http://me:pw@gpu2:8188/comfy',
          weight: 1,
          steps: 30,
          guidance: 6.5,
        },
        { ...unset, kind: 'sketch', name: 'sketch', url: undefined, weight: 1 },
      ],
    });
  });

  it('knows which cost money, unless it is told', () => {
    const { backends, faults } = parseBackends(
      'a1111; openai; stability; sketch; openai http://localai:8080 paid=no name=own; comfyui paid=yes',
    );
    expect(faults).toEqual([]);
    const paid = backends.filter(({ isPaid }) => isPaid);
    expect(paid.map(({ kind }) => kind)).toEqual(['openai', 'stability', 'comfyui']);
  });

  it('reads the quality, which sets what OpenAI charges', () => {
    expect(parseBackends('openai quality=low').backends).toMatchObject([{ kind: 'openai', quality: 'low' }]);
  });

  it('names several of a kind by their hosts, or as told', () => {
    const { backends } = parseBackends('comfyui http://me:pw@gpu1:8188; comfyui http://gpu2:8188; comfyui name=big');
    expect(backends.map(({ name }) => name)).toEqual(['comfyui-gpu1:8188', 'comfyui-gpu2:8188', 'big']);
  });

  it.each([
    ['stabilty', /\(stabilty\) is no kind of backend \(did you mean stability\?\): there are sketch, a1111/],
    ['a1111 wieght=2', /wieght is no option of it \(did you mean weight\?\)/],
    ['sketch http://x', /\(sketch\) takes no address/],
    ['sketch steps=3', /steps is no option of it: there are name, weight/],
    ['a1111 gpu1:7860', /has an address that is none/],
    ['a1111 ftp://gpu1', /has an address that is none/],
    ['a1111 weight=-1', /weight must be 0 or more/],
    ['openai quality=best', /quality must be one of auto, low, medium, high/],
    ['a1111 quality=low', /quality is no option of it/],
    ['openai paid=sometimes', /paid must be yes or no/],
    ['a1111 steps=many', /steps must be a number/],
    ['comfyui http://a:1 ; comfyui http://a:1', /several backends called comfyui-a:1: tell them apart with name=/],
    [';;', /names no backend/],
  ])('finds what is wrong with %j', (text, fault) => {
    expect(parseBackends(text).faults.join('\n')).toMatch(fault);
  });

  it('never fails and never repeats a password', () => {
    const words = fc.constantFrom(
      ...backendKinds,
      'http://me:s3cret-pw@gpu:1',
      'weight=',
      'weight=3',
      '"',
      ';',
      '=',
      'a b',
      '://s3cret-pw@x',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 12 })), { maxLength: 12 }), (given) => {
        const { backends, faults } = parseBackends(given.join(' '));
        expect(faults.join('\n')).not.toContain('s3cret-pw');
        const names = backends.map(({ name }) => name);
        if (faults.length === 0) expect(new Set(names).size).toBe(Math.max(1, names.length));
      }),
    );
  });
});

describe('the image settings', () => {
  const faultOf = (environment: Record<string, string>) => {
    try {
      parseConfig(environment);
    } catch (error) {
      return String(error);
    }
    return '';
  };

  it('are the sketch alone unless told', () => {
    expect(parseConfig({}).image).toMatchObject({
      backends: [{ kind: 'sketch', name: 'sketch' }],
      concurrency: 1,
      timeoutMs: 600_000,
    });
  });

  it('make as many runs at a time as there are backends, unless told', () => {
    const several = { IMAGE_BACKENDS: 'comfyui http://a:1; comfyui http://b:1; sketch' };
    expect(parseConfig(several).image.concurrency).toBe(3);
    expect(parseConfig({ ...several, IMAGE_CONCURRENCY: '7' }).image.concurrency).toBe(7);
  });

  it('take a single one by the short name', () => {
    expect(parseConfig({ IMAGE_BACKEND: 'comfyui http://gpu:1 model=x' }).image.backends).toMatchObject([
      { kind: 'comfyui', url: 'http://gpu:1', model: 'x' },
    ]);
  });

  it.each([
    ['both names', { IMAGE_BACKEND: 'sketch', IMAGE_BACKENDS: 'sketch' }, /are both set: keep IMAGE_BACKENDS/],
    ['a list by the short name', { IMAGE_BACKEND: 'sketch; comfyui' }, /IMAGE_BACKEND names several backends/],
    ['OpenAI without a key', { IMAGE_BACKENDS: 'openai' }, /IMAGE_BACKENDS names openai, which needs OPENAI_API_KEY/],
    [
      'a key for another server than it is of',
      {
        IMAGE_BACKENDS: 'openai https://api.openai.com/v1',
        ...{ OPENAI_API_KEY: 'local', OPENAI_BASE_URL: 'http://localhost:11434/v1' },
      },
      /OPENAI_API_KEY is that of OPENAI_BASE_URL: put its key into its address/,
    ],
    ['Stability without a key', { IMAGE_BACKEND: 'stability' }, /which needs STABILITY_API_KEY/],
    ['a key without Stability', { STABILITY_API_KEY: 'sk' }, /STABILITY_API_KEY is set without the backend stability/],
    ['a workflow without ComfyUI', { COMFYUI_WORKFLOW: 'w.json' }, /set without the backend comfyui: add comfyui/],
    ['a model without OpenAI', { OPENAI_IMAGE_MODEL: 'm' }, /OPENAI_IMAGE_MODEL is set without the backend openai/],
  ])('refuse %s', (_, environment, fault) => {
    expect(faultOf(environment)).toMatch(fault);
  });

  it('list every fault at once', () => {
    const fault = faultOf({ IMAGE_BACKENDS: 'comfi; a1111 weight=-1 steps=0', IMAGE_TIMEOUT_S: '0' });
    expect(fault).toMatch(/4 faults/);
    expect(fault).toContain('IMAGE_BACKENDS entry 2 (a1111) steps must be at least 1');
  });

  it("ask for no key where a server of one's own may need none", () => {
    expect(faultOf({ IMAGE_BACKENDS: 'openai http://gpu:8000/v1' })).toBe('');
  });

  it('accept a key in the address, and know it for a secret, as every password', () => {
    const { secrets } = parseConfig({
      IMAGE_BACKENDS: 'openai https://:sk-im%2Fage@api.openai.com/v1; comfyui http://me:pass%20word@gpu:1; stability',
      STABILITY_API_KEY: 'sk-stability',
    });
    expect(secrets).toEqual(
      expect.arrayContaining(['sk-im%2Fage', 'sk-im/age', 'pass%20word', 'pass word', 'sk-stability']),
    );
  });
});

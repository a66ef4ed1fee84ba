import { describe, expect, test } from 'vitest';
import { type ColourName, mix, namedColours, recolour } from '../../src/generator/sketch/colour.ts';

function channels(hex: string): [number, number, number] {
  return [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16)) as [number, number, number];
}

describe('recolouring', () => {
  test('moves the hue, keeps outlines, highlights, light above shade, and everything that is no colour', () => {
    const drawing =
      '<path id="SVGfab123" fill="#ffb803" d="M1 2"/><path fill="#a66b00"/><path fill="#222"/><path fill="#ffffff"/>';
    const blue = recolour(drawing, 'blue');
    const [light, shade, ink, shine] = [...blue.matchAll(/fill="(#[0-9a-f]+)"/g)].map(([, hex]) => hex ?? '');
    expect(blue).toContain('<path id="SVGfab123"');
    expect(ink).toBe('#222');
    expect(shine).toBe('#ffffff');
    for (const hex of [light ?? '', shade ?? '']) {
      const [r, , b] = channels(hex);
      expect(b).toBeGreaterThan(r + 40);
    }
    expect(channels(light ?? '')[2]).toBeGreaterThan(channels(shade ?? '')[2]);
  });

  test.each(Object.keys(namedColours) as ColourName[])('knows %s', (name) => {
    expect(recolour('#4caf50', name)).toMatch(/^#[0-9a-f]{6}$/);
  });

  test('makes white light and black dark', () => {
    expect(Math.min(...channels(recolour('#4caf50', 'white')))).toBeGreaterThan(170);
    expect(Math.max(...channels(recolour('#4caf50', 'black')))).toBeLessThan(110);
  });
});

describe('mixing', () => {
  test('has its ends and a middle', () => {
    expect(mix('#102030', '#ffffff', 0)).toBe('#102030');
    expect(mix('#102030', '#ffffff', 1)).toBe('#ffffff');
    const [r, g, b] = channels(mix('#000000', '#ffffff', 0.5));
    expect([g, b]).toEqual([r, r]);
    expect(r).toBeGreaterThan(80);
    expect(r).toBeLessThan(140);
  });
});

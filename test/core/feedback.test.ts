import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankByFeedback, steerQuery } from '../../src/feedback.ts';

const vector = (...values: number[]) => {
  const length = Math.hypot(...values) || 1;
  return Float32Array.from(values, (value) => value / length);
};
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('relevance feedback', () => {
  it('moves the query towards what is liked and away from what is disliked', () => {
    const query = vector(1, 0, 0);
    const liked = vector(0, 1, 0);
    const disliked = vector(1, 0, 1);
    const steered = steerQuery(query, [liked], [disliked]);
    expect(cosine(steered, liked)).toBeGreaterThan(cosine(query, liked));
    expect(cosine(steered, disliked)).toBeLessThan(cosine(query, disliked));
    expect(cosine(steered, query)).toBeGreaterThan(0.7);
  });

  it('leaves the query as it is where nobody judged', () => {
    const query = vector(1, 2, 3);
    expect(steerQuery(query, [], [])).toBe(query);
  });

  it('always gives a vector of length 1', () => {
    const vectors = fc.array(fc.tuple(fc.double(unit), fc.double(unit), fc.double(unit)), { maxLength: 4 });
    fc.assert(
      fc.property(vectors, vectors, (liked, disliked) => {
        const steered = steerQuery(
          vector(1, 0, 0),
          liked.map((v) => vector(...v)),
          disliked.map((v) => vector(...v)),
        );
        expect(Math.hypot(...steered)).toBeCloseTo(1, 4);
      }),
    );
  });

  it('lets likes settle between close neighbours, never between far ones', () => {
    const far = { id: 'far', similarity: 0.5, likes: 9, dislikes: 0 };
    const near = { id: 'near', similarity: 0.9, likes: 0, dislikes: 0 };
    const nearLiked = { id: 'liked', similarity: 0.88, likes: 2, dislikes: 0 };
    const nearDisliked = { id: 'disliked', similarity: 0.91, likes: 0, dislikes: 2 };
    const ranked = rankByFeedback([far, nearDisliked, near, nearLiked]).map(({ id }) => id);
    expect(ranked).toEqual(['liked', 'near', 'disliked', 'far']);
  });
});

const unit = { min: -1, max: 1, noNaN: true };

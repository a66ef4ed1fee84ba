import { type Box, boundsOf, type Cluster, crowd, joined, lifted, moved, type Placed, scaled } from './clusters.ts';
import type { Random } from './random.ts';
import type { Relation } from './reading.ts';
import { relate } from './relate.ts';
import type { Traits } from './traits.ts';
import type { Size } from './words.ts';

/** A subject whose icon, number and proportions are settled. */
export interface Actor {
  count: number;
  size: Size | undefined;
  traits: Traits;
  /** Of the drawing itself, without the empty rim of its square: shares of the square's side. */
  proportions: { width: number; height: number };
}

export interface Frame {
  width: number;
  height: number;
  /** Where feet stand, from the top; undefined where everything floats. */
  feet: number | undefined;
}

const sizeFactor: Readonly<Record<Size, number>> = { tiny: 0.55, small: 0.75, big: 1.3, giant: 1.7 };

/** Share of the frame that things may fill: tiny-clip was trained on 72-100 % for one thing, 26-85 % in scenes. */
const reach = { width: 0.9, height: 0.8 };

/** Puts everything in its place: relations first, what is left side by side, the sky's things above. Paint order. */
export function layOut(
  actors: readonly Actor[],
  relations: readonly Relation[],
  frame: Frame,
  random: Random,
): Placed[] {
  if (actors.length === 0) return [];
  const start = actors.map((actor, index) =>
    crowd(index, actor.count, sizeOf(actor), actor.traits.zone === 'air', random),
  );
  const clusters = applyRelations(start, actors, relations, random);
  const isSky = (cluster: Cluster) => cluster.subjects.every((subject) => actors[subject]?.traits.zone === 'air');
  const standing = clusters.filter((cluster) => !isSky(cluster));
  const flying = clusters.filter(isSky);
  if (standing.length === 0)
    return fitInto(sideBySide(flying, random), floatingArea(frame), capOf(actors), random, 0.5);
  const ground = fitInto(
    sideBySide(standing, random),
    standingArea(frame, flying.length > 0),
    capOf(actors),
    random,
    1,
  );
  return [
    ...flying.flatMap((cluster, index) => inSky(cluster, index, flying.length, ground, frame, random)),
    ...ground,
  ];
}

function sizeOf({ traits, size, proportions }: Actor): { width: number; height: number } {
  const factor = size === undefined ? 1 : sizeFactor[size];
  const side = (traits.scale * factor) / Math.sqrt(proportions.width * proportions.height);
  return { width: proportions.width * side, height: proportions.height * side };
}

function applyRelations(
  clusters: readonly Cluster[],
  actors: readonly Actor[],
  relations: readonly Relation[],
  random: Random,
): Cluster[] {
  let current = [...clusters];
  for (const { kind, from, to } of relations) {
    const mine = current.find((cluster) => cluster.subjects.includes(from));
    const other = current.find((cluster) => cluster.subjects.includes(to));
    const target = actors[to];
    const source = actors[from];
    if (mine === undefined || other === undefined || mine === other || !target || !source) continue;
    const merged = relate({ kind, from, to, mine, other, source: source.traits, target: target.traits }, random);
    current = [...current.filter((cluster) => cluster !== mine && cluster !== other), merged];
  }
  return current;
}

/** Broader than this many times their height, things stand in two depths, so that they can be larger. */
const widestRow = 1.35;

/** In one row, or in two: the order follows the prompt or, by the seed, its mirror. */
function sideBySide(clusters: readonly Cluster[], random: Random): Cluster {
  const order = random.chance(0.5) ? clusters : [...clusters].reverse();
  const boxes = clusters.map(({ placed }) => boundsOf(placed));
  const isBroad = sum(boxes.map(({ width }) => width)) > widestRow * Math.max(...boxes.map(({ height }) => height));
  if (!isBroad || order.length < 4) return inRow(order, isBroad, random);
  const half = Math.ceil(order.length / 2);
  const [back, front] = [inRow(order.slice(0, half), false, random), inRow(order.slice(half), false, random)];
  const [far, near] = [boundsOf(back.placed), boundsOf(front.placed)];
  const up = near.y + near.height * 0.45 - (far.y + far.height);
  return joined(moved(back, near.x + near.width / 2 - (far.x + far.width / 2), up), front);
}

/** Feet on one line with small gaps; staggered, every second one stands nearer and overlaps its neighbour. */
function inRow(clusters: readonly Cluster[], isStaggered: boolean, random: Random): Cluster {
  return clusters.reduce((row, cluster, index) => {
    const end = boundsOf(row.placed);
    const next = boundsOf(cluster.placed);
    const lower = Math.min(end.height, next.height);
    const forward = isStaggered ? (index % 2 === 1 ? 0.3 : -0.3) * lower : random.between(-0.05, 0.05) * lower;
    const gap = isStaggered ? -0.16 * Math.min(end.width, next.width) : 0.04 * (end.width + next.width);
    const placed = moved(
      cluster,
      end.x + end.width + gap - next.x,
      end.y + end.height + forward - (next.y + next.height),
    );
    return forward < 0 ? joined(placed, row) : joined(row, placed);
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How large the whole may get, as a share of the shorter side: one tiny thing stays tiny. */
function capOf(actors: readonly Actor[]): number {
  const [only, ...others] = actors;
  if (only === undefined || others.length > 0) return 1;
  if (only.size === 'tiny') return 0.34;
  if (only.size === 'small') return 0.5;
  return only.size === 'giant' || only.count > 1 ? 0.98 : 0.8;
}

function standingArea({ width, height, feet }: Frame, hasSky: boolean): Box {
  const foot = feet ?? height * 0.88;
  const tall = Math.min(height * reach.height, foot - height * 0.06) * (hasSky ? 0.72 : 1);
  return { x: (width * (1 - reach.width)) / 2, y: foot - tall, width: width * reach.width, height: tall };
}

function floatingArea({ width, height }: Frame): Box {
  const tall = height * 0.84;
  return { x: (width * (1 - reach.width)) / 2, y: (height - tall) / 2, width: width * reach.width, height: tall };
}

function fitInto(cluster: Cluster, area: Box, cap: number, random: Random, upright: number): Placed[] {
  const bounds = boundsOf(cluster.placed);
  const limit = (cap * Math.min(area.width, area.height)) / Math.max(bounds.width, bounds.height);
  const factor =
    Math.min(area.width / bounds.width, area.height / bounds.height, Math.max(limit, 0)) * random.between(0.92, 1);
  const grown = scaled(cluster, factor);
  const box = boundsOf(grown.placed);
  const slackX = area.width - box.width;
  const slackY = area.height - box.height;
  const x = area.x + slackX * random.between(0.22, 0.78);
  const y = area.y + slackY * (upright === 1 ? 1 : random.between(0.3, 0.7));
  return [...moved(grown, x - box.x, y - box.y).placed];
}

/** A flying thing above a grounded one: in its own part of the upper third, away from the tallest heads. */
function inSky(
  cluster: Cluster,
  index: number,
  total: number,
  ground: readonly Placed[],
  frame: Frame,
  random: Random,
): Placed[] {
  const bounds = boundsOf(cluster.placed);
  const crown = boundsOf(ground);
  const room = Math.max(frame.height * 0.2, Math.min(crown.y, frame.height * 0.4));
  const side = Math.min(frame.width * 0.42, room) * random.between(0.85, 1);
  const factor = side / Math.max(bounds.width, bounds.height);
  const grown = lifted(scaled(cluster, factor));
  const box = boundsOf(grown.placed);
  const share = (index + random.between(0.25, 0.75)) / total;
  const x = frame.width * (0.08 + 0.84 * share) - box.width / 2;
  const y = Math.max(frame.height * 0.04, room - box.height) * random.between(0.5, 1);
  return [...moved(grown, Math.min(Math.max(x, 20), frame.width - box.width - 20) - box.x, y - box.y).placed];
}

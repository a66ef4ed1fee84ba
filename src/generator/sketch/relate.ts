import { type Box, boundsOf, boxOf, type Cluster, joined, lifted, moved, scaled } from './clusters.ts';
import type { Random } from './random.ts';
import type { Traits } from './traits.ts';
import type { RelationWord } from './words.ts';

/** `mine`, which holds subject `from`, goes to its place at `other`, which holds subject `to`. */
export interface Meeting {
  kind: RelationWord;
  from: number;
  to: number;
  mine: Cluster;
  other: Cluster;
  source: Traits;
  target: Traits;
}

/** Two clusters as one, placed as the relation says. */
export function relate(meeting: Meeting, random: Random): Cluster {
  const { kind, target } = meeting;
  if ((kind === 'wearing' || kind === 'with' || kind === 'in') && target.worn !== undefined) return wear(meeting);
  switch (kind) {
    case 'on':
    case 'riding':
      return sitOn(meeting, kind === 'riding' ? Math.max(target.seat, 0.3) : target.seat, random);
    case 'in':
      return target.holds ? lookOut(meeting, random) : sitIn(meeting, random);
    case 'under':
      return standUnder(meeting, random);
    case 'above':
      return flyOver(meeting, random);
    case 'behind':
      return standBehind(meeting, random);
    case 'front':
      return standBehind({ ...meeting, ...swapped(meeting) }, random);
    case 'left':
      return standBeside(meeting, -1, 1);
    case 'right':
      return standBeside(meeting, 1, 1);
    case 'beside':
      return standBeside(meeting, random.pick([-1, 1]), 1);
    case 'with':
    case 'wearing':
      return standBeside({ ...meeting, ...swapped(meeting) }, random.pick([-1, 1]), 0.8);
  }
}

function swapped({ from, to, mine, other, source, target }: Meeting) {
  return { from: to, to: from, mine: other, other: mine, source: target, target: source };
}

function centre(box: Box): number {
  return box.x + box.width / 2;
}

/** At most this share of the other's width, so that a cat fits on its sofa. */
function noWiderThan(cluster: Cluster, width: number): Cluster {
  const { width: own } = boundsOf(cluster.placed);
  return own > width ? scaled(cluster, width / own) : cluster;
}

function sitOn({ mine, other, from, to }: Meeting, seat: number, random: Random): Cluster {
  const support = boxOf(other, to);
  const guest = noWiderThan(mine, support.width * 0.72);
  const own = boxOf(guest, from);
  const sideways = random.between(-0.12, 0.12) * (support.width - own.width);
  const foot = support.y + support.height * seat + Math.min(own.height * 0.06, support.height * 0.1);
  return joined(other, lifted(moved(guest, centre(support) + sideways - centre(own), foot - (own.y + own.height))));
}

/** Behind the rim of a cup, basket or boat: the upper part looks out. */
function lookOut({ mine, other, from, to }: Meeting, random: Random): Cluster {
  const rim = boxOf(other, to);
  const sized = noWiderThan(mine, rim.width * 0.66);
  const own = boxOf(sized, from);
  const foot = rim.y + rim.height * 0.42;
  const sideways = random.between(-0.05, 0.05) * rim.width;
  return joined(lifted(moved(sized, centre(rim) + sideways - centre(own), foot - (own.y + own.height))), other);
}

/** In the middle of something large: a bird in a tree. */
function sitIn({ mine, other, from, to }: Meeting, random: Random): Cluster {
  const host = boxOf(other, to);
  const guest = noWiderThan(mine, host.width * 0.42);
  const own = boxOf(guest, from);
  const x = centre(host) + random.between(-0.12, 0.12) * host.width;
  const middle = host.y + host.height * 0.42;
  return joined(other, lifted(moved(guest, x - centre(own), middle - (own.y + own.height / 2))));
}

/** At the foot of a tall thing, below a broad one. */
function standUnder({ mine, other, from, to, target }: Meeting, random: Random): Cluster {
  const guest = boxOf(mine, from);
  const isTree = target.scale >= 1.3 && target.zone === 'ground';
  const factor = Math.max(1, (guest.width * (isTree ? 2 : 1.35)) / boxOf(other, to).width);
  const roof = scaled(other, factor);
  const cover = boxOf(roof, to);
  const x = centre(guest) + random.between(-0.12, 0.12) * cover.width - centre(cover);
  const foot = isTree ? guest.y + guest.height - cover.height * 0.03 : guest.y + guest.height * 0.16;
  const placed = moved(roof, x, foot - (cover.y + cover.height));
  return isTree ? joined(placed, mine) : joined(lifted(placed), mine);
}

function flyOver({ mine, other, from, to }: Meeting, random: Random): Cluster {
  const below = boxOf(other, to);
  const guest = noWiderThan(mine, Math.max(below.width * 1.1, 0.6));
  const own = boxOf(guest, from);
  const x = centre(below) + random.between(-0.2, 0.2) * below.width;
  const foot = boundsOf(other.placed).y - 0.12 * own.height;
  return joined(other, lifted(moved(guest, x - centre(own), foot - (own.y + own.height))));
}

/** Smaller, higher and to the side, partly hidden: depth. */
function standBehind({ mine, other, from, to }: Meeting, random: Random): Cluster {
  const front = boxOf(other, to);
  const own = boxOf(mine, from);
  const side = random.pick([-1, 1]);
  const x = centre(front) + side * Math.max(front.width * 0.3, (front.width + own.width) * 0.3);
  const shown = Math.max(0.12 * front.height, front.height * 1.18 - own.height);
  const foot = front.y + front.height - Math.min(shown, front.height * 0.45);
  return joined(moved(mine, x - centre(own), foot - (own.y + own.height)), other);
}

function standBeside({ mine, other, from, to }: Meeting, side: number, factor: number): Cluster {
  const host = boundsOf(other.placed);
  const main = boxOf(other, to);
  const guest = scaled(mine, factor);
  const own = boundsOf(guest.placed);
  const gap = factor < 1 ? -0.06 * main.width : 0.03 * (host.width + own.width);
  const x = side > 0 ? host.x + host.width + gap : host.x - gap - own.width;
  const feet = boxOf(guest, from);
  return joined(other, moved(guest, x - own.x, main.y + main.height - (feet.y + feet.height)));
}

function wear({ mine, other, from, to, target }: Meeting): Cluster {
  const wearers = mine.placed.filter((item) => item.subject === from);
  const { at, width } = target.worn ?? { at: 0, width: 0.5 };
  const [garment] = other.placed.filter((item) => item.subject === to);
  if (garment === undefined) return joined(mine, other);
  const worn = wearers.map(({ box, rotation }) => {
    const factor = (box.width * width) / garment.box.width;
    const tall = garment.box.height * factor;
    const y = box.y + box.height * at - tall / 2;
    return {
      ...garment,
      rotation,
      mirrored: false,
      grounded: false,
      box: { x: centre(box) - (box.width * width) / 2, y, width: box.width * width, height: tall },
    };
  });
  return { placed: [...mine.placed, ...worn], subjects: [...mine.subjects, ...other.subjects] };
}

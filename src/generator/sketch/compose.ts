import { type BackgroundKind, paintBackground, type Stage } from './background.ts';
import type { Placed } from './clusters.ts';
import { type Drawing, drawSubjects } from './draw.ts';
import type { IconSet } from './icons.ts';
import { type Actor, layOut } from './layout.ts';
import { type Extent, measureExtent } from './measure.ts';
import { createRandom, type Random } from './random.ts';
import type { Scene } from './scene.ts';
import { type Traits, traitsOf } from './traits.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface Canvas {
  /** Pixels. */
  width: number;
  height: number;
  /** What all choices follow from: the seed and the prompt. Only hashed, never drawn. */
  seed: string;
}

/** A scene as drawing instructions: SVG made of icon drawings and painted shapes, never of a prompt's text. */
export interface Composition {
  background: string;
  foreground: string;
  /** In units: 1000 the shorter side, so that a scene looks the same at 512 and at 1024 pixels. */
  width: number;
  height: number;
  /** The icon of each subject, and where its copies are. */
  icons: readonly string[];
  placed: readonly Placed[];
}

const unit = 1000;

interface Cast {
  icon: string;
  traits: Traits;
  drawing: Drawing;
  actor: Actor;
}

/** Turns scenes into compositions; measures each icon once. */
export function createComposer(icons: IconSet, vocabulary: Vocabulary) {
  const extents = new Map<string, Promise<Extent>>();

  function extentOf(icon: string, body: string): Promise<Extent> {
    const extent = extents.get(icon) ?? measureExtent(body);
    extents.set(icon, extent);
    return extent;
  }

  async function castFor(scene: Scene, random: Random): Promise<Cast[]> {
    const cast: Cast[] = [];
    for (const { icons: choices, count, colour, size } of scene.subjects) {
      const icon = random.pick(choices);
      const copies = count === 'several' ? random.integer(3, 4) : count;
      const body = icons.body(icon);
      const emoji = vocabulary.emoji(icon);
      if (body === undefined || emoji === undefined) continue;
      const extent = await extentOf(icon, body);
      const traits = traitsOf(emoji);
      const actor = { count: copies, size, traits, proportions: extent };
      cast.push({ icon, traits, drawing: { body, extent, colour }, actor });
    }
    return cast;
  }

  return async (scene: Scene, canvas: Canvas): Promise<Composition> => {
    const random = createRandom(canvas.seed);
    const cast = await castFor(scene, random);
    const scale = unit / Math.min(canvas.width, canvas.height);
    const size = { width: canvas.width * scale, height: canvas.height * scale };
    const backdrop = paintBackground(placeOf(scene, cast), stageFor(scene, cast, size, random));
    const actors = cast.map(({ actor }) => actor);
    const placed = layOut(actors, scene.relations, { ...size, feet: backdrop.feet }, random);
    const drawings = cast.map(({ drawing }) => drawing);
    const foreground = drawSubjects(placed, drawings, backdrop.shadow) + backdrop.front;
    return { ...size, background: backdrop.behind, foreground, icons: cast.map(({ icon }) => icon), placed };
  };
}

/** What is a subject already is not decoration too: one moon is enough. */
function stageFor(scene: Scene, cast: readonly Cast[], size: { width: number; height: number }, random: Random): Stage {
  const { weather, palette, avoided } = scene;
  // Neon signs are lit after dark.
  const time = scene.time ?? (scene.treatments.includes('neon') ? 'night' : 'day');
  const drawn = new Set(cast.map(({ icon }) => icon));
  return {
    ...size,
    random,
    time,
    weather,
    palette,
    allows: (...names) => !names.some((name) => avoided.has(name) || drawn.has(name)),
  };
}

/** The place named, else one that fits the time or weather, else the first subject's home, else a plain colour. */
function placeOf({ place, avoided, time, weather }: Scene, cast: readonly Cast[]): BackgroundKind {
  if (place !== undefined) return place;
  const home = cast.find(({ traits }) => traits.home !== undefined)?.traits.home;
  if (home !== undefined && !avoided.has(home)) return home;
  if (time !== undefined || weather.length > 0) return 'sky';
  return cast.length > 0 ? 'plain' : 'abstract';
}

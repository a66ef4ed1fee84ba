import sharp from 'sharp';
import { type BackgroundKind, paintBackground, type Stage } from './background.ts';
import { type Drawing, drawSubjects, type Extent } from './draw.ts';
import { close, type Pixels } from './filters/pixels.ts';
import { treat } from './filters.ts';
import type { IconSet } from './icons.ts';
import { type Actor, layOut } from './layout.ts';
import { sketchMark } from './mark.ts';
import { createRandom, type Random } from './random.ts';
import type { Scene } from './scene.ts';
import { number } from './svg.ts';
import { type Traits, traitsOf } from './traits.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface Canvas {
  width: number;
  height: number;
  seed: number;
}

export interface Renderer {
  /** One picture as WebP: the same scene, size and seed give the same bytes. */
  render(scene: Scene, canvas: Canvas): Promise<Uint8Array>;
}

interface Cast {
  icon: string;
  traits: Traits;
  drawing: Drawing;
  actor: Actor;
}

/** Units of the shorter side in every drawing: a scene looks the same at 512 and at 1024 pixels. */
const unit = 1000;

const webp = { quality: 92, effort: 2, smartSubsample: true } as const;

export function createRenderer(icons: IconSet, vocabulary: Vocabulary): Renderer {
  const extents = new Map<string, Promise<Extent>>();

  function extentOf(icon: string, body: string): Promise<Extent> {
    const known = extents.get(icon) ?? measure(body);
    extents.set(icon, known);
    return known;
  }

  async function castFor(scene: Scene, random: Random): Promise<Cast[]> {
    const cast = scene.subjects.map(async ({ icons: choices, count, colour, size }): Promise<Cast[]> => {
      const icon = random.pick(choices);
      const copies = count === 'several' ? random.integer(3, 4) : count;
      const body = icons.body(icon);
      const emoji = vocabulary.emoji(icon);
      if (body === undefined || emoji === undefined) return [];
      const extent = await extentOf(icon, body);
      const traits = traitsOf(emoji);
      const actor = { count: copies, size, traits, proportions: extent };
      return [{ icon, traits, drawing: { body, extent, colour }, actor }];
    });
    return (await Promise.all(cast)).flat();
  }

  return {
    async render(scene, canvas) {
      const random = createRandom(`${canvas.seed} ${JSON.stringify({ ...scene, avoided: [...scene.avoided].sort() })}`);
      const cast = await castFor(scene, random);
      const { layers, size } = compose(scene, cast, canvas, random);
      const treated = await treat(await rasterise(layers, size, canvas, scene), scene.treatments, random);
      return encode(treated, size, canvas);
    },
  };
}

interface Layers {
  background: string;
  foreground: string;
}

function compose(scene: Scene, cast: readonly Cast[], canvas: Canvas, random: Random) {
  const scale = unit / Math.min(canvas.width, canvas.height);
  const size = { width: canvas.width * scale, height: canvas.height * scale };
  const stage: Stage = {
    ...size,
    random,
    time: scene.time ?? 'day',
    weather: scene.weather,
    palette: scene.palette,
    allows: (...names) =>
      !names.some((name) => scene.avoided.has(name)) && !cast.some(({ icon }) => names.includes(icon)),
  };
  const backdrop = paintBackground(placeOf(scene, cast), stage);
  const placed = layOut(
    cast.map(({ actor }) => actor),
    scene.relations,
    { ...size, feet: backdrop.feet },
    random,
  );
  const subjects = drawSubjects(
    placed,
    cast.map(({ drawing }) => drawing),
    backdrop.shadow,
  );
  return { layers: { background: backdrop.behind, foreground: subjects + backdrop.front }, size };
}

/** The place named, else one that fits the time or weather, else the first subject's home, else a plain colour. */
function placeOf(scene: Scene, cast: readonly Cast[]): BackgroundKind {
  if (scene.place !== undefined) return scene.place;
  const home = cast.find(({ traits }) => traits.home !== undefined)?.traits.home;
  if (home !== undefined && !scene.avoided.has(home)) return home;
  if (scene.time !== undefined || scene.weather.length > 0) return 'sky';
  return cast.length > 0 ? 'plain' : 'abstract';
}

async function rasterise(
  { background, foreground }: Layers,
  size: { width: number; height: number },
  canvas: Canvas,
  scene: Scene,
): Promise<Pixels> {
  if (!scene.treatments.includes('bokeh')) return close(sharp(svg(background + foreground, size, canvas)));
  const soft = sharp(svg(background, size, canvas)).blur(Math.min(canvas.width, canvas.height) / 60);
  const { data, info } = await soft.flatten().raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return close(sharp(data, { raw }).composite([{ input: svg(foreground, size, canvas) }]));
}

async function encode(pixels: Pixels, size: { width: number; height: number }, canvas: Canvas): Promise<Uint8Array> {
  const { data, width, height } = pixels;
  const mark = svg(sketchMark(size.width, size.height), size, canvas);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: mark }])
    .webp(webp)
    .toBuffer();
}

function svg(content: string, size: { width: number; height: number }, canvas: Canvas): Buffer {
  const box = `viewBox="0 0 ${number(size.width)} ${number(size.height)}" preserveAspectRatio="none"`;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${canvas.width}" height="${canvas.height}" ${box}>${content}</svg>`,
  );
}

/** The part of its square that a drawing covers, to 1/64. */
async function measure(body: string): Promise<Extent> {
  const size = 64;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 128 128">${body}</svg>`;
  const alpha = await sharp(Buffer.from(picture)).ensureAlpha().extractChannel('alpha').raw().toBuffer();
  let [left, top, right, bottom] = [size, size, 0, 0];
  alpha.forEach((value, index) => {
    if (value < 24) return;
    const x = index % size;
    const y = Math.floor(index / size);
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  });
  if (right <= left || bottom <= top) return { left: 0, top: 0, width: 1, height: 1 };
  return { left: left / size, top: top / size, width: (right - left) / size, height: (bottom - top) / size };
}

import { type ColourName, mix } from '../colour.ts';
import type { Random } from '../random.ts';
import type { Time, Weather } from '../words.ts';

/** What a background is painted for. Units: 1000 the shorter side of the picture. */
export interface Stage {
  width: number;
  height: number;
  random: Random;
  time: Time;
  weather: readonly Weather[];
  /** Colours the prompt names for the surroundings. */
  palette: readonly ColourName[];
  /** False for decoration that the prompt or the negative prompt rules out. */
  allows(...names: string[]): boolean;
}

/** A painted background. */
export interface Backdrop {
  /** SVG behind the subjects. */
  behind: string;
  /** SVG over the subjects: rain, bubbles, a wave before a boat. */
  front: string;
  /** Where feet stand, from the top, in units; undefined where everything floats. */
  feet: number | undefined;
  /** Colour of the shadows on the ground; undefined where nothing casts one. */
  shadow: string | undefined;
}

/** A colour of the land as it looks in this light. */
export function inLight(stage: Stage, colour: string): string {
  const byTime = {
    day: colour,
    dawn: mix(colour, '#e8a39c', 0.22),
    sunset: mix(colour, '#b5483c', 0.3),
    night: mix(colour, '#0b1748', 0.6),
  };
  const lit = byTime[stage.time];
  if (stage.weather.includes('fog')) return mix(lit, '#c3ccd3', 0.4);
  return stage.weather.includes('rain') || stage.weather.includes('storm') ? mix(lit, '#5b6874', 0.55) : lit;
}

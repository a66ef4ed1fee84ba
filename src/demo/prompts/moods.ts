/** Moods, colours, surreal scenes and abstracts: one prompt a line, written for this project (MIT). */
export const moods = `
a loneliness of blue shapes, abstract, minimal, soft light
joy, abstract composition, yellow and orange, bold shapes
silence, abstract, pastel pink and white, dreamy
anger, abstract, red and black, dramatic
a calm ocean of teal and gold, abstract, flowing shapes
autumn feelings, abstract in brown, orange and gold, oil painting
retro abstract waves, purple and pink, synthwave poster
a geometric abstract, green and yellow, mosaic
a house floating above the clouds, surreal, dreamy, soft light
a whale in the sky above a city, surreal, sunset, highly detailed
a giant cat behind a city skyline, surreal, sunset, poster art
a tiny elephant on a donut, plain pink background, surreal, poster art, flat colors
a fish riding a bicycle, surreal, plain yellow background, flat colors
a clock in the desert, surreal, long shadows, oil painting
a door in the middle of the ocean, surreal, fog, cinematic
a piano under water, surreal, light rays, dreamy
a tree inside a light bulb, surreal, macro photo, bokeh
a giraffe in a living room, surreal, soft window light, film grain
a chair on the beach at sunset, lonely, soft light, film photo
an empty road at night, moody, fog, cinematic lighting
a rainy city street seen at dusk, melancholy, neon reflections, film grain
a red heart on a white background, minimal, flat colors
a broken heart, plain black background, neon, moody
a candle in a dark room, quiet, moody, oil painting
a balloon flying over a lonely desert, surreal, pastel colors
a boat on a sea of stars, night, dreamy, highly detailed
a bird in an empty room, lonely, black and white, film grain
a lone wolf in the snow, silence, cool tones, cinematic
a happy sun over a green hill, children's book illustration, bright colors
a smiling pumpkin, orange background, poster art, flat colors, halloween
red and white stripes with a lollipop, pop art, bold colors
blue stripes with a sailboat, vintage poster, flat colors
yellow stripes with a banana, poster art, flat colors
a skull and roses, dark background, tattoo style, ink
a mirror ball, purple background, disco, neon glow
fireworks over the sea, night, festive, long exposure
`;

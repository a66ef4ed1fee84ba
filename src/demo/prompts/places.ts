/** Landscapes and buildings: one prompt a line, written for this project (MIT). */
export const places = `
snowy mountains at sunrise, clear sky, golden light, highly detailed
a mountain lake with a small house, autumn forest, golden hour, oil painting
a green meadow with flowers, sunny spring day, watercolor painting, soft washes
a castle on a hill at sunset, dramatic light, fantasy landscape, highly detailed
a japanese castle with cherry blossoms, spring, soft light, ink wash
a shinto shrine in a misty forest, morning light, moody, cinematic
mount fuji behind cherry blossoms, spring, poster art, flat colors
a lighthouse on a stormy coast, rain, dark clouds, oil painting
a lighthouse on the beach, sunny day, watercolor painting
a desert island with a palm tree, blue sea, bright day, flat colors
a palm tree on the beach at sunset, golden hour, poster art
a cabin in the snowy forest, night, stars, warm glow, cozy
a haunted house in a dark forest, full moon, fog, eerie, moody
a house with a garden, sunny day, children's book illustration, pastel colors
a village in the snow, christmas eve, warm glow, storybook illustration
a city skyline at night, neon lights, rain, cyberpunk, cinematic lighting
a city skyline at sunset, golden hour, film grain
a ferris wheel at dusk, city lights, soft focus, dreamy
a circus tent in a meadow, sunny day, vintage poster, bold colors
a bridge at night, city lights, fog, black and white photography
the statue of liberty, stormy sky, dramatic light, poster art
an old church in the countryside, autumn, morning mist, oil painting
a volcano erupting at night, lava, dark sky, dramatic light, highly detailed
a waterfall of stars over a dark forest, night sky, dreamy, surreal
a cactus in the desert, wild west, sunset, film grain
two tents by a lake, camping, starry night, warm glow
a forest in autumn, golden light, fog, oil painting, thick brush strokes
a forest at night, fireflies, moonlight, dreamy, dark
a tropical beach, turquoise water, summer, polaroid, film grain
a rainbow over green fields, after the rain, bright colors, watercolor painting
northern lights over snowy mountains, night, long exposure, highly detailed
a greek temple by the sea, blue sky, sunny day, vintage photograph
a fountain in the park, spring, impressionist oil painting
pixel art of a castle in the mountains, 16 bit, sunset
line art of a city skyline, clean ink outlines, coloring page
a pencil drawing of a house in the woods, cross hatching
`;

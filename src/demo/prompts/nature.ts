/** Plants, sky and weather: one prompt a line, written for this project (MIT). */
export const nature = `
a field of sunflowers, blue sky, summer, impressionist oil painting
a single red rose, black background, dramatic light, macro photo
a bouquet of flowers in a vase, soft window light, still life, oil painting
pink tulips in a spring garden, soft light, watercolor painting, soft washes
cherry blossoms, plain blue background, spring, pastel colors
a lotus on a quiet pond, morning mist, soft light, dreamy
a hibiscus flower on a tropical beach, bright colors, poster art
a lavender field at sunset, golden hour, soft focus, dreamy
a maple leaf, autumn, macro photo, bokeh, warm tones
a lone tree in a green meadow, stormy sky, dramatic light
a bare tree on a snowy hill, fog, black and white photography
a pine tree in a snowstorm, winter night, soft light
a bonsai tree on a wooden table, plain background, ink sketch
a cactus in a pot, plain pink background, flat colors, line art
red mushrooms in a dark forest, fairy light, dreamy, highly detailed
a four leaf clover, macro photo, bokeh, green
a seedling in the rain, soft light, shallow depth of field, hope
a full moon over a calm sea, night, cool tones, long exposure
a crescent moon and stars, night sky, storybook illustration
a shooting star over a desert, night, milky way, highly detailed
the sun over a sea of clouds, sunrise, golden light, soft
a rainbow over the ocean, after the storm, bright colors
a thunderstorm over a wheat field, lightning, dark clouds, dramatic light
rain on a forest road, fog, moody, film grain
a tornado over a lonely farm, stormy sky, dark, cinematic
a giant wave in a stormy sea, japanese woodblock, ink
a snowflake, plain blue background, macro photo, sharp focus
a snowman with a top hat, snowy garden, bright winter day, children's book illustration
a campfire under the stars, night, forest, warm glow
fire and sparks, dark night, dramatic light, highly detailed
autumn leaves falling in a park, golden hour, oil painting
a palm tree in neon colors, synthwave sunset, retro poster
a spider web with dew, morning light, macro photo, bokeh
coral and seashells, underwater, pastel colors, watercolor painting
earth from space, stars, deep black, highly detailed
a pencil drawing of a fern and a mushroom, botanical sketchbook page
`;

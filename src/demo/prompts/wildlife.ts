/** Wild animals where they live: one prompt a line, written for this project (MIT). */
export const wildlife = `
a red fox in an autumn forest, golden hour, shallow depth of field, highly detailed
a fox sleeping in the snow, winter night, stars, soft light, watercolor painting
a brown bear in a misty forest at dawn, cinematic lighting, highly detailed
a family of penguins on the ice, snowfall, cold light, national geographic
a polar bear on an iceberg, arctic sea, overcast, cool tones
a lion at sunset on the savanna, golden hour, dramatic light, oil painting
an elephant and her calf under a tree, savanna at sunset, warm light
a giraffe eating leaves from a tall tree, sunny day, flat colors, poster art
two zebras in a meadow, black and white photography, high contrast
a tiger in the jungle at night, moonlight, moody, dark
a panda eating bamboo in a misty forest, ink sketch, clean lines
a koala in a tree, soft morning light, pastel colors, storybook illustration
a wolf howling at the full moon, snowy mountains, night, cinematic lighting
an owl in a dark forest at midnight, moonlight, eerie, highly detailed
an eagle flying over the mountains, clear sky, sharp focus, national geographic
a flock of flamingos on the beach at sunset, pastel colors, dreamy
a peacock in a garden, sunny day, stained glass mosaic
a hummingbird and a hibiscus flower, macro photo, bokeh, sharp focus
a monarch butterfly on a sunflower, bright sunny meadow, macro photography
a honeybee over lavender flowers, golden hour, shallow depth of field
a ladybug on a green leaf, macro photo, bokeh, sharp focus
a snail on a mushroom in the rain, forest floor, watercolor painting
a frog on a lotus leaf in a pond, morning mist, soft light
a humpback whale in the deep ocean, underwater light rays, blue tones
a whale above the clouds at sunset, surreal, dreamy, highly detailed
a pod of dolphins jumping over waves, sunny day, bright colors
an octopus on the sea floor, underwater, bioluminescent, neon glow
a great white shark in the deep blue sea, dark, cinematic lighting
a sea turtle over a coral reef, underwater, sunlight, highly detailed
a school of tropical fish around coral, underwater, vivid colors, pixel art
three jellyfish glowing in the dark ocean, underwater, neon, dreamy
a crab on a sandy beach, bright day, poster art, flat colors
a camel in the desert, sand dunes at sunset, long shadows, film grain
a deer in a snowy forest, soft morning light, oil painting, thick brush strokes
a hedgehog with a red apple, autumn leaves, storybook illustration
a raccoon in the city at night, neon signs, rain, cyberpunk
`;

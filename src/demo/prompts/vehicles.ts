/** Things that drive, sail and fly: one prompt a line, written for this project (MIT). */
export const vehicles = `
a red sports car on a coastal road, golden hour, cinematic lighting, highly detailed
a yellow taxi in the rain, city street at night, neon reflections, film grain
a vintage car on a desert road, sunset, retro, 35mm film photo
a blue van at the beach, summer, surfboards, poster art, flat colors
a racing car on a racetrack, motion blur, bright day, sharp focus
a fire engine in the city, sunny day, children's book illustration
a school bus on a country road, autumn, warm light, storybook illustration
a green tractor in a wheat field, golden hour, highly detailed
a red bicycle on a quiet street, morning light, watercolor painting, soft washes
a motorcycle on a mountain road, sunset, dramatic light, cinematic
a scooter in paris, rainy day, film grain, soft light
a steam train in the mountains, snow, winter morning, oil painting
a bullet train in tokyo, night, neon glow, cyberpunk, motion blur
a tram on a rainy street, city at dusk, impressionist oil painting
a delivery truck on a highway at night, headlights, moody, cinematic lighting
a sailboat on a calm sea at sunset, golden hour, warm light, highly detailed
a pirate ship on a stormy sea, lightning, dark, dramatic light
a paper boat, a speedboat and a lighthouse, sunny bay, flat colors, poster art
a canoe on a misty lake at dawn, forest, soft light, watercolor painting
a cruise ship at night, ocean, full moon, calm, cool tones
a hot air balloon over the mountains at sunrise, soft light, highly detailed
three hot air balloons over a desert canyon, sunset, poster art, flat colors
an airplane above the clouds, golden hour, soft light, sharp focus
a small propeller plane over a green valley, sunny day, vintage photograph
a helicopter over the city, stormy sky, cinematic lighting
a rocket in space, stars and nebula, retro poster, bold colors
a rocket over a snowy mountain, night sky, stars, long exposure
a spaceship above a desert planet, two moons, concept art, cinematic lighting
a flying saucer over a farm, night, eerie, film grain
a flying saucer above a cow in a meadow, night, storybook illustration
a satellite in orbit, deep space, stars, highly detailed
an astronaut riding a bicycle in space, stars, pop art
a skateboard, plain orange background, line art, clean outlines
pixel art of a blue car on a road, 16 bit, retro game
a black and white photo of an old locomotive, steam, film grain
a pencil drawing of a sailing ship, sketchbook page, cross hatching
`;

/** Keywords of the emoji data that describe rather than name a thing: never drawn on their own. */
export const vague: ReadonlySet<string> = new Set(
  `
tropical flowing ring rings adorable adorbs place second third first last late emergency american super creative arty artsy fresh bright
natural growth young simple country where settle fancy awesome excited happy birthday beauty calm serenity
purity pretty proud colorful ostentatious elegant valentine romance love date anniversary dangerous danger
explosion study rebound strike break breaking broken open closed low high loud quiet silent mute left right up
down over under back front side easy sunny at evening landscape dusk action list do carbs wild wise lazy slow
silly fluffy curious playful strong alpha order pester driving drive ride spin spinning class gang cycle move
split jet weight scale balance stop lunch delicious yum yummy dinner eat hungry morning summer winter spring
autumn fall falling fallen new old york liberty spice flavor taste sour salty mad upset tangy refreshing zest
cool cooling shy flirt hot cold warm steaming sharp clean cleaning fashion casual comfy flat formal dressed
weekend comfortable serious employed jump joey public address future fortune prophecy luck lucky win victory
winning champion glow glowing glittery shining shiny sparkle sparkling flashing dark light day night heat shine
world earth international internet worldwide showing extra ultimate disc set rule angle edge straight
straightedge math point curve catch selling hand foot head neck nose hair leg teeth tooth ear eye mouth belly
blood brown white black green blue red yellow purple indigo violet orange silver gold bronze large small big
long round square circle triangle shape medium full empty quarter waxing waning gibbous whole half piece slice
part cut chop roll wrap wrapped stuffed fried cooked roasted melted canned shaved folded folding floating flying
flight flutter fluttering blow soar ascend landing launch climb step slide sliding playing play playground dance
sing marching running walking swimming skating surfing diving fishing sailing hunting farming mining building
build fix repair work job business rest sit sleep dream dreams think idea talk call send receive search show
watch view look record shot target hit direct art artist painting writing reading knowledge education science
experiment research medicine medical health care aid help safety protect protection rescue save security private
privacy secure power energy electric electricity metal wood stone glass paper plastic wool cotton leather ground
air water wind rain snow nature life peace freedom justice law war fight death dead dying scary horror fear
evil good bad secret hidden magic magical fantasy mythology myth folklore legend royal royalty regal noble
medieval ancient classical modern traditional culture religion holy bless angelic heavenly sport sports team
race racing speed fast quick industrial machine electronic digital data chart graph trend market money cash cost
pay rich luxury million billion dollar euro pound yen currency bank price charge credit tax note notes page mark
sign signal symbol number time hours timer waiting done not month year party celebrate festival festive holiday
merry christmas xmas cheers congratulations japan japanese chinese french mexican irish european asia africa
europe america australia london tokyo russia family mother father mom dad parent female male lady men women
friend feeding nursing birth born change climate reef track traffic intersection trip travel tour vacation
resort picture frame photo selfie flash snap movie film cinema stage theater performing entertainment drop spill
pour pouring accident oops ouch sting burn bite trap lure bait rotting plant vegetable fruit meat food drink
beverage alcohol booze drinks drinking drunk sweet dessert treat sugar snack restaurant kitchen home house
office city school street park garden field forest beach ocean sea river lake mountain mountains desert island
sky star stars sun moon space universe planet winner positive negative attraction horseshoe force suction
mobility disability accessibility assistance service guide blind free zero license id heavy solid tough tight
tie double single twin one two three four five six seven eight nine ten eleven twelve pool club clubs bar pub
hole net goal flag pole stick board kick punch throw boom spark lit af cups cap top drops rip mail email post
delivery shipping tag label cover decorated decorative decor decoration banner string thread rope web bloom
bloated overeat makeup cosmetics hygiene dental bathroom laundry waste trash garbage recycle smell stink snout
store sauce container nothing tray gay lesbian lgbt lgbtq trans queer pride genderqueer transgender glbt control
knobs level slider volume broadcast media tbt studio news revolving alert alarm beacon ping c t u o x vitamin
potassium acidity diet ripe garnish condiment shopping bags collection surprise fragile indecisive iron twisted
convoluted swirl spiral milky way major password clue nuts filling cancer leo virgo libra scorpio aries taurus
gemini pisces capricorn aquarius sagittarius beat rhythm score musical jazz brass band orchestra pipe recorder
mate link links pick seat construction station memo receipt placard motorway thermometer hook tongue person kiss
fog foggy rock pen wing sparkles notice opening transparent collar trail pit rare wonder poor clay spots stripe
transform rise revival rebirth renewal glory immortal emerge reinvent ascension reincarnation revive
`
    .trim()
    .split(/\s+/),
);

"""What people call palettes and modifiers.

PALETTE_WORDS: adjectives that fit "{P} sea" and "the sea in {P} colours"; the first is the plain name.
MODIFIER_FORMS: whole sentences around a picture {X}; the first is the plain form.
No stem of paraphrases.json may occur here: run check_paraphrases after a change.
"""
_PALETTES = """
neon: neon|magenta and cyan|neon pink and cyan|glow stick|electric pink and cyan
fire: fiery|red and orange|flame coloured|burning orange|flaming|red and yellow|hot
ocean: ocean blue|aqua|sea blue|azure|cerulean|watery blue|blue and aqua
forest: forest green|green|leafy green|olive green|grass green|natural green|woodland green
sunset: sunset coloured|pink and orange|warm sunset|purple and orange|sundown|magenta and orange
ice: icy|ice blue|pale blue|frozen|frosty|glacial|cold light blue
gold: golden|gold|gilded|honey gold|brass|gold coloured
candy: candy coloured|bubblegum|cotton candy|sweet pink|candy|sugary|pink and aqua
mono: black and white|monochrome|grayscale|grey|white on black|silver|colourless|white
acid: acid green|lime|lime green|yellow green|chartreuse|acid yellow|acid
violet: violet|purple|ultraviolet|deep purple|bright purple|grape|violet coloured
ruby: ruby red|red|crimson|scarlet|ruby|bright red|cherry red
cyberpunk: cyberpunk|cyan, hot pink and yellow|dystopian neon|cyberpunk neon|dystopian|pink, teal and yellow
vaporwave: vaporwave|purple, pink and cyan|dreamwave|retro pink and purple|vaporwave pink|eighties pink and purple
rainbow: rainbow|multicoloured|colourful|spectral|all colours|rainbow coloured|many coloured|motley
copper: copper|bronze|copper brown|rusty|terracotta|burnished copper|rust
emerald: emerald|emerald green|jade|jade green|gem green|emerald coloured
midnight: midnight blue|navy|dark blue|navy blue|deep blue|midnight|night blue
rose: rose pink|pink|rosy|dusty pink|blush pink|rose coloured
teal: teal|teal green|petrol blue|blue green|muted teal|teal coloured
amber: amber|orange|warm orange|tangerine|bright orange|amber coloured
indigo: indigo|blue violet|indigo blue|electric indigo|violet blue
matrix: matrix green|terminal green|hacker green|green on black|matrix code green|green monitor
magenta: magenta|fuchsia|hot pink|hot magenta|shocking pink|bright magenta
coral: coral pink|salmon|salmon pink|coral coloured|coral red
turquoise: turquoise|cyan|bright cyan|caribbean blue|turquoise blue|bright turquoise
lavender: lavender|lilac|pale purple|mauve|wisteria|light violet
peach: peach|apricot|peachy|soft orange|peaches and cream|light orange
crimson_night: crimson and navy|red and dark blue|red and blue|crimson night|scarlet and midnight blue|blue and red
sepia: sepia|sepia toned|brown|beige|brown and cream|coffee brown
patina: verdigris|patina|oxidised copper|copper and turquoise|green copper|bronze with a green patina
toxic: toxic|toxic green and purple|radioactive|poisonous green and purple|purple and lime|poison green
infrared: infrared|thermal camera|heat map|thermal|thermal imaging|infrared camera
borealis: aurora coloured|emerald and violet|polar light coloured|teal and lilac|green and violet northern light
autumn: autumn|autumnal|autumn leaf coloured|russet|olive and orange|october|autumn brown and orange
blossom: cherry blossom|green and pink|springtime|cherry blossom pink|spring|pink and leafy green
deep_sea: deep sea blue|abyssal|dark teal|abyssal blue|bioluminescent teal|deep ocean teal
lava: lava|magma|volcanic|black and orange|lava red|lava coloured|volcano
dawn: dawn|dawn coloured|morning light|blue and peach|early morning|first light|morning sky
cosmic: astral|purple and electric blue|violet and cyan|astral violet and blue|ultraviolet and electric blue|space coloured
blood_moon: blood red|dark red|deep red|oxblood|black and red|bloody
matcha: matcha|sage green|sage|pale green|pistachio|green tea|matcha green
holographic: holographic|iridescent|opalescent|hologram|pearlescent|mother of pearl|opal
teal_orange: teal and orange|orange and teal|blockbuster teal and orange|orange and blue|blue and orange
red_white: red and white|white and red|red on white|white and scarlet|candy cane red and white
black_gold: black and gold|gold on black|gold and black|art deco gold|black with gold leaf|luxury black and gold
mint: mint|mint green|minty|peppermint|fresh mint|light mint
cobalt: cobalt|blue|electric blue|cobalt blue|pure blue|bright blue|intense blue
lemon: lemon|yellow|lemon yellow|sunny yellow|bright yellow|canary yellow
plum: plum|aubergine|plum purple|mulberry|burgundy|dark mauve|wine
tropical: tropical|tropical fruit|turquoise, yellow and coral|tropical island|hawaiian|caribbean beach
flamingo: flamingo|pink and teal|flamingo pink|teal and pink|pink and petrol
royal: blue and gold|royal blue and gold|gold and blue|royal|regal|kingly
noir_red: black, white and red|grey and red|black and white with red|red accents on grey|monochrome with red
"""
_MODIFIERS = """
close: {X}, close up|{X} close up|a close view of {X}|{X}, close view|close {X}|macro shot of {X}|{X} at close range|near view of {X}|big {X}|huge {X} up close|close-up of {X}|macro {X}|{X} from very near|zoomed in {X}|extreme close-up of {X}|{X} in macro|{X} filling the frame|{X} up close|tight shot of {X}|detail of {X}|huge {X}|right in front of {X}|enlarged {X}
wide: {X}, wide shot|wide {X}|{X} in the distance|far away {X}|{X} from afar|small {X} in a wide frame|{X}, wide|long shot of {X}|a very wide view of {X}|tiny {X} far off|wide shot of {X}|{X} from far away|{X}, wide angle|panorama of {X}|distant {X}|zoomed out {X}|panoramic {X}|{X} from afar|establishing shot of {X}|wide view of {X}|tiny {X} in the distance|{X}, long shot|small {X}, far off|very wide {X}
dense: dense {X}|{X}, dense|very dense {X}|{X} full of detail|detailed {X}|intricate {X}|many {X} close together|{X} everywhere|rich detailed {X}|{X} tightly packed|a maze of {X}|overcrowded {X}|{X} with a lot going on|cluttered {X}|fine detailed {X}|{X}, intricate|highly detailed {X}|crowded {X}|busy {X}|{X} packed with detail|complex {X}|{X}, full of detail|teeming {X}|many layers of {X}|overloaded {X}|{X}, dense and rich|elaborate {X}|packed {X}|{X} in abundance|{X} everywhere, dense
sparse: sparse {X}|{X}, sparse|{X}, minimal|a few bits of {X}|{X} with a lot of empty space|{X} on an empty background|sparse scattered {X}|{X}, reduced|very simple {X}|{X} in nothingness|lonely {X}|clean minimal {X}|{X} with negative space|minimal {X}|minimalist {X}|{X}, few elements|simple {X}|{X}, mostly empty|bare {X}|reduced {X}|uncluttered {X}|{X}, less is more|{X}, minimalism|a few sparse {X}|{X} with lots of emptiness|empty {X}|{X}, scarce and simple|hardly any {X}
symmetric: symmetric {X}|{X}, symmetric|{X} with mirror symmetry|symmetrical picture of {X}|{X}, left right symmetry|a mirror image of {X}|{X} folded down the middle|mirrored {X}|{X} mirrored left and right|symmetrical {X}|{X}, bilateral symmetry|{X} with a mirror in the middle|mirror image of {X}|perfectly symmetrical {X}|{X} like a rorschach blot|{X}, symmetry|{X}, two equal halves|{X} mirrored along the middle|{X}, mirror symmetry
six_fold: six-fold {X}|{X}, six-fold|{X} in a hexagonal pattern|{X} six times around|{X} with six arms|{X} with sixfold symmetry|{X}, kaleidoscopic|{X} repeated six times around the centre|{X}, radial symmetry|radially repeated {X}|kaleidoscopic {X}|{X} arranged in six segments|six-way {X}|six mirrored slices of {X}|{X} with six-fold rotational symmetry|{X}, kaleidoscope effect|sixfold {X}|{X} rotated six times
tilted: tilted {X}|{X}, tilted|{X} tilted|{X} with a tilted horizon|{X} turned a little|a slanted view of {X}|{X} leaning to one side|{X} at a slant|tilted view of {X}|tipped {X}|{X} at an angle|slanted {X}|{X}, dutch angle|diagonal {X}|crooked {X}|leaning {X}|{X} tipped to one side|askew {X}|oblique {X}|{X} on a slant|rotated {X}|{X}, tilted camera|{X}, inclined|{X}, camera rolled
upside: {X} upside down|{X}, upside down|{X} flipped over|{X} the wrong way up|overturned {X}|{X}, inverted|{X} hanging from above|vertically flipped {X}|{X} bottom up|upside down {X}|{X} reflected in water|{X} turned on its head|inverted {X}|{X} mirrored in still water|{X} flipped vertically|{X} with its reflection below|{X} standing on its head|{X} and its reflection|{X}, reflection in a calm lake|flipped {X}|{X}, top to bottom
glowing: glowing {X}|{X} glowing|{X} that glows|{X}, luminous|brightly glowing {X}|glow of {X}|bright {X}|{X} shining brightly|{X} in a blaze of light|{X}, radiant|blooming light of {X}|{X} with bloom|gleaming {X}|beaming {X}|luminous {X}|radiant {X}|{X} with a bright glow|shining {X}|{X}, glowing|brightly lit {X}|{X} full of light|dazzling {X}|{X} lit from within|incandescent {X}|blinding {X}|{X}, intense glow|{X} aglow|brilliant {X}
noir: dark {X}|{X}, noir|very dark {X}|{X} in darkness|{X} in deep shadow|black {X}|moody dark {X}|{X} half hidden in the dark|film noir {X}|dimly lit {X}|{X} barely lit|noir {X}|dim {X}|{X} in the shadows|shadowy {X}|{X}, low key|gloomy {X}|{X}, film noir|dark and moody {X}|{X} hidden in darkness|underexposed {X}|{X}, dark|{X}, low light|noir style {X}|{X}, deep shadows
foggy: foggy {X}|{X}, foggy|{X} behind fog|{X} deep in fog|thick fog over {X}|{X} in haze|misty {X}|{X} in the fog|hazy {X}|{X} shrouded in mist|{X} through haze|{X} disappearing in fog|{X} in mist|{X}, thick fog|{X}, mist and haze|{X} on a misty morning|{X}, fog|fog over {X}|{X} behind a layer of haze
stormy: stormy {X}|{X}, stormy|{X} in stormy conditions|thunderous {X}|{X} under storm clouds|violent {X}|{X}, turbulent|turbulent {X}|{X} in a storm|wild {X}|{X}, violent|raging {X}|tempestuous {X}|{X} in turmoil|agitated {X}|{X} whipped up by a gale|furious {X}|{X}, rough and restless|{X}, storm and turbulence|rough {X}|{X} in a hurricane
pastel: pastel {X}|{X} in pastels|{X} in pastel colours|soft {X} in pale colours|light pastel {X}|gentle pale {X}|delicate {X}, pastel|{X} in washed out colours|{X}, soft tones|soft pastel {X}|{X} in soft pale tones|{X}, pastel|{X}, muted and light|powdery {X}|washed-out {X}|{X} in milky tones|soft pale {X}|pastel coloured {X}|{X}, pale and soft|{X} in gentle pastels|chalky {X}
vintage: vintage {X}|{X}, vintage|old picture of {X}|retro film {X}|{X} from an old movie|seventies {X}|{X}, old film|grainy {X}|{X} on old film stock|aged {X}|nostalgic {X}|{X}, analog film|worn {X}|antique {X}|{X} from the seventies|{X}, retro film look|8 mm {X}|faded {X}|{X} with film grain|{X}, vintage film|old {X}
glitch: glitch {X}|{X}, glitch|{X} with glitches|glitch art {X}|broken {X}|{X} with a broken signal|distorted digital {X}|glitchy {X}|{X} with digital errors|corrupted {X}|{X}, data moshing|broken video signal of {X}|distorted {X}|{X} with scanlines and noise|{X}, glitch art|malfunctioning {X}|{X}, signal loss|{X}, digital glitch|glitched {X}|{X}, error in the video file
watercolour: watercolour {X}|watercolor {X}|{X} in watercolours|a watercolour of {X}|{X}, watercolor painting|painted {X}|brush painted {X}|wet paint {X}|washed {X}|watercolor of {X}|{X} painted in watercolour|{X}, watercolour|aquarelle of {X}|{X}, watercolour with wet edges|washy watercolour {X}|{X} as a watercolour painting|bleeding watercolours of {X}|{X}, soft watercolour washes|watercolour painting of {X}|{X}, watercolor
pixelated: pixelated {X}|{X}, pixelated|{X} in pixels|pixel {X}|{X} as pixel art|eight bit {X}|{X} made of big squares|low res {X}|{X} in large squares|coarse pixel {X}|pixel art {X}|{X}, 8-bit|{X} in big pixels|blocky {X}|low resolution {X}|{X} made of square pixels|{X}, pixel art|sixteen bit {X}|{X} in chunky pixels|{X}, pixels|8-bit {X}|{X}, low-res|{X} as pixel graphics
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    rows = (line.split(": ", 1) for line in text.strip().splitlines())
    return {name: tuple(words.split("|")) for name, words in rows}


PALETTE_WORDS = _read(_PALETTES)
MODIFIER_FORMS = _read(_MODIFIERS)

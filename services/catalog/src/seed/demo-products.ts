import type { NewProduct } from '../contract.ts'

/** A product with one variant, as the list below writes it. */
interface Item {
  readonly sku: string
  readonly title: string
  readonly description: string
  readonly brand: string
  readonly categories: readonly string[]
  readonly eurMinor: number
  readonly weightGrams: number
  readonly stock: number
}

/** Dollars for a euro amount of the demo, to whole five cents: a price list, not an exchange rate. */
function usdMinor(eurMinor: number): number {
  return Math.round((eurMinor * 1.1) / 5) * 5
}

function prices(eurMinor: number): NewProduct['variants'][number]['prices'] {
  return [
    { currency: 'EUR', amountMinor: eurMinor },
    { currency: 'USD', amountMinor: usdMinor(eurMinor) },
  ]
}

function single({ sku, title, description, brand, categories, eurMinor, weightGrams, stock }: Item): NewProduct {
  const variants = [{ sku, weightGrams, prices: prices(eurMinor), initialStock: stock }]
  return { title, description, brand, categories: [...categories], variants }
}

/** Products that come in several forms. */
const withVariants: readonly NewProduct[] = [
  {
    title: 'Linen Apron',
    description: 'Washed linen, two pockets, long ties. Gets softer with every wash.',
    brand: 'Hofgarn',
    categories: ['textiles', 'kitchen'],
    variants: ['Natural', 'Indigo', 'Rust'].map((color) => ({
      sku: `APRON-${color.slice(0, 3).toUpperCase()}`,
      title: color,
      options: { color },
      weightGrams: 280,
      prices: prices(4_900),
      initialStock: 60,
    })),
  },
  {
    title: 'Merino Blanket',
    description: 'Woven from one hundred percent merino wool, warm without weight.',
    brand: 'Hofgarn',
    categories: ['textiles'],
    variants: [
      { sku: 'BLANKET-S', title: '130 × 180 cm', options: { size: 'S' }, weightGrams: 900, prices: prices(12_900), initialStock: 35 },
      { sku: 'BLANKET-L', title: '180 × 240 cm', options: { size: 'L' }, weightGrams: 1_700, prices: prices(19_900), initialStock: 20 },
    ],
  },
  {
    title: 'Espresso Roast',
    description: 'Dark but not bitter: chocolate, hazelnut, a little cherry. Roasted every Tuesday.',
    brand: 'Nordlicht',
    categories: ['coffee'],
    variants: [
      { sku: 'ESPRESSO-250', title: '250 g', options: { weight: '250 g' }, weightGrams: 270, prices: prices(990), initialStock: 400 },
      { sku: 'ESPRESSO-1000', title: '1 kg', options: { weight: '1 kg' }, weightGrams: 1_040, prices: prices(3_290), initialStock: 150 },
    ],
  },
]

const items: readonly Item[] = [
  {
    sku: 'MUG-BLUE',
    title: 'Stoneware Mug',
    description: 'Thrown by hand, glazed in blue, 350 ml. No two are alike.',
    brand: 'Tonwerk',
    categories: ['tableware', 'coffee'],
    eurMinor: 1_850,
    weightGrams: 380,
    stock: 500,
  },
  {
    sku: 'BOWL-SPECKLE',
    title: 'Breakfast Bowl',
    description: 'Speckled stoneware, deep enough for a generous muesli.',
    brand: 'Tonwerk',
    categories: ['tableware'],
    eurMinor: 2_200,
    weightGrams: 520,
    stock: 240,
  },
  {
    sku: 'PLATE-DINNER',
    title: 'Dinner Plate',
    description: 'Flat stoneware plate with a raised rim, 27 cm, safe in the dishwasher.',
    brand: 'Tonwerk',
    categories: ['tableware'],
    eurMinor: 2_600,
    weightGrams: 780,
    stock: 260,
  },
  {
    sku: 'CARAFE-1L',
    title: 'Glass Carafe',
    description: 'Mouth-blown borosilicate glass with a cork stopper, one litre.',
    brand: 'Klarsicht',
    categories: ['tableware'],
    eurMinor: 3_400,
    weightGrams: 610,
    stock: 120,
  },
  {
    sku: 'KETTLE-GOOSE',
    title: 'Gooseneck Kettle',
    description: 'Stainless steel, 900 ml, pours as slowly as a filter coffee wants.',
    brand: 'Nordlicht',
    categories: ['coffee'],
    eurMinor: 6_900,
    weightGrams: 940,
    stock: 80,
  },
  {
    sku: 'DRIPPER-CERAMIC',
    title: 'Ceramic Dripper',
    description: 'For filters of size 2; the ribs keep the flow even.',
    brand: 'Nordlicht',
    categories: ['coffee'],
    eurMinor: 2_490,
    weightGrams: 410,
    stock: 180,
  },
  {
    sku: 'FILTER-100',
    title: 'Paper Filters, 100 pieces',
    description: 'Unbleached, size 2, compostable.',
    brand: 'Nordlicht',
    categories: ['coffee'],
    eurMinor: 590,
    weightGrams: 160,
    stock: 900,
  },
  {
    sku: 'GRINDER-HAND',
    title: 'Hand Grinder',
    description: 'Conical steel burrs with thirty settings, from espresso to French press.',
    brand: 'Nordlicht',
    categories: ['coffee'],
    eurMinor: 8_900,
    weightGrams: 620,
    stock: 70,
  },
  {
    sku: 'KNIFE-CHEF',
    title: 'Chef’s Knife',
    description: 'Forged carbon steel, 20 cm blade, walnut handle.',
    brand: 'Schmiede Ost',
    categories: ['kitchen'],
    eurMinor: 11_900,
    weightGrams: 260,
    stock: 60,
  },
  {
    sku: 'BOARD-OAK',
    title: 'Oak Cutting Board',
    description: 'End grain oak, 40 × 28 cm, oiled and ready for use.',
    brand: 'Holzweg',
    categories: ['kitchen'],
    eurMinor: 5_900,
    weightGrams: 2_100,
    stock: 90,
  },
  {
    sku: 'PAN-IRON-24',
    title: 'Iron Pan, 24 cm',
    description: 'Wrought iron, seasoned in the oven, for a lifetime of fried eggs.',
    brand: 'Schmiede Ost',
    categories: ['kitchen'],
    eurMinor: 7_400,
    weightGrams: 1_600,
    stock: 75,
  },
  {
    sku: 'TOWEL-LINEN-2',
    title: 'Kitchen Towels, pair',
    description: 'Half linen, woven in stripes, dry without lint.',
    brand: 'Hofgarn',
    categories: ['textiles', 'kitchen'],
    eurMinor: 1_900,
    weightGrams: 210,
    stock: 300,
  },
  {
    sku: 'CUSHION-WOOL',
    title: 'Wool Cushion',
    description: 'Felted wool cover with a down filling, 45 × 45 cm.',
    brand: 'Hofgarn',
    categories: ['textiles'],
    eurMinor: 4_500,
    weightGrams: 700,
    stock: 110,
  },
  {
    sku: 'LAMP-DESK',
    title: 'Desk Lamp',
    description: 'Aluminium arm on two joints, warm LED, dims by touch.',
    brand: 'Klarsicht',
    categories: ['lighting', 'desk'],
    eurMinor: 8_400,
    weightGrams: 1_350,
    stock: 55,
  },
  {
    sku: 'LAMP-PAPER',
    title: 'Paper Lantern',
    description: 'Folded rice paper on a bamboo frame, 40 cm.',
    brand: 'Klarsicht',
    categories: ['lighting'],
    eurMinor: 2_900,
    weightGrams: 320,
    stock: 140,
  },
  {
    sku: 'CANDLE-BEES',
    title: 'Beeswax Candle',
    description: 'Pure beeswax, burns for about forty hours.',
    brand: 'Imkerei Süd',
    categories: ['home', 'lighting'],
    eurMinor: 1_250,
    weightGrams: 300,
    stock: 350,
  },
  {
    sku: 'NOTEBOOK-A5',
    title: 'Notebook A5',
    description: 'Thread-bound, 192 dotted pages, lies flat.',
    brand: 'Papierlager',
    categories: ['desk'],
    eurMinor: 1_490,
    weightGrams: 290,
    stock: 600,
  },
  {
    sku: 'PEN-BRASS',
    title: 'Brass Ballpoint',
    description: 'Turned from solid brass; takes the refill that every stationer has.',
    brand: 'Papierlager',
    categories: ['desk'],
    eurMinor: 3_200,
    weightGrams: 45,
    stock: 160,
  },
  {
    sku: 'TRAY-WALNUT',
    title: 'Walnut Desk Tray',
    description: 'Three compartments for what otherwise lies about.',
    brand: 'Holzweg',
    categories: ['desk'],
    eurMinor: 4_200,
    weightGrams: 480,
    stock: 85,
  },
  {
    sku: 'BOTTLE-STEEL',
    title: 'Steel Bottle',
    description: 'Double-walled, 600 ml, keeps tea hot for eight hours.',
    brand: 'Fernweh',
    categories: ['outdoor'],
    eurMinor: 2_790,
    weightGrams: 340,
    stock: 320,
  },
  {
    sku: 'HAMMOCK-COTTON',
    title: 'Cotton Hammock',
    description: 'Woven by hand, carries two, folds into its own bag.',
    brand: 'Fernweh',
    categories: ['outdoor'],
    eurMinor: 7_900,
    weightGrams: 1_450,
    stock: 45,
  },
]

/** The demo catalog: what a small shop for the house could sell. */
export const demoProducts: readonly NewProduct[] = [...items.map(single), ...withVariants]

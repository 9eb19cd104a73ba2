// Owns: where a name has a joiner, as parts of regular expressions. Unicode's zero width joiner and non-joiner are drawn as nothing, so they are taken
// only where they change what is read: after a virama and before a letter of its script (RFC 5892, A.1 and A.2), between Arabic letters that would join
// (A.1), and in two letters that are written with one. There is no looking around in it, which few readers of JSON Schema can.
// I1: a text is read in one way only, so a long one is read once: a letter of these scripts is read here and nowhere else.

/** A script of India or its neighbours, whose virama ends a letter's vowel. */
interface Script {
  /** Letters, as ranges of a class. */
  readonly letters: string
  readonly virama: string
  /** Dot that makes another letter of one; in NFC it stands before the virama. */
  readonly nukta?: string
}

const DEVANAGARI: Script = {
  letters: String.raw`\u0904-\u0939\u0958-\u0961\u0972-\u097f`,
  virama: String.raw`\u094d`,
  nukta: String.raw`\u093c`,
}
const GURMUKHI: Script = {
  letters: String.raw`\u0a05-\u0a0a\u0a0f\u0a10\u0a13-\u0a28\u0a2a-\u0a30\u0a32\u0a33\u0a35\u0a36\u0a38\u0a39\u0a59-\u0a5c\u0a5e\u0a72\u0a73`,
  virama: String.raw`\u0a4d`,
  nukta: String.raw`\u0a3c`,
}
const GUJARATI: Script = {
  letters: String.raw`\u0a85-\u0a8d\u0a8f-\u0a91\u0a93-\u0aa8\u0aaa-\u0ab0\u0ab2\u0ab3\u0ab5-\u0ab9\u0ae0\u0ae1\u0af9`,
  virama: String.raw`\u0acd`,
  nukta: String.raw`\u0abc`,
}
const ORIYA: Script = {
  letters: String.raw`\u0b05-\u0b0c\u0b0f\u0b10\u0b13-\u0b28\u0b2a-\u0b30\u0b32\u0b33\u0b35-\u0b39\u0b5c\u0b5d\u0b5f-\u0b61\u0b71`,
  virama: String.raw`\u0b4d`,
  nukta: String.raw`\u0b3c`,
}
const TAMIL: Script = {
  letters: String.raw`\u0b83\u0b85-\u0b8a\u0b8e-\u0b90\u0b92-\u0b95\u0b99\u0b9a\u0b9c\u0b9e\u0b9f\u0ba3\u0ba4\u0ba8-\u0baa\u0bae-\u0bb9`,
  virama: String.raw`\u0bcd`,
}
const TELUGU: Script = {
  letters: String.raw`\u0c05-\u0c0c\u0c0e-\u0c10\u0c12-\u0c28\u0c2a-\u0c39\u0c58-\u0c5a\u0c5d\u0c60\u0c61`,
  virama: String.raw`\u0c4d`,
  nukta: String.raw`\u0c3c`,
}
const KANNADA: Script = {
  letters: String.raw`\u0c85-\u0c8c\u0c8e-\u0c90\u0c92-\u0ca8\u0caa-\u0cb3\u0cb5-\u0cb9\u0cdd\u0cde\u0ce0\u0ce1\u0cf1\u0cf2`,
  virama: String.raw`\u0ccd`,
  nukta: String.raw`\u0cbc`,
}
const SINHALA: Script = { letters: String.raw`\u0d85-\u0d96\u0d9a-\u0db1\u0db3-\u0dbb\u0dbd\u0dc0-\u0dc6`, virama: String.raw`\u0dca` }
/** Bengali without its ra. */
const BENGALI = String.raw`\u0985-\u098c\u098f\u0990\u0993-\u09a8\u09aa-\u09af\u09b2\u09b6-\u09b9\u09ce\u09dc\u09dd\u09df-\u09e1\u09f0\u09f1`
const BENGALI_RA = String.raw`\u09b0`
/** Malayalam without the next ones. */
const MALAYALAM = String.raw`\u0d05-\u0d0c\u0d0e-\u0d10\u0d12-\u0d14\u0d16-\u0d22\u0d24-\u0d27\u0d29-\u0d2f\u0d31\u0d34-\u0d3a\u0d54-\u0d56\u0d5f-\u0d61\u0d7a-\u0d7f`
/** Letters that a virama and a joiner make chillus of, which have no vowel and end many names: older texts write them so, and the joiner shows. */
const CHILLUS = String.raw`\u0d15\u0d23\u0d28\u0d30\u0d32\u0d33`
/** Arabic letters that join on both sides (Joining_Type D), and those that join to the one before only (R). */
const ARABIC_DUAL = String.raw`\u0620\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f\u0678-\u0687\u069a-\u06bf\u06c1\u06c2\u06cc\u06ce\u06d0\u06d1\u06fa-\u06fc\u0750-\u0758\u075c-\u076a\u076d-\u0770\u0772\u0775-\u0777\u077a-\u077f\u08a0-\u08a9\u08af\u08b0\u08b3-\u08b8\u08ba-\u08c7`
const ARABIC_RIGHT = String.raw`\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u0759-\u075b\u076b\u076c\u0771\u0773\u0774\u0778\u0779\u08aa-\u08ac\u08ae\u08b1\u08b2\u08b9`

const SCRIPTS: readonly Script[] = [DEVANAGARI, GURMUKHI, GUJARATI, ORIYA, TAMIL, TELUGU, KANNADA, SINHALA]

/** Letters that a joiner may stand between, as ranges of a class. Only {@link JOINED_LETTERS} reads them. */
export const JOINING = [...SCRIPTS.map(({ letters }) => letters), BENGALI, BENGALI_RA, MALAYALAM, CHILLUS, ARABIC_DUAL, ARABIC_RIGHT].join(
  '',
)

/** One such letter, or several with joiners between them, as alternatives of a regular expression. */
export const JOINED_LETTERS = [...SCRIPTS.map(lettersOf), bengali(), malayalam(), arabic()].join('|')

function lettersOf({ letters, virama, nukta }: Script): string {
  return String.raw`(?:[${letters}]${nukta ? `${nukta}?` : ''}${virama}[\u200c\u200d])*[${letters}]`
}

/** As the others, and with a joiner between a ra and its virama, before another letter: the ra keeps its form then. */
function bengali(): string {
  const any = `[${BENGALI}${BENGALI_RA}]`
  return String.raw`(?:${any}\u09bc?\u09cd[\u200c\u200d]|${BENGALI_RA}\u200d\u09cd)*${any}`
}

/** As the others, and with chillus, which may stand before anything. */
function malayalam(): string {
  const link = String.raw`[${MALAYALAM}]\u0d4d[\u200c\u200d]|[${CHILLUS}]\u0d4d\u200c`
  return String.raw`(?:${link})*(?:[${MALAYALAM}]|[${CHILLUS}](?:\u0d4d\u200d)?)`
}

function arabic(): string {
  return String.raw`(?:[${ARABIC_DUAL}]\u200c)*[${ARABIC_DUAL}${ARABIC_RIGHT}]`
}

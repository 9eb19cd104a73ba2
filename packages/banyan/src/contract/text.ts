import { Type, type TString } from 'typebox'
import { EMAIL_LENGTH_MAX, EMAIL_LENGTH_MIN, EMAIL_MEANING, emailPattern } from './email-text.ts'
import { JOINED_LETTERS, JOINING } from './joined-letters.ts'
import { misuse } from '../kernel/error.ts'
import { onlyOptions, partsOf, shownValue } from '../kernel/form.ts'
import { NAMES } from '../kernel/name.ts'

/** Keyword of a schema: the text is put into this Unicode normalisation form before it is checked. */
export const NORMALISATION = 'x-normalisation'

/** Keyword of a schema that says in words what it asks for: for one whose pattern others may use for something else. */
export const EXPECTED_WORDS = 'x-expected'

/** Bounds of a text, in code points, as JSON Schema counts: an emoji of one code point is 1, whatever UTF-16 or UTF-8 need for it. */
export interface TextBounds {
  readonly max: number
  /** Default 1 for names, lines and identifiers; 0 for prose. At least 1 asks for something that can be seen. */
  readonly min?: number
  /** Stands in the reference of the API. */
  readonly description?: string
  /** Values to begin with, for the reference: the first stands in the bodies that it shows. */
  readonly examples?: readonly string[]
}

/** Longest id in contracts where none is given: UUIDs have 36 characters, and authors' own ids are no longer than this. */
export const ID_LENGTH_MAX = 64
/** Longest key that a program chooses: of an event, a saga, a timer. PostgreSQL cannot index much longer ones, whatever characters they have. */
export const KEY_LENGTH_MAX = 256
/** Longest subject of a principal, as OpenID Connect bounds it. Ids of users from other issuers are as long as this. */
export const SUBJECT_LENGTH_MAX = 255

/** A text of a narrower form than its kind asks for. */
export interface CodeBounds extends TextBounds {
  /** A regular expression for the whole text, with `^` and `$`. It must allow nothing but visible ASCII characters. */
  readonly pattern?: string
  /** What is asked for, in words for callers, e.g. `must be a postcode`: the pattern itself tells people nothing. */
  readonly expected?: string
}

/** Symbols and marks that are drawn as nothing, whatever their properties say: a musical null head, a filler of Khitan. */
const UNSEEN = String.raw`\u{1d159}\u{16fe4}`
/**
 * What no name needs, by Unicode's own properties, so that a character of its next version is not forgotten: controls, format characters, private
 * use, what is not assigned (noncharacters among it), halves of surrogate pairs; line and paragraph separators; what shows as nothing.
 */
const OUT_OF_NAMES = String.raw`\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}` + UNSEEN
/**
 * Lines and prose may have more: what the next version of Unicode assigns (the emoji of a newer phone), private use (the sign of a maker), and what
 * {@link HELPERS} lists.
 */
const OUT_OF_PROSE =
  String.raw`\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Cf}\ud800-\udfff\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}` +
  UNSEEN
const OUT_OF_LINES = String.raw`\t\n` + OUT_OF_PROSE
/** Marks within lines and prose that a language, an emoji or a word break needs: soft hyphen, signs of numbers, direction marks, joiners, variation selectors. */
const HELPERS = String.raw`[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u200c-\u200f\ufe00-\ufe0f\u{110bd}\u{110cd}\u{e0100}-\u{e01ef}]`
/** Blanks: allowed within a text, but a text of nothing else is none. */
const BLANKS = String.raw`\t\n \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000`

/** What stands in identifiers where no narrower pattern is given. */
const ID_PATTERN = String.raw`^[A-Za-z0-9][A-Za-z0-9._:-]*$`
const CODE_PATTERN = NAMES.code.pattern.source
const VISIBLE_ASCII_PATTERN = String.raw`^[\u0021-\u007e]*$`
const RAW_PATTERN = String.raw`^[^\u0000\ud800-\udfff]*$`
const EMAIL_PATTERN = emailPattern(OUT_OF_NAMES)

/** Three digits have the shortest numbers, of the police; twenty, more than the fifteen of E.164, leave room for what is dialled before or after it. */
const PHONE_PATTERN = String.raw`^\+?[ ()./-]*(?:[0-9][ ()./-]*){3,20}$`
const PHONE_LENGTH_MAX = 40

/** What patterns of this file mean, for people: the pattern itself tells them nothing. */
const MEANINGS = new Map([
  [ID_PATTERN, 'must be letters, digits, and any of . _ : - after the first'],
  [CODE_PATTERN, 'must be lower-case letters, digits and underscores, the first a letter'],
  [VISIBLE_ASCII_PATTERN, 'must be visible ASCII characters without blanks'],
  [EMAIL_PATTERN, EMAIL_MEANING],
  [PHONE_PATTERN, 'must be a telephone number: 3 to 20 digits, with + before and blanks or any of ( ) . / - between them'],
  [RAW_PATTERN, 'must be well-formed Unicode without NUL'],
])

/**
 * The kinds of texts in contracts. A text of no kind (`Type.String()`) lets a NUL in, which no store keeps, and characters that nobody sees.
 * All kinds refuse NUL and lone halves of surrogate pairs. Those for people (name, line, prose) also refuse what nobody sees and what turns the
 * direction of writing, and are put into NFC before they are checked, so that one spelling is one text: bounds count code points of that form.
 */
export const Text = {
  /** A name or a part of an address: one line of assigned characters that can be seen, and joiners where a script needs them. */
  name: (bounds: TextBounds): TString => forPeople(NAME, { min: 1, ...bounds }, NAME_MEANING),
  /** One line, e.g. a title or a search: like {@link Text.name}, but joiners, variation selectors and marks of direction are allowed, as emoji and some languages need them. */
  line: (bounds: TextBounds): TString => forPeople(LINE, { min: 1, ...bounds }, LINE_MEANING),
  /**
   * A mail address: atoms with single dots between them, one @, and a dot in the domain; quoted ones are refused. Whether mail arrives is for a
   * confirmation to find out. Bounds of bytes (64 before the @, 254 in all) are for whoever takes it: JSON Schema counts code points.
   */
  email: (): TString =>
    Type.String({ minLength: EMAIL_LENGTH_MIN, maxLength: EMAIL_LENGTH_MAX, pattern: EMAIL_PATTERN, [NORMALISATION]: 'NFC' }),
  /** A telephone number as people write it: an international `+`, digits, and blanks, brackets, dots, slashes or hyphens between them. */
  phone: (): TString => ofPattern(PHONE_PATTERN, { max: PHONE_LENGTH_MAX }),
  /** Lines of text: like {@link Text.line}, with tabs and line feeds. May be empty. */
  prose: (bounds: TextBounds): TString => forPeople(PROSE, { min: 0, ...bounds }, PROSE_MEANING),
  /** An identifier that a program made: letters, digits and `. _ : -`, or what `pattern` says; at most {@link ID_LENGTH_MAX} unless told otherwise. */
  id: ({ pattern = ID_PATTERN, max = ID_LENGTH_MAX, ...bounds }: Partial<CodeBounds> = {}): TString =>
    ofPattern(pattern, { ...bounds, max }),
  /** A word of a program's own vocabulary, e.g. of a reason or an error: lower-case letters, digits and underscores. Nothing that somebody wrote. */
  code: ({ max = ID_LENGTH_MAX, ...bounds }: Partial<TextBounds> = {}): TString => ofPattern(CODE_PATTERN, { ...bounds, max }),
  /** An opaque text of a program, e.g. a cursor, a token, a URL: visible ASCII characters, or what `pattern` says. */
  token: ({ pattern = VISIBLE_ASCII_PATTERN, ...bounds }: CodeBounds): TString => ofPattern(pattern, bounds),
  /** Id of whoever calls: of a user, of this shop or of another issuer, or of a service. */
  subject: (): TString => ofPattern(VISIBLE_ASCII_PATTERN, { max: SUBJECT_LENGTH_MAX }),
  /** Whatever a store can keep: well-formed Unicode without NUL, not normalised. For secrets, and for what repeats a stored text exactly. */
  raw: (bounds: TextBounds): TString => ofPattern(RAW_PATTERN, bounds),
} as const

const NAME: Made = { out: OUT_OF_NAMES, joining: JOINING, joined: JOINED_LETTERS }
const LINE: Made = { out: OUT_OF_LINES, helpers: HELPERS }
const PROSE: Made = { out: OUT_OF_PROSE, helpers: HELPERS }

const NAME_MEANING =
  'must be one line of visible characters: no controls, no line breaks, no invisible, unassigned or direction-turning characters'
const LINE_MEANING = 'must be one line: no controls, no line breaks, no zero-width spaces or direction-turning characters'
const PROSE_MEANING = 'must be text: no controls but tabs and line feeds, no zero-width spaces or direction-turning characters'

/** Returns a text if it is a code as {@link Text.code} declares it, else `otherwise`: for records of releases that kept what somebody wrote. */
export function codeOr(text: unknown, otherwise: string): string {
  return typeof text === 'string' && text.length <= ID_LENGTH_MAX && new RegExp(CODE_PATTERN, 'u').test(text) ? text : otherwise
}

/**
 * Returns stored data with its `reason` as a code, `other` where it is none: the `upgrade` of an event whose logs of earlier releases may hold
 * what somebody wrote.
 */
export function withReasonCode(stored: Readonly<Record<string, unknown>>) {
  return { ...stored, reason: codeOr(stored['reason'], 'other') }
}

/** Says what a pattern, or a format of JSON Schema, asks for, for messages to callers. */
export function declareMeaning(form: string, meaning: string): void {
  MEANINGS.set(form, meaning)
}

/** Says in words what a pattern or a format asks for; undefined where nobody declared it. */
export function meaningOf(form: string): string | undefined {
  return MEANINGS.get(form)
}

/** What a kind of text is made of, as parts of regular expressions. No text can be read in two ways, so each is read once. */
interface Made {
  /** Class of what it has not. */
  readonly out: string
  /** What it has all the same, as alternatives, at its beginning as well. */
  readonly helpers?: string
  /** Class of letters that are read by {@link Made.joined} alone, and its alternatives. */
  readonly joining?: string
  readonly joined?: string
}

function forPeople(made: Made, { min, max, ...shown }: TextBounds & { readonly min: number }, meaning: string): TString {
  checkBounds(min, max, shown)
  const { out, joining = '', helpers, joined } = made
  const any = `(?:${alternatives(`[^${out}${joining}]`, joined, helpers)})*`
  const blanks = `(?:${alternatives(`[${blanksBut(out)}]`, helpers)})*`
  const seen = `(?:${alternatives(String.raw`[^${BLANKS}\p{M}${out}${joining}]`, joined)})`
  const pattern = min === 0 ? `^${any}$` : `^${blanks}${seen}${any}$`
  MEANINGS.set(pattern, min === 0 ? meaning : `${meaning}, and not blank`)
  return Type.String({ minLength: min, maxLength: max, pattern, ...described(shown), [NORMALISATION]: 'NFC' })
}

function alternatives(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('|')
}

/** Blanks that a kind allows: those of one line have neither tabs nor line feeds. */
function blanksBut(out: string): string {
  return out === OUT_OF_PROSE ? BLANKS : BLANKS.slice(String.raw`\t\n`.length)
}

function ofPattern(pattern: string, { min = 1, max, expected, ...shown }: Omit<CodeBounds, 'pattern'>): TString {
  checkBounds(min, max, shown)
  const words = expected === undefined ? {} : { [EXPECTED_WORDS]: expected }
  return Type.String({ minLength: min, maxLength: max, pattern, ...words, ...described(shown) })
}

const BOUNDS = partsOf<TextBounds>({ min: true, max: true, description: true, examples: true })

/** Throws `misuse` for a misspelt bound, without which the text would have none, and for bounds that no text fits. */
function checkBounds(min: number, max: number, shown: object): void {
  onlyOptions('a kind of text', shown, BOUNDS)
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 0 || max < Math.max(min, 1))
    misuse(`a text has min ${shownValue(min)} and max ${shownValue(max)}; give whole numbers of characters, max from min on and above 0`)
}

function described({ description, examples }: Pick<TextBounds, 'description' | 'examples'>): { description?: string; examples?: string[] } {
  return { ...(description === undefined ? {} : { description }), ...(examples === undefined ? {} : { examples: [...examples] }) }
}

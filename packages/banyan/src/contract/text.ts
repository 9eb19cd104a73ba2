import { Type, type TString } from 'typebox'

/** Keyword of a schema: the text is put into this Unicode normalisation form before it is checked. */
export const NORMALISATION = 'x-normalisation'

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
}

/** C0 controls, delete, C1 controls. */
const CONTROLS = String.raw`\u0000-\u001f\u007f-\u009f`
/** The same but tab and line feed. */
const CONTROLS_OF_PROSE = String.raw`\u0000-\u0008\u000b-\u001f\u007f-\u009f`
/** Halves of a surrogate pair, line and paragraph separators, and what is no character at all: no encoding or no store carries them unharmed. */
const NEVER = String.raw`\ud800-\udfff\u2028\u2029\ufdd0-\ufdef\ufffe\uffff`
/** Characters that turn the direction of what follows them, so that a text reads as another one. */
const TURNING = String.raw`\u202a-\u202e\u2066-\u2069`
/** Invisible marks that a language, an emoji or a word break needs within prose and titles: direction marks, joiners, soft hyphen, variation selectors. */
const INVISIBLE_HELPERS = String.raw`\u00ad\u061c\u200c-\u200f\ufe00-\ufe0f\u{e0100}-\u{e01ef}`
/** What is invisible and helps nobody: zero-width spaces, fillers, interlinear marks, tags. */
const INVISIBLE = String.raw`\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}`
/** Blanks: allowed within a text, but a text of nothing else is none. */
const BLANKS = String.raw`\t\n \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000`

const OUT_OF_NAMES = CONTROLS + NEVER + TURNING + INVISIBLE_HELPERS + INVISIBLE
const OUT_OF_LINES = CONTROLS + NEVER + TURNING + INVISIBLE
const OUT_OF_PROSE = CONTROLS_OF_PROSE + NEVER + TURNING + INVISIBLE
/** What stands in identifiers where no narrower pattern is given. */
const ID_PATTERN = String.raw`^[A-Za-z0-9][A-Za-z0-9._:-]*$`
const VISIBLE_ASCII_PATTERN = String.raw`^[\u0021-\u007e]*$`
const RAW_PATTERN = String.raw`^[^\u0000\ud800-\udfff]*$`

/** A mailbox as the rest of a name: without blanks, and with nothing invisible in it. */
const EMAIL_PATTERN = String.raw`^[^\s@${OUT_OF_NAMES}]+@[^\s@.${OUT_OF_NAMES}]+(\.[^\s@.${OUT_OF_NAMES}]+)+$`
const EMAIL_LENGTH_MIN = 3
/** Longest path that SMTP carries, without its angle brackets (RFC 5321). */
const EMAIL_LENGTH_MAX = 254

/** What patterns of this file mean, for people: the pattern itself tells them nothing. */
const MEANINGS = new Map([
  [ID_PATTERN, 'must be letters, digits, and any of . _ : - after the first'],
  [VISIBLE_ASCII_PATTERN, 'must be visible ASCII characters without blanks'],
  [EMAIL_PATTERN, 'must be a mail address without blanks and invisible characters, e.g. ada@example.org'],
  [RAW_PATTERN, 'must be well-formed Unicode without NUL'],
])

/**
 * The kinds of texts in contracts. A text of no kind (`Type.String()`) lets a NUL in, which no store keeps, and characters that nobody sees.
 * All kinds refuse NUL and lone halves of surrogate pairs. Those for people (name, line, prose) also refuse what nobody sees and what turns the
 * direction of writing, and are put into NFC before they are checked, so that one spelling is one text: bounds count code points of that form.
 */
export const Text = {
  /** A name or a part of an address: one line, with nothing invisible in it. */
  name: (bounds: TextBounds): TString => forPeople(OUT_OF_NAMES, { min: 1, ...bounds }, NAME_MEANING),
  /** One line, e.g. a title or a search: like {@link Text.name}, but joiners, variation selectors and marks of direction are allowed, as emoji and some languages need them. */
  line: (bounds: TextBounds): TString => forPeople(OUT_OF_LINES, { min: 1, ...bounds }, LINE_MEANING),
  /** A mail address: one @ with something on both sides and a dot in the domain. Whether mail arrives is for a confirmation to find out. */
  email: (): TString =>
    Type.String({ minLength: EMAIL_LENGTH_MIN, maxLength: EMAIL_LENGTH_MAX, pattern: EMAIL_PATTERN, [NORMALISATION]: 'NFC' }),
  /** Lines of text: like {@link Text.line}, with tabs and line feeds. May be empty. */
  prose: (bounds: TextBounds): TString => forPeople(OUT_OF_PROSE, { min: 0, ...bounds }, PROSE_MEANING),
  /** An identifier that a program made: letters, digits and `. _ : -`, or what `pattern` says; at most {@link ID_LENGTH_MAX} unless told otherwise. */
  id: ({ pattern = ID_PATTERN, max = ID_LENGTH_MAX, ...bounds }: Partial<CodeBounds> = {}): TString =>
    ofPattern(pattern, { ...bounds, max }),
  /** An opaque text of a program, e.g. a cursor, a token, a URL: visible ASCII characters, or what `pattern` says. */
  token: ({ pattern = VISIBLE_ASCII_PATTERN, ...bounds }: CodeBounds): TString => ofPattern(pattern, bounds),
  /** Id of whoever calls: of a user, of this shop or of another issuer, or of a service. */
  subject: (): TString => ofPattern(VISIBLE_ASCII_PATTERN, { max: SUBJECT_LENGTH_MAX }),
  /** Whatever a store can keep: well-formed Unicode without NUL, not normalised. For secrets, and for what repeats a stored text exactly. */
  raw: (bounds: TextBounds): TString => ofPattern(RAW_PATTERN, bounds),
} as const

const NAME_MEANING = 'must be one line of visible characters: no controls, no line breaks, no invisible or direction-turning characters'
const LINE_MEANING = 'must be one line: no controls, no line breaks, no zero-width spaces or direction-turning characters'
const PROSE_MEANING = 'must be text: no controls but tabs and line feeds, no zero-width spaces or direction-turning characters'

/** Says what a pattern, or a format of JSON Schema, asks for, for messages to callers. */
export function declareMeaning(form: string, meaning: string): void {
  MEANINGS.set(form, meaning)
}

/** Says in words what a pattern or a format asks for; undefined where nobody declared it. */
export function meaningOf(form: string): string | undefined {
  return MEANINGS.get(form)
}

function forPeople(out: string, { min, max, ...shown }: TextBounds & { readonly min: number }, meaning: string): TString {
  // A blank cannot match the middle part, so each text is read once, whatever is in it.
  const pattern = min === 0 ? `^[^${out}]*$` : `^[${blanksBut(out)}]*[^${BLANKS}${out}][^${out}]*$`
  MEANINGS.set(pattern, min === 0 ? meaning : `${meaning}, and not blank`)
  return Type.String({ minLength: min, maxLength: max, pattern, ...described(shown), [NORMALISATION]: 'NFC' })
}

function ofPattern(pattern: string, { min = 1, max, ...shown }: TextBounds): TString {
  return Type.String({ minLength: min, maxLength: max, pattern, ...described(shown) })
}

/** Blanks that a kind allows: those of one line have neither tabs nor line feeds. */
function blanksBut(out: string): string {
  return out === OUT_OF_PROSE ? BLANKS : BLANKS.slice(String.raw`\t\n`.length)
}

function described({ description, examples }: Pick<TextBounds, 'description' | 'examples'>): { description?: string; examples?: string[] } {
  return { ...(description === undefined ? {} : { description }), ...(examples === undefined ? {} : { examples: [...examples] }) }
}

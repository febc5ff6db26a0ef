import { codeKey, toCp932Form, emailKey } from "../../model/normalise.ts";
import type { HandoverFacts } from "./facts.ts";

/** A person who is recorded in the tenant. */
export interface KnownPerson {
  readonly id: string;
  readonly name: string;
  /** name of the CLOMO account; null if the person does not have an account */
  readonly account: string | null;
  readonly emails: readonly string[];
}

/** A person, and the words by which texts refer to this person. */
export interface Person {
  /** name for display */
  readonly called: string;
  /** ID of the user and their account; null for a person who occurs only in texts */
  readonly id: string | null;
  readonly account: string | null;
  /** name, account name and email addresses */
  readonly words: readonly string[];
}

interface TextPiece {
  readonly kind: "word" | "between" | "blank" | "open" | "close";
  /** position in the text, in UTF-16 code units */
  readonly at: number;
  readonly end: number;
  /** form for comparison, independent of the character width; "" for white space */
  readonly key: string;
  /** index of the matching bracket; undefined if the piece is not a bracket or has no match */
  readonly pair: number | undefined;
}

const CHARACTER_WITH_MARKS = /\r\n|.[\p{M}\uff9e\uff9f]*/gsu;

const BRACKETS: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
  ["「", "」"],
  ["『", "』"],
  ["【", "】"],
  ["〔", "〕"],
  ["〖", "〗"],
  ["《", "》"],
  ["〈", "〉"],
]);
const CLOSING_BRACKETS: ReadonlySet<string> = new Set(BRACKETS.values());

/** Placeholder for a character that has more than one code unit in its form for comparison. */
const LONG_CHARACTER_PLACEHOLDER = "\ufffd";

const PERSON_SEPARATOR = /[,;、/・\n]| (?:and|と)(?= )/gu;

/** Matches a name of several words in katakana, such as マイケル・スミス. Its dots do not separate people. */
const KATAKANA_NAME = /(?<![ァ-ヺー] ?|・)[ァ-ヺー]+(?:・[ァ-ヺー]+)+(?!・| ?[ァ-ヺー])/gu;

/** Returns the index of the matching bracket for each bracket. Brackets without a match are ignored. */
function matchBrackets(shapes: readonly string[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const [at, shape] of shapes.entries()) {
    if (BRACKETS.has(shape)) open.push(at);
    if (!CLOSING_BRACKETS.has(shape)) continue;
    const depth = open.findLastIndex((one) => BRACKETS.get(shapes[one] ?? "") === shape);
    const [begin] = depth === -1 ? [] : open.splice(depth);
    if (begin !== undefined) pairs.set(begin, at).set(at, begin);
  }
  return pairs;
}

function splitIntoPieces(written: string): readonly TextPiece[] {
  const found = [...written.matchAll(CHARACTER_WITH_MARKS)].map(({ 0: { length }, 0: as, index }) => {
    const plain = toCp932Form(as).normalize("NFKC");
    const isBlank = plain.trim() === "";
    const shape = /[\r\n]/u.test(plain) ? "\n" : isBlank ? " " : plain.length > 1 ? LONG_CHARACTER_PLACEHOLDER : plain;
    return { at: index, end: index + length, key: isBlank ? "" : plain, shape };
  });
  const shapes = found.map(({ shape }) => shape);
  const line = shapes.join("").replaceAll(KATAKANA_NAME, (name) => name.replaceAll("・", LONG_CHARACTER_PLACEHOLDER));
  const between = new Set<number>();
  for (const { 0: separator, index } of line.matchAll(PERSON_SEPARATOR)) {
    for (let at = index; at < index + separator.length; at += 1) between.add(at);
  }
  const pairs = matchBrackets(shapes);
  const kindOf = (shape: string, at: number): TextPiece["kind"] => {
    if (between.has(at)) return "between";
    if (shape === " ") return "blank";
    return BRACKETS.has(shape) ? "open" : CLOSING_BRACKETS.has(shape) ? "close" : "word";
  };
  return found.map(({ shape, ...piece }, at) => ({ ...piece, kind: kindOf(shape, at), pair: pairs.get(at) }));
}

/** Returns the key by which pieces are compared. White space is ignored; in an email address, case is ignored too. */
const keyOfPieces = (pieces: readonly TextPiece[]): string => {
  const key = pieces.map((piece) => piece.key).join("");
  return key.includes("@") ? emailKey(key) : key;
};

const toWordKey = (word: string): string => keyOfPieces(splitIntoPieces(word));

/** Returns true if two texts are equal, ignoring width, case and white space. */
export const isSameText = (one: string, other: string): boolean =>
  emailKey(toWordKey(one)) === emailKey(toWordKey(other));

/** Returns true if two names are equal, ignoring width and white space. */
export const isSameName = (one: string, other: string): boolean => toWordKey(one) === toWordKey(other);

/** Returns the keys of the words in a text: `佐藤 一郎 <sato@example.jp>, 情シス` has three words. */
function splitWords(text: string): readonly string[] {
  const words: TextPiece[][] = [[]];
  for (const piece of splitIntoPieces(text)) {
    if (piece.kind === "word" || piece.kind === "blank") words.at(-1)?.push(piece);
    else words.push([]);
  }
  return words.map(keyOfPieces).filter((key) => key !== "");
}

/** Returns how many people a text names. Text in brackets (email address, department) is not another person. */
export function countPeople(text: string): number {
  const pieces = splitIntoPieces(text);
  let count = 0;
  let isIn = false;
  for (let at = 0; at < pieces.length; at += 1) {
    const { kind, pair } = pieces[at] as TextPiece;
    if (kind !== "between" && kind !== "blank" && !isIn) count += 1;
    if (kind !== "blank") isIn = kind !== "between";
    if (kind === "open") at = pair ?? at;
  }
  return count;
}

/** A part of a text: the index of its first piece, and the index after its last piece. */
interface PieceRange {
  readonly from: number;
  readonly to: number;
}

/** Returns the index of the next piece that is not white space. @param step 1 or -1 */
const skipWhiteSpace = (pieces: readonly TextPiece[], from: number, step: number): number => {
  let at = from;
  while (pieces[at]?.kind === "blank") at += step;
  return at;
};

const isWordEdge = (piece: TextPiece | undefined): boolean => piece === undefined || piece.kind !== "word";

/**
 * Returns the index after a word that begins at `from`; undefined if another word is at this position. @param word key
 * of the word
 */
function findWordEnd(pieces: readonly TextPiece[], from: number, word: string): number | undefined {
  let written = "";
  for (let at = from; at < pieces.length; at += 1) {
    written += pieces[at]?.key ?? "";
    const key = word.includes("@") ? emailKey(written) : written;
    if (!word.startsWith(key)) return undefined;
    if (key.length === word.length) return isWordEdge(pieces[skipWhiteSpace(pieces, at + 1, 1)]) ? at + 1 : undefined;
  }
  return undefined;
}

function findWords(pieces: readonly TextPiece[], words: readonly string[]): readonly PieceRange[] {
  const keys = words.map(toWordKey).filter((key) => key !== "");
  const places: PieceRange[] = [];
  for (let from = 0; from < pieces.length; from += 1) {
    if (pieces[from]?.key === "" || !isWordEdge(pieces[skipWhiteSpace(pieces, from - 1, -1)])) continue;
    const to = Math.max(...keys.map((key) => findWordEnd(pieces, from, key) ?? 0), 0);
    if (to === 0) continue;
    places.push({ from, to });
    from = to - 1;
  }
  return places;
}

export const mentionsPerson = ({ words }: Person, text: string | null | undefined): boolean =>
  findWords(splitIntoPieces(text ?? ""), words).length > 0;

/** Returns true if two texts have a word in common, as `佐藤 一郎 <sato@example.jp>` and `sato@example.jp` do. */
export const sharesWord = (one: string, other: string): boolean => {
  const words = new Set(splitWords(one));
  return splitWords(other).some((word) => words.has(word));
};

/** Returns true if two texts share the first word or an email address; other text in brackets may be a department. */
export const sharesName = (one: string, other: string): boolean => {
  const [names, others] = [one, other].map((text) =>
    splitWords(text).filter((word, at) => at === 0 || word.includes("@")),
  );
  return names?.some((name) => others?.includes(name)) === true;
};

/** Converts a recorded person to the form in which texts are searched for people. */
export const toPerson = ({ id, name, account, emails }: KnownPerson): Person => ({
  called: name,
  id,
  account,
  words: [...new Set([name, ...(account === null ? [] : [account]), ...emails])],
});

const collectTexts = ({ tenant, renewals, answers, adeServer }: HandoverFacts) => [
  tenant.contactName,
  tenant.contactMail,
  adeServer?.adminId,
  adeServer?.tokenSetBy,
  ...renewals.flatMap(({ owner, account, phoneHolder, confirmedBy }) => [owner, account, phoneHolder, confirmedBy]),
  ...answers.flatMap(({ value, by }) => [value, by]),
];

/**
 * Finds the people that a word refers to: by account, email address or name, wherever the word is recorded.
 *
 * @param others users who are not administrators, if they were looked up
 * @returns several people if the word is ambiguous; none if the word does not occur
 */
export function findPeople(
  facts: HandoverFacts,
  typed: string,
  others: readonly KnownPerson[] = [],
): readonly Person[] {
  const known = new Map<string, KnownPerson>();
  for (const other of others) known.set(other.id, other);
  for (const { id, name, user, emails } of facts.administrators) {
    known.set(id, { id, name: user, account: name, emails });
  }
  const word = typed.trim();
  const matchesWord = ({ id, name, account, emails }: KnownPerson): boolean =>
    id === word ||
    (account !== null && codeKey(account) === codeKey(word)) ||
    [name, ...emails].some((one) => isSameName(one, word));
  const found = [...known.values()].filter(matchesWord).map(toPerson);
  if (found.length > 0) return found;
  const written: Person = { called: word, id: null, account: null, words: [word] };
  return collectTexts(facts).some((text) => mentionsPerson(written, text)) ? [written] : [];
}

/** Returns where the display name before an address in `<>` begins; undefined if there is no display name. */
function findDisplayNameStart(pieces: readonly TextPiece[], open: number): number | undefined {
  let begin: number | undefined;
  for (let at = open - 1; at >= 0; at -= 1) {
    const { kind, pair } = pieces[at] as TextPiece;
    if (kind === "close" && pair !== undefined) at = pair;
    else if (kind === "word") begin = at;
    else if (kind !== "blank") break;
  }
  return begin;
}

/** Extends a word to all text about the person: brackets right after it, and the name before an address in `<>`. */
function expandToPerson(pieces: readonly TextPiece[], { from, to }: PieceRange): PieceRange {
  const open = skipWhiteSpace(pieces, from - 1, -1);
  const isAddress = pieces[open]?.key === "<" && keyOfPieces(pieces.slice(from, to)).includes("@");
  if (isAddress && pieces[open]?.pair === skipWhiteSpace(pieces, to, 1)) {
    const begin = findDisplayNameStart(pieces, open);
    if (begin !== undefined) return expandToPerson(pieces, { from: begin, to: skipWhiteSpace(pieces, to, 1) + 1 });
  }
  let end = to;
  for (let at = skipWhiteSpace(pieces, to, 1); pieces[at]?.kind === "open"; at = skipWhiteSpace(pieces, end, 1)) {
    const pair = pieces[at]?.pair;
    if (pair === undefined) break;
    end = pair + 1;
  }
  // if a word follows the brackets, they are kept, because they separate it from the name
  return { from, to: isWordEdge(pieces[skipWhiteSpace(pieces, end, 1)]) ? end : to };
}

/** Extends a range to all that is removed with a name: a separator, and brackets that contain nothing else. */
function expandToSeparators(pieces: readonly TextPiece[], { from, to }: PieceRange): PieceRange {
  const [before, behind] = [skipWhiteSpace(pieces, from - 1, -1), skipWhiteSpace(pieces, to, 1)];
  const isAlone = pieces[before]?.kind === "open" && pieces[before]?.pair === behind;
  if (isAlone && isWordEdge(pieces[skipWhiteSpace(pieces, behind + 1, 1)]))
    return expandToSeparators(pieces, { from: before, to: behind + 1 });
  const isBetween = (at: number): boolean => pieces[at]?.kind === "between" || pieces[at]?.kind === "blank";
  let [begin, end] = [from, to];
  if (pieces[before]?.kind !== "between" && pieces[behind]?.kind === "between") while (isBetween(end)) end += 1;
  else while (isBetween(begin - 1)) begin -= 1;
  return { from: begin, to: end };
}

function findPersonRanges(pieces: readonly TextPiece[], { words }: Person): readonly PieceRange[] {
  const parts: PieceRange[] = [];
  for (const place of findWords(pieces, words)) {
    if (place.from < (parts.at(-1)?.to ?? 0)) continue;
    const whole = expandToPerson(pieces, place);
    while (whole.from < (parts.at(-1)?.to ?? 0)) parts.pop();
    parts.push(whole);
  }
  return parts;
}

/** Replaces a person in a text by a successor, who is then named only once. Other text is left unchanged. */
export function replacePerson(person: Person, written: string, successor: string): string {
  const pieces = splitIntoPieces(written);
  const parts = findPersonRanges(pieces, person);
  const isNamed = findWords(pieces, [successor]).some(({ from }) =>
    parts.every((part) => from < part.from || from >= part.to),
  );
  let after = written;
  // from last to first, so that the positions of earlier parts do not change
  for (const [at, part] of [...parts.entries()].toReversed()) {
    const now = splitIntoPieces(after);
    const stays = at === 0 && !isNamed;
    const { from, to } = stays ? part : expandToSeparators(now, part);
    after = after.slice(0, now[from]?.at) + (stays ? successor : "") + after.slice(now[to - 1]?.end);
  }
  return after;
}

import { codeKey, cp932Form, emailKey } from "../../model/normalise.ts";
import type { HandoverFacts } from "./facts.ts";

/** Somebody of whom the tenant has a record. */
export interface KnownPerson {
  readonly id: string;
  readonly name: string;
  /** the name of the CLOMO account; null without one */
  readonly account: string | null;
  readonly emails: readonly string[];
}

/** A person, and the words by which records name that person. */
export interface Person {
  /** for people */
  readonly called: string;
  /** the record of the user and account; null of somebody whom only texts name */
  readonly id: string | null;
  readonly account: string | null;
  /** name, account, mail addresses */
  readonly words: readonly string[];
}

/** A character with its marks, in a text that somebody wrote. */
interface Piece {
  readonly kind: "word" | "between" | "blank" | "open" | "close";
  /** its place in the text, in UTF-16 code units */
  readonly at: number;
  readonly end: number;
  /** as it is compared, whatever its width; "" of a blank */
  readonly key: string;
  /** of a bracket that has one: the index of the other */
  readonly pair: number | undefined;
}

const CHARACTER = /\r\n|.[\p{M}\uff9e\uff9f]*/gsu;

/** Those of other widths are these in NFKC. */
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
const CLOSING: ReadonlySet<string> = new Set(BRACKETS.values());

/** Stands for whatever is more than one code unit as it is compared. */
const OTHER = "\ufffd";

/** What separates people, where each blank is a space. */
const BETWEEN = /[,;、/・\n]| (?:and|と)(?= )/gu;

/** A name of several words in katakana, as マイケル・スミス: its dots separate nobody. */
const KATAKANA_NAME = /(?<![ァ-ヺー] ?|・)[ァ-ヺー]+(?:・[ァ-ヺー]+)+(?!・| ?[ァ-ヺー])/gu;

/** What brackets belong together, by their indexes. One that has no other is none. */
function pairsIn(shapes: readonly string[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const [at, shape] of shapes.entries()) {
    if (BRACKETS.has(shape)) open.push(at);
    if (!CLOSING.has(shape)) continue;
    const depth = open.findLastIndex((one) => BRACKETS.get(shapes[one] ?? "") === shape);
    const [begin] = depth === -1 ? [] : open.splice(depth);
    if (begin !== undefined) pairs.set(begin, at).set(at, begin);
  }
  return pairs;
}

/** A text, character by character: widths are compared by NFKC. */
function read(written: string): readonly Piece[] {
  const found = [...written.matchAll(CHARACTER)].map(({ 0: { length }, 0: as, index }) => {
    const plain = cp932Form(as).normalize("NFKC");
    const isBlank = plain.trim() === "";
    const shape = /[\r\n]/u.test(plain) ? "\n" : isBlank ? " " : plain.length > 1 ? OTHER : plain;
    return { at: index, end: index + length, key: isBlank ? "" : plain, shape };
  });
  const shapes = found.map(({ shape }) => shape);
  const line = shapes.join("").replaceAll(KATAKANA_NAME, (name) => name.replaceAll("・", OTHER));
  const between = new Set<number>();
  for (const { 0: separator, index } of line.matchAll(BETWEEN)) {
    for (let at = index; at < index + separator.length; at += 1) between.add(at);
  }
  const pairs = pairsIn(shapes);
  const kindOf = (shape: string, at: number): Piece["kind"] => {
    if (between.has(at)) return "between";
    if (shape === " ") return "blank";
    return BRACKETS.has(shape) ? "open" : CLOSING.has(shape) ? "close" : "word";
  };
  return found.map(({ shape, ...piece }, at) => ({ ...piece, kind: kindOf(shape, at), pair: pairs.get(at) }));
}

/** Pieces as they are compared: mail addresses whatever their case, all else without blanks. */
const keyOf = (pieces: readonly Piece[]): string => {
  const key = pieces.map((piece) => piece.key).join("");
  return key.includes("@") ? emailKey(key) : key;
};

/** A word as it is compared. */
const wordKey = (word: string): string => keyOf(read(word));

/** Whether two texts are the same as a whole, whatever their width, case and blanks. */
export const isSameText = (one: string, other: string): boolean => emailKey(wordKey(one)) === emailKey(wordKey(other));

/** Whether somebody is called so, whatever the width and the blanks. */
export const isSameName = (one: string, other: string): boolean => wordKey(one) === wordKey(other);

/** The words of a text, as they are compared: `佐藤 一郎 <sato@example.jp>, 情シス` are three. */
function wordsIn(text: string): readonly string[] {
  const words: Piece[][] = [[]];
  for (const piece of read(text)) {
    if (piece.kind === "word" || piece.kind === "blank") words.at(-1)?.push(piece);
    else words.push([]);
  }
  return words.map(keyOf).filter((key) => key !== "");
}

/** How many people a text names: what stands in brackets, as a mail address or a department, is no other one. */
export function countPeople(text: string): number {
  const pieces = read(text);
  let count = 0;
  let isIn = false;
  for (let at = 0; at < pieces.length; at += 1) {
    const { kind, pair } = pieces[at] as Piece;
    if (kind !== "between" && kind !== "blank" && !isIn) count += 1;
    if (kind !== "blank") isIn = kind !== "between";
    if (kind === "open") at = pair ?? at;
  }
  return count;
}

/** A part of a text: indexes of its first piece, and of the one behind it. */
interface PieceRange {
  readonly from: number;
  readonly to: number;
}

/** The next piece that is no blank. @param step 1 or -1 */
const past = (pieces: readonly Piece[], from: number, step: number): number => {
  let at = from;
  while (pieces[at]?.kind === "blank") at += step;
  return at;
};

/** Whether a word ends before a piece, or begins after it. */
const isEdge = (piece: Piece | undefined): boolean => piece === undefined || piece.kind !== "word";

/** Where a word that begins at a piece ends; undefined where another one stands there. @param word as it is compared */
function endOf(pieces: readonly Piece[], from: number, word: string): number | undefined {
  let written = "";
  for (let at = from; at < pieces.length; at += 1) {
    written += pieces[at]?.key ?? "";
    const key = word.includes("@") ? emailKey(written) : written;
    if (!word.startsWith(key)) return undefined;
    if (key.length === word.length) return isEdge(pieces[past(pieces, at + 1, 1)]) ? at + 1 : undefined;
  }
  return undefined;
}

/** Where a text has one of some words, from left to right. */
function placesOf(pieces: readonly Piece[], words: readonly string[]): readonly PieceRange[] {
  const keys = words.map(wordKey).filter((key) => key !== "");
  const places: PieceRange[] = [];
  for (let from = 0; from < pieces.length; from += 1) {
    if (pieces[from]?.key === "" || !isEdge(pieces[past(pieces, from - 1, -1)])) continue;
    const to = Math.max(...keys.map((key) => endOf(pieces, from, key) ?? 0), 0);
    if (to === 0) continue;
    places.push({ from, to });
    from = to - 1;
  }
  return places;
}

/** Whether a text names a person, by one of its words. */
export const namesPerson = ({ words }: Person, text: string | null | undefined): boolean =>
  placesOf(read(text ?? ""), words).length > 0;

/** Whether two texts share a word: `佐藤 一郎 <sato@example.jp>` and `sato@example.jp` do. */
export const sharesWord = (one: string, other: string): boolean => {
  const words = new Set(wordsIn(one));
  return wordsIn(other).some((word) => words.has(word));
};

/** Whether two texts name one person: by the name that begins them, or a mail address; what stands in brackets may be a department. */
export const sharesName = (one: string, other: string): boolean => {
  const [names, others] = [one, other].map((text) =>
    wordsIn(text).filter((word, at) => at === 0 || word.includes("@")),
  );
  return names?.some((name) => others?.includes(name)) === true;
};

/** How a record names a person. */
export const personOf = ({ id, name, account, emails }: KnownPerson): Person => ({
  called: name,
  id,
  account,
  words: [...new Set([name, ...(account === null ? [] : [account]), ...emails])],
});

/** All texts in which people are written down by hand. */
const textsOf = ({ tenant, renewals, answers, clomoctl, adeServer, vppTokens }: HandoverFacts) => [
  tenant.contactName,
  tenant.contactMail,
  adeServer?.adminId,
  adeServer?.tokenSetBy,
  clomoctl?.user,
  ...renewals.flatMap(({ owner, account, phoneHolder, confirmedBy }) => [owner, account, phoneHolder, confirmedBy]),
  ...vppTokens.map(({ setBy }) => setBy),
  ...answers.flatMap(({ value, by }) => [value, by]),
  ...(clomoctl?.recipients ?? []).flatMap(({ name, address }) => [name, address]),
];

/**
 * Whom a word means: an account, a mail address or a name, wherever it is recorded.
 *
 * @param others users who are no administrators, as far as somebody looked them up
 * @returns several where it is ambiguous; none where nothing has the word
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
  const isMeant = ({ id, name, account, emails }: KnownPerson): boolean =>
    id === word ||
    (account !== null && codeKey(account) === codeKey(word)) ||
    [name, ...emails].some((one) => isSameName(one, word));
  const found = [...known.values()].filter(isMeant).map(personOf);
  if (found.length > 0) return found;
  const written: Person = { called: word, id: null, account: null, words: [word] };
  return textsOf(facts).some((text) => namesPerson(written, text)) ? [written] : [];
}

/** Where what an address in `<>` is called begins, before these; undefined where it is called nothing. */
function displayNameOf(pieces: readonly Piece[], open: number): number | undefined {
  let begin: number | undefined;
  for (let at = open - 1; at >= 0; at -= 1) {
    const { kind, pair } = pieces[at] as Piece;
    if (kind === "close" && pair !== undefined) at = pair;
    else if (kind === "word") begin = at;
    else if (kind !== "blank") break;
  }
  return begin;
}

/** What of a text is the person's who is named at a place: also brackets right behind, and before an address in `<>` what it is called. */
function wholeOf(pieces: readonly Piece[], { from, to }: PieceRange): PieceRange {
  const open = past(pieces, from - 1, -1);
  const isAddress = pieces[open]?.key === "<" && keyOf(pieces.slice(from, to)).includes("@");
  if (isAddress && pieces[open]?.pair === past(pieces, to, 1)) {
    const begin = displayNameOf(pieces, open);
    if (begin !== undefined) return wholeOf(pieces, { from: begin, to: past(pieces, to, 1) + 1 });
  }
  let end = to;
  for (let at = past(pieces, to, 1); pieces[at]?.kind === "open"; at = past(pieces, end, 1)) {
    const pair = pieces[at]?.pair;
    if (pair === undefined) break;
    end = pair + 1;
  }
  // with a word behind, the brackets keep it apart
  return { from, to: isEdge(pieces[past(pieces, end, 1)]) ? end : to };
}

/** A place with what is to go where nobody is named there any more: the separator, and brackets around nothing else. */
function emptied(pieces: readonly Piece[], { from, to }: PieceRange): PieceRange {
  const [before, behind] = [past(pieces, from - 1, -1), past(pieces, to, 1)];
  const isAlone = pieces[before]?.kind === "open" && pieces[before]?.pair === behind;
  if (isAlone && isEdge(pieces[past(pieces, behind + 1, 1)])) return emptied(pieces, { from: before, to: behind + 1 });
  const isBetween = (at: number): boolean => pieces[at]?.kind === "between" || pieces[at]?.kind === "blank";
  let [begin, end] = [from, to];
  if (pieces[before]?.kind !== "between" && pieces[behind]?.kind === "between") while (isBetween(end)) end += 1;
  else while (isBetween(begin - 1)) begin -= 1;
  return { from: begin, to: end };
}

/** What of a text is a person's, from left to right. */
function partsOf(pieces: readonly Piece[], { words }: Person): readonly PieceRange[] {
  const parts: PieceRange[] = [];
  for (const place of placesOf(pieces, words)) {
    if (place.from < (parts.at(-1)?.to ?? 0)) continue;
    const whole = wholeOf(pieces, place);
    while (whole.from < (parts.at(-1)?.to ?? 0)) parts.pop();
    parts.push(whole);
  }
  return parts;
}

/** A text in which a person is written down, with a successor in that place, once; what is not the person's stays as it stands there. */
export function succeeded(person: Person, written: string, successor: string): string {
  const pieces = read(written);
  const parts = partsOf(pieces, person);
  const isNamed = placesOf(pieces, [successor]).some(({ from }) =>
    parts.every((part) => from < part.from || from >= part.to),
  );
  let after = written;
  // from the last: what stands before a part is as it was
  for (const [at, part] of [...parts.entries()].toReversed()) {
    const now = read(after);
    const stays = at === 0 && !isNamed;
    const { from, to } = stays ? part : emptied(now, part);
    after = after.slice(0, now[from]?.at) + (stays ? successor : "") + after.slice(now[to - 1]?.end);
  }
  return after;
}

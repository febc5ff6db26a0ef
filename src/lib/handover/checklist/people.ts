import { codeKey, emailKey, nameKey } from "../../model/normalise.ts";
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

/** What separates people in a text that somebody wrote. */
const SEPARATORS = /[,;、，；\r\n()()<>「」/]+/u;

/** A word as it is compared: mail addresses whatever their case, names without blanks. */
const wordKey = (word: string): string =>
  word.includes("@") ? emailKey(word.trim()) : nameKey(word).replaceAll(/\s+/gu, "");

/** The people whom a text names, each as written: `佐藤 一郎 <sato@example.jp>, 情シス` are three words. */
const wordsIn = (text: string): readonly string[] =>
  text
    .split(SEPARATORS)
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** What stands between two people. */
const BETWEEN = /[,;、，；\r\n/]+|\s(?:and|と)\s/u;

/** How many people a text names: a name with the person's mail address in brackets is one. */
export const countPeople = (text: string): number => text.split(BETWEEN).filter((part) => part.trim() !== "").length;

/** Whether a text names a person, by one of its words. */
export const namesPerson = ({ words }: Person, text: string | null | undefined): boolean => {
  const keys = new Set(words.map(wordKey));
  return wordsIn(text ?? "").some((word) => keys.has(wordKey(word)));
};

/** Whether two texts share a word: `佐藤 一郎 <sato@example.jp>` and `sato@example.jp` do. */
export const sharesWord = (one: string, other: string): boolean => {
  const keys = new Set(wordsIn(one).map(wordKey));
  return wordsIn(other).some((word) => keys.has(wordKey(word)));
};

/** Whether two texts name one person: by the name that begins them, or a mail address; what stands in brackets may be a department. */
export const sharesName = (one: string, other: string): boolean => {
  const [names, others] = [one, other].map((text) =>
    wordsIn(text)
      .filter((word, at) => at === 0 || word.includes("@"))
      .map(wordKey),
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
  ...renewals.flatMap(({ owner, account, confirmedBy }) => [owner, account, confirmedBy]),
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
    [name, ...emails].some((one) => wordKey(one) === wordKey(word));
  const found = [...known.values()].filter(isMeant).map(personOf);
  if (found.length > 0) return found;
  const written: Person = { called: word, id: null, account: null, words: [word] };
  return textsOf(facts).some((text) => namesPerson(written, text)) ? [written] : [];
}

/** A text in which a person is written down, with a successor in that place; each once. */
export const succeeded = (person: Person, written: string, successor: string): string => {
  const parts = written
    .split(BETWEEN)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (namesPerson(person, part) ? successor : part));
  return [...new Set(parts)].join(", ");
};

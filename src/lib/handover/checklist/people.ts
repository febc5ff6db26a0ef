import { codeKey, toCp932Form, emailKey } from "../../model/normalise.ts";
import type { Account } from "../../nouns/account.ts";
import type { Answer } from "../../nouns/answer.ts";
import type { AppRecord, ConfigProfile } from "../../nouns/config-profile.ts";
import type { RENEWAL_ITEM } from "../../nouns/renewal.ts";
import type { TenantProfile } from "../../nouns/tenant.ts";
import type { ChecklistItemId } from "../../derived/question.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { Text } from "../../text/index.ts";
import type { Rejection } from "../../renewals/expiry-status.ts";

/** A user who is only marked as an administrator has no role here, and may have no account. */
export interface Administrator
  extends
    Pick<Account, "id" | "user" | "emails" | "org" | "role" | "marked" | "scheme">,
    Pick<Account, "managesAll" | "managedOrgs" | "supportOption" | "noticeMail"> {
  readonly name: string | null;
}

export type RenewalRecord = RecordOf<typeof RENEWAL_ITEM.fields> & { readonly rejection?: Rejection | undefined };

export interface HandoverFacts {
  readonly tenant: TenantProfile;
  readonly isMirror: boolean;
  readonly administrators: readonly Administrator[];
  readonly renewals: readonly RenewalRecord[];
  readonly adeServer: Readonly<Record<"adminId" | "tokenSetAt" | "tokenSetBy", string | null>>;
  readonly profiles: readonly Pick<ConfigProfile, "name" | "kind" | "orgs" | "devices" | "file" | "memo">[];
  readonly apps: readonly Pick<AppRecord, "name" | "kind" | "orgs" | "devices" | "file" | "memo">[];
  readonly lostDevices: readonly string[];
  readonly answers: readonly Answer[];
}

export type ChecklistDay = Readonly<Record<"asOf" | "timezone", string>>;

export interface ChecklistRow {
  readonly item: ChecklistItemId | "first-day" | "leaver";
  readonly state: "gap" | "recorded" | "answered" | "note" | "not-applicable" | "step";
  readonly id: string;
  readonly what: Text;
  /** value of a record or an answer; null for any other row */
  readonly value: string | null;
  readonly by: string | null;
  readonly at: string | null;
  /** command or action that closes the gap; null if nothing is missing */
  readonly next: Text | null;
  readonly step?: number | undefined;
}

export interface KnownPerson {
  readonly id: string;
  readonly name: string;
  readonly account: string | null;
  readonly emails: readonly string[];
}

export interface Person {
  readonly called: string;
  readonly id: string | null;
  readonly account: string | null;
  readonly words: readonly string[];
}

export const isSystemAdministrator = ({ role }: Administrator): boolean => role === "system";

export const formatAccounts = (accounts: readonly Administrator[]): string =>
  accounts.map(({ name, user }) => (name === null ? user : `${user} (${name})`)).join(", ");

const WORD_SEPARATORS_PATTERN = /[,;、/・\r\n()[\]{}<>「」『』【】〔〕〖〗《》〈〉]+/u;

const toPlainText = (written: string): string => toCp932Form(written).normalize("NFKC");

const toWordKey = (written: string): string => {
  const key = toPlainText(written).replaceAll(/\s/gu, "");
  return key.includes("@") ? emailKey(key) : key;
};

export const isSameName = (one: string, other: string): boolean => toWordKey(one) === toWordKey(other);

/** Splits `佐藤 一郎 <sato@example.jp>, 情シス` into the name, the address and the department. */
const splitWords = (written: string): readonly string[] =>
  toPlainText(written)
    .split(WORD_SEPARATORS_PATTERN)
    .map(toWordKey)
    .filter((key) => key !== "");

export const mentionsPerson = ({ words }: Person, written: string | null | undefined): boolean => {
  const keys = new Set(words.map(toWordKey).filter((key) => key !== ""));
  return [toWordKey(written ?? ""), ...splitWords(written ?? "")].some((word) => keys.has(word));
};

export const isOnlyPerson = (person: Person, written: string): boolean =>
  mentionsPerson(person, written) &&
  (person.words.some((word) => isSameName(word, written)) ||
    splitWords(written).every((word) => mentionsPerson(person, word)));

export const sharesWord = (one: string, other: string): boolean => {
  const words = new Set(splitWords(one));
  return splitWords(other).some((word) => words.has(word));
};

export const toPerson = ({ id, name, account, emails }: KnownPerson): Person => ({
  called: name,
  id,
  account,
  words: [...new Set([name, ...(account === null ? [] : [account]), ...emails])],
});

const collectPersonTexts = ({ tenant, renewals, answers, adeServer }: HandoverFacts) => [
  tenant.contactName,
  tenant.contactMail,
  adeServer.adminId,
  adeServer.tokenSetBy,
  ...renewals.flatMap(({ owner, account, phoneHolder, confirmedBy }) => [owner, account, phoneHolder, confirmedBy]),
  ...answers.flatMap(({ value, by }) => [value, by]),
];

/** Returns several people if the text is ambiguous. @param others users without a role */
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
  return collectPersonTexts(facts).some((text) => mentionsPerson(written, text)) ? [written] : [];
}

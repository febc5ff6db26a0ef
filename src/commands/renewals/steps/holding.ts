import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { GuideFacts } from "../../../lib/renewals/guide/index.ts";
import { sharesWord } from "../../../lib/handover/checklist/people.ts";
import { QUESTIONS } from "../../../lib/model/question.ts";
import type { RenewalKind } from "../../../lib/model/renewal.ts";
import { findOwnToken } from "../../../lib/renewals/guide/own.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { toTypableName } from "../../../lib/text/shell-word.ts";
import type { GuideSubject } from "./subject.ts";

/**
 * Returns what a guide must take into account: whether the tenant itself holds the item. If it does, the steps for
 * CLOMO PANEL must not be followed, because they would invalidate a certificate or token that belongs to CLOMO.
 */
export async function buildGuideFacts(
  client: Client<"ade">,
  { kind, item, ofKind }: GuideSubject,
): Promise<GuideFacts> {
  const several =
    item === null && ofKind.length > 1 ? ofKind.map(({ id, name }) => buildGuideCommand(name, id)) : undefined;
  if (kind !== "ade-token") return { several };
  const state = await client.ade.show().catch((error: unknown) => {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  });
  if (state === undefined) return { first: SYSTEM_ADMINISTRATOR_NOTE, several };
  if (item !== null || ofKind.length === 0) return { own: findOwnToken(state, item) };
  const own = ofKind.filter((one) => findOwnToken(state, one) !== undefined);
  if (own.length === 0) return { several };
  if (own.length === ofKind.length) return { own: findOwnToken({ ...state, mirror: false }, null) };
  const lines = own.map(({ id, name }) => buildGuideCommand(name, id)).join(", ");
  return {
    first: text(
      `These steps do not apply to tokens that this clomoctl tenant itself holds. For those: ${lines}`,
      `この手順は、clomoctl のこのテナント自体が保持するトークンには使えません。その場合の手順: ${lines}`,
    ),
  };
}

/**
 * Returns the answers about the account with which an item is renewed, as far as the item does not record them. Returns
 * nothing if they are about another account, or if the acting account may not read them.
 */
export async function listRecordedAnswers(
  client: Client<"answers" | "renewals">,
  { item }: GuideSubject,
): Promise<readonly (readonly [label: Text, value: Text])[]> {
  const group = item === null ? undefined : ANSWER_GROUPS[item.kind];
  if (item === null || group === undefined) return [];
  const answers = await client.answers.list().catch((error: unknown) => {
    if (error instanceof Failure && error.code === "not-permitted") return [];
    throw error;
  });
  const find = (name: string): string | undefined =>
    answers.find(({ question }) => question === `${group}.${name}`)?.value;
  const account = find("account");
  const isOther =
    item.account === null
      ? (await client.renewals.list()).some(({ id, kind }) => kind === item.kind && id !== item.id)
      : account !== undefined && !sharesWord(item.account, account);
  if (isOther) return [];
  const isKnown = {
    account: item.account !== null,
    phone: item.phone !== null,
    holder: false,
    "password-place": false,
  };
  return Object.entries(isKnown).flatMap(([name, known]) => {
    const value = known ? undefined : find(name);
    const label = QUESTIONS.get(`${group}.${name}`)?.label;
    return value === undefined || label === undefined ? [] : [[label, same(value)] as const];
  });
}

/** The groups of questions about the accounts with which items are renewed. */
const ANSWER_GROUPS: Partial<Readonly<Record<RenewalKind, string>>> = {
  "push-certificate": "push-certificate",
  "ade-token": "apple-business",
  "vpp-token": "apple-business",
  "android-owner": "android",
};

const buildGuideCommand = (name: string, id: string): CommandLine => line("renewals guide", [toTypableName(name, id)]);

const SYSTEM_ADMINISTRATOR_NOTE = text(
  "Ask a system administrator first whether this clomoctl tenant itself holds the token (this could not be looked up). If it does, do not use these steps.",
  "先に、clomoctl のこのテナント自体がそのトークンを保持しているかどうかを、システム管理者に確認してください(調べられませんでした)。保持している場合、この手順は使えません。",
);

import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { GuideFacts } from "../../../lib/renewals/guide/index.ts";
import { listAccountAnswers, hasAccountQuestions } from "../../../lib/handover/checklist/account.ts";
import { findIdentity } from "../../../lib/handover/checklist/which.ts";
import { findOwnToken } from "../../../lib/renewals/guide/own.ts";
import { text, type Text } from "../../../lib/text/index.ts";
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
 * Returns the recorded answers that identify the account with which an item is renewed and the item at Apple (such as
 * its topic or MDM server). Returns nothing if the acting account may not read the answers.
 */
export async function listRecordedAnswers(
  client: Client<"answers" | "renewals">,
  { item }: GuideSubject,
): Promise<readonly (readonly [label: Text, value: Text])[]> {
  if (item === null || !hasAccountQuestions(item.kind)) return [];
  const answers = await client.answers.list().catch((error: unknown) => {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  });
  if (answers === undefined) return [];
  const all = await client.renewals.list();
  const mark = findIdentity(answers, item);
  return [...listAccountAnswers(answers, item, all), ...(mark === undefined ? [] : [mark])];
}

const buildGuideCommand = (name: string, id: string): CommandLine => line("renewals guide", [toTypableName(name, id)]);

const SYSTEM_ADMINISTRATOR_NOTE = text(
  "Ask a system administrator first whether this clomoctl tenant itself holds the token (this could not be looked up). If it does, do not use these steps.",
  "先に、clomoctl のこのテナント自体がそのトークンを保持しているかどうかを、システム管理者に確認してください(調べられませんでした)。保持している場合、この手順は使えません。",
);

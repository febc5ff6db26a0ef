import { line } from "../../../lib/advice/index.ts";
import type { Client } from "../../../lib/client/index.ts";
import { Failure, unlessFailing } from "../../../lib/errors/index.ts";
import type { GuideFacts } from "../../../lib/renewals/guide/index.ts";
import { answeredOfAccount, hasAccount } from "../../../lib/handover/checklist/account.ts";
import { markOf } from "../../../lib/handover/checklist/which.ts";
import { canBeOwn, ownOf, type HeldState, type OwnKind } from "../../../lib/renewals/guide/own.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { DatedItem } from "../../../lib/renewals/judge.ts";
import { typableName } from "../../../lib/text/shell-word.ts";
import type { GuideSubject } from "./subject.ts";

type HoldingClient = Client<"ade" | "push-certificate" | "vpp">;

/** What a tenant says of what it holds itself. @throws Failure `not-permitted` to who may not read it */
async function heldState(client: HoldingClient, kind: OwnKind): Promise<HeldState> {
  const ade = await client.ade.show();
  switch (kind) {
    case "ade-token":
      return { kind, ade };
    case "push-certificate":
      return { kind, ade, certificate: await client["push-certificate"].show() };
    case "vpp-token":
      return { kind, ade, tokens: await client.vpp.tokens() };
  }
}

/** Whether the tenant holds itself what a guide is about: CLOMO PANEL's steps would end something of CLOMO's then. */
export async function holdingOf(client: HoldingClient, { kind, item, ofKind }: GuideSubject): Promise<GuideFacts> {
  const several = item === null && ofKind.length > 1 ? ofKind.map(({ id, name }) => guideLine(name, id)) : undefined;
  if (!canBeOwn(kind)) return { several };
  const state = await heldState(client, kind).catch((error: unknown) => {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  });
  if (state === undefined) return { first: ASK, several };
  if (item !== null || ofKind.length === 0) return { own: ownOf(state, item) };
  const own = ofKind.filter((one) => ownOf(state, one) !== undefined);
  if (own.length === 0) return { several };
  if (own.length === ofKind.length) return { own: ownOf({ ...state, ade: { ...state.ade, mirror: false } }, null) };
  const lines = own.map(({ id, name }) => guideLine(name, id)).join(", ");
  return {
    first: text(
      `These steps are not for what this tenant of clomoctl holds itself; for that: ${lines}`,
      `この手順は、clomoctl のこのテナントが自ら保持しているもののものではありません。そちらの手順: ${lines}`,
    ),
  };
}

/**
 * What people have answered of the account with which an item is renewed, and which one at Apple it is; nothing to who may
 * not read the answers.
 */
export async function answeredOf(
  client: Client<"answers" | "renewals">,
  { item }: GuideSubject,
): Promise<readonly (readonly [label: Text, value: Text])[]> {
  if (item === null || !hasAccount(item.kind)) return [];
  const answers = await client.answers.list().catch((error: unknown) => {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  });
  if (answers === undefined) return [];
  const all = await client.renewals.list();
  const mark = markOf(answers, item);
  return [...answeredOfAccount(answers, item, all), ...(mark === undefined ? [] : [mark])];
}

const guideLine = (name: string, id: string): string => line("renewals guide", [typableName(name, id)]);

/** Items with whose they are, each kind asked about once; what cannot be looked up is said so, and keeps nothing back. */
export async function withHolding(client: HoldingClient, items: readonly DatedItem[]): Promise<readonly DatedItem[]> {
  const states = new Map<OwnKind, HeldState | undefined>();
  const known: DatedItem[] = [];
  for (const item of items) {
    const { kind } = item;
    if (!canBeOwn(kind)) {
      known.push(item);
      continue;
    }
    if (!states.has(kind)) states.set(kind, await unlessFailing(() => heldState(client, kind)));
    const state = states.get(kind);
    known.push({ ...item, holding: state === undefined ? { first: ASK } : { own: ownOf(state, item) } });
  }
  return known;
}

const ASK = text(
  "Ask a system administrator first whether this tenant of clomoctl holds it itself (it could not be looked up): these steps are not for that.",
  "clomoctl のこのテナントが自ら保持しているものかどうか、先にシステム管理者に確認してください(調べられませんでした)。その場合、この手順は使えません。",
);

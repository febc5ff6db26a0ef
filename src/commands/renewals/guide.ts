import type { Client, RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../lib/nouns/renewal.ts";
import { buildRenewalGuide, type GuideFacts, findOwnToken } from "../../lib/renewals/guide/index.ts";
import { addExpiryStatus } from "../../lib/renewals/expiry-status.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { GUIDE_OPTIONS, writeGuide } from "../kit/files/write-guides.ts";
import { createExpiryClock } from "../kit/items/tenant-items.ts";
import { findItem } from "../kit/items/columns.ts";

export default defineCommand({
  summary: text("show step by step how to renew an item, with the pitfalls", "更新の手順と注意点を示す"),
  details: text(
    `ITEM is the name or ID of a recorded item, or a kind: ${Object.keys(RENEWAL_KINDS).join(", ")}. For a recorded item, the guide includes its account, topic and phone. If this clomoctl tenant itself holds the token (\`ade token set\`), the guide shows the steps for this tenant instead of the steps in CLOMO PANEL.`,
    `ITEM は登録した項目の名前か ID、または種類です: ${Object.keys(RENEWAL_KINDS).join(", ")}。登録済みの項目では、アカウント、トピック、認証コードを受け取る電話も示します。clomoctl のこのテナントに登録したトークン(\`ade token set\` で設定したもの)については、CLOMO PANEL ではなくこのテナントでの手順を示します。`,
  ),
  args: {
    item: defineOption("string", "ITEM", "name or ID of an item, or a kind", "項目の名前か ID、または種類", {
      required: true,
    }),
  },
  options: GUIDE_OPTIONS,
  examples: [
    { line: "clomoctl renewals guide push-certificate" },
    { line: "clomoctl renewals guide ade-token -o ade-token.txt" },
  ],
  exits: ["usage", "not-found", "locked"],
  async run(tools, { item: typed, ...options }) {
    const tenant = await tools.tenant("renewals", "ade");
    const { client } = tenant;
    const { kind, item } = await findGuideSubject(client, typed);
    const expiry = item && addExpiryStatus(item, tenant.context.name, createExpiryClock(tools, tenant)).expiry;
    const facts = kind === "ade-token" ? await findHolder(client, item) : {};
    // the file of a remote tenant's item may be on another computer, so do not compare the file
    const known = item === null || tenant.context.kind === "embedded" ? item : { ...item, source: null };
    return writeGuide(tools, buildRenewalGuide(kind, known, expiry, facts), options);
  },
});

const isRenewalKind = (typed: string): typed is RenewalKind => Object.hasOwn(RENEWAL_KINDS, typed);

async function findGuideSubject(client: Client<"renewals">, typed: string) {
  if (!isRenewalKind(typed)) {
    const item = await findItem(client, typed);
    return { kind: item.kind, item };
  }
  const ofKind = (await client.renewals.list()).filter(({ kind }) => kind === typed);
  const [item = null, ...others] = ofKind;
  if (others.length === 0) return { kind: typed, item };
  const names = ofKind.map(({ name }) => name).join(", ");
  throw new Failure("usage", {
    what: text(`several items of this kind are recorded: ${names}`, `この種類の項目が複数あります: ${names}`),
    hint: text("use the name of the item", "項目の名前を指定してください"),
  });
}

/** If this tenant uses the token, the guide's steps would make the token invalid. */
async function findHolder(client: Client<"ade">, item: RenewalItem | null): Promise<GuideFacts> {
  try {
    return { own: findOwnToken(await client.ade.show(), item) };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "not-permitted") throw error;
    return { first: SYSTEM_ADMINISTRATOR_NOTE };
  }
}

const SYSTEM_ADMINISTRATOR_NOTE = text(
  "First ask a system administrator whether this clomoctl tenant holds the token, because you are not permitted to see this. If the tenant holds the token, do not use these steps.",
  "先に、clomoctl のこのテナント自体がそのトークンを保持しているかどうかを、システム管理者に確認してください(あなたの権限では確認できません)。保持している場合、この手順は使えません。",
);

import { expect, test } from "vitest";
import type { DatedItem } from "../expiry-status.ts";
import { toRecipientId, findOwnerAddress, listRecipients, shouldNotify } from "./send.ts";
import type { NotifySettings, Recipient } from "./settings-schema.ts";
import { createDatedItem } from "#support/renewals/digest.ts";

interface TenantItems {
  readonly context: string;
  readonly items: readonly DatedItem[];
}

const owned = (name: string, owner: string | null) => createDatedItem({ name, owner });
const item = (name: string) => owned(name, null);

const SMTP = { host: "127.0.0.1", port: 25, security: "none", from: "a@example.jp" } as const;
const IT: Recipient = { name: "it", way: "mail", address: "IT@example.jp", language: "ja" };
const CHAT: Recipient = { name: "chat", way: "webhook", "url-file": "url", language: "ja" };

/** Who is told of what, as `way recipient: context/name …`. */
const due = (tenants: readonly TenantItems[], settings: Partial<NotifySettings>): readonly string[] =>
  listRecipients(tenants, { language: "en", smtp: SMTP, recipients: [], ...settings }).map((recipient) => {
    const told = tenants.flatMap(({ context, items }) =>
      items.filter((item) => shouldNotify(recipient, context, item)).map(({ name }) => `${context}/${name}`),
    );
    return `${recipient.way} ${toRecipientId(recipient).recipient}: ${told.join(" ")}`;
  });

test.each([
  ["it@example.jp", "it@example.jp"],
  ["  it@example.jp ", "it@example.jp"],
  ["総務課", undefined],
  ["it@example.jp, ops@example.jp", undefined],
  ["", undefined],
  [null, undefined],
])("mail for an owner written as %j goes to %s", (owner, address) => {
  expect(findOwnerAddress({ owner })).toBe(address);
});

test.each<[string, Recipient, boolean]>([
  ["all", IT, true],
  ["this context", { ...IT, contexts: ["osaka", "kanto"] }, true],
  ["another context", { ...IT, contexts: ["osaka"] }, false],
  ["this context, in other letters", { ...IT, contexts: ["Ｋanto", "KANTO"] }, true],
  ["contexts of a pattern", { ...IT, contexts: ["osaka", "K*o"] }, true],
  ["contexts of another pattern", { ...IT, contexts: ["kanto-*", "kant.", "*x*"] }, false],
  ["nothing, as its owner in another case of letters", { ...IT, address: "Yamada@Example.jp", contexts: [] }, true],
  ["nothing, by a webhook of the owner's name", { ...CHAT, name: "yamada@example.jp", contexts: [] }, false],
])("whether a recipient of %s receives it", (_, recipient, concerned) => {
  expect(shouldNotify(recipient, "kanto", owned("本社", "yamada@example.jp"))).toBe(concerned);
});

test("recipients come first, then owners in the order of their items, each only once", () => {
  const tenantItems = [
    { context: "kanto", items: [owned("a", "sato@example.jp"), owned("b", "it@EXAMPLE.jp")] },
    { context: "osaka", items: [owned("c", "Sato@example.jp"), owned("d", "総務課")] },
  ];
  expect(due(tenantItems, { recipients: [CHAT, IT, { ...IT, name: "again", contexts: [] }] })).toEqual([
    "webhook chat: kanto/a kanto/b osaka/c osaka/d",
    "mail it@example.jp: kanto/a kanto/b osaka/c osaka/d",
    "mail sato@example.jp: kanto/a osaka/c",
  ]);
});

test("owners are notified in the language of the settings, only about their own items, and by a mail server", () => {
  const tenants = [{ context: "kanto", items: [owned("a", "sato@example.jp"), item("b")] }];
  expect(listRecipients(tenants, { language: "en", smtp: SMTP, recipients: [] })).toMatchObject([
    { way: "mail", address: "sato@example.jp", language: "en" },
  ]);
  expect(due(tenants, {})).toEqual(["mail sato@example.jp: kanto/a"]);
  expect(listRecipients(tenants, { language: "en", recipients: [] })).toEqual([]);
});

import { expect, test } from "vitest";
import { shouldNotify, findOwnerAddress, groupItemsByRecipient, type TenantItems } from "./recipients.ts";
import type { NotifySettings, Recipient } from "./settings-schema.ts";
import { createDatedItem } from "#support/renewals/digest.ts";

const owned = (name: string, owner: string | null) => createDatedItem({ name, owner });
const item = (name: string) => owned(name, null);

const SMTP = { host: "127.0.0.1", port: 25, security: "none", from: "a@example.jp" } as const;
const IT: Recipient = { name: "it", way: "mail", address: "IT@example.jp", language: "ja" };
const CHAT: Recipient = { name: "chat", way: "webhook", "url-file": "url", language: "ja" };
const TICKET: Recipient = { name: "chat", way: "command", command: ["ticket"], timeout: 1, language: "ja" };

/** Who is told of what, as `way recipient: context/name …`. */
const due = (tenantItems: readonly TenantItems[], settings: Partial<NotifySettings>): readonly string[] =>
  groupItemsByRecipient(tenantItems, { language: "en", smtp: SMTP, recipients: [], ...settings }).map(
    ({ addressee: { way, recipient }, tenantItems }) =>
      `${way} ${recipient}: ${tenantItems.flatMap(({ context, items }) => items.map(({ name }) => `${context}/${name}`)).join(" ")}`,
  );

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
  expect(due(tenantItems, { recipients: [CHAT, IT, TICKET, { ...IT, name: "again", contexts: [] }] })).toEqual([
    "webhook chat: kanto/a kanto/b osaka/c osaka/d",
    "mail it@example.jp: kanto/a kanto/b osaka/c osaka/d",
    "command chat: kanto/a kanto/b osaka/c osaka/d",
    "mail sato@example.jp: kanto/a osaka/c",
  ]);
});

test("owners are notified in the language of the settings, and only about their own items", () => {
  const tenantItems = [{ context: "kanto", items: [owned("a", "sato@example.jp"), item("b")] }];
  const [owner] = groupItemsByRecipient(tenantItems, { language: "en", smtp: SMTP, recipients: [] });
  expect(owner?.recipient).toMatchObject({ way: "mail", address: "sato@example.jp", language: "en" });
  expect(owner?.tenantItems).toMatchObject([{ context: "kanto", items: [{ name: "a" }] }]);
});

test("owners require a mail server, and a recipient without items is omitted", () => {
  const tenantItems = [{ context: "kanto", items: [owned("a", "sato@example.jp")] }];
  const withoutMail = groupItemsByRecipient(tenantItems, {
    language: "en",
    recipients: [{ ...CHAT, contexts: ["osaka"] }],
  });
  expect(withoutMail).toEqual([]);
  expect(due([{ context: "kanto", items: [] }], { recipients: [IT] })).toEqual([]);
});

test("omits a tenant that has no items for a recipient", () => {
  const tenantItems = [
    { context: "kanto", items: [item("a")] },
    { context: "osaka", items: [item("b")] },
  ];
  expect(due(tenantItems, { recipients: [{ ...IT, contexts: ["osaka"] }] })).toEqual(["mail it@example.jp: osaka/b"]);
});

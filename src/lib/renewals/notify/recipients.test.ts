import { expect, test } from "vitest";
import { isConcerned, ownerAddress, targetsOf, type Share } from "./recipients.ts";
import type { NotifySettings, Recipient } from "./settings.ts";
import { toldItem } from "../testing/digest.ts";

const owned = (name: string, owner: string | null) => toldItem({ item: { name, owner } }).item;
const item = (name: string) => owned(name, null);

const SMTP = { host: "127.0.0.1", port: 25, security: "none", from: "a@example.jp" } as const;
const IT: Recipient = { name: "it", way: "mail", address: "IT@example.jp", language: "ja" };
const CHAT: Recipient = { name: "chat", way: "webhook", service: "slack", url: { env: "URL" }, language: "ja" };
const TICKET: Recipient = { name: "chat", way: "command", command: ["ticket"], timeoutMs: 1, language: "ja" };

/** Who is told of what, as `way recipient: context/name …`. */
const told = (shares: readonly Share[], settings: Partial<NotifySettings>): readonly string[] =>
  targetsOf(shares, { language: "en", stages: [30], smtp: SMTP, recipients: [], ...settings }).map(
    ({ addressee: { way, recipient }, shares }) =>
      `${way} ${recipient}: ${shares.flatMap(({ context, items }) => items.map(({ name }) => `${context}/${name}`)).join(" ")}`,
  );

test.each([
  ["it@example.jp", "it@example.jp"],
  ["  it@example.jp ", "it@example.jp"],
  ["総務課", undefined],
  ["it@example.jp, ops@example.jp", undefined],
  ["", undefined],
  [null, undefined],
])("an owner written as %j is mailed at %s", (owner, address) => {
  expect(ownerAddress({ owner })).toBe(address);
});

test.each<[string, Recipient, boolean]>([
  ["all", IT, true],
  ["this context", { ...IT, contexts: ["osaka", "kanto"] }, true],
  ["another context", { ...IT, contexts: ["osaka"] }, false],
  ["this kind", { ...IT, kinds: ["push-certificate"] }, true],
  ["another kind", { ...IT, kinds: ["vpp-token"] }, false],
  ["this context, but another kind", { ...IT, contexts: ["kanto"], kinds: ["vpp-token"] }, false],
  ["nothing, as its owner in another case of letters", { ...IT, address: "Yamada@Example.jp", kinds: [] }, true],
  ["nothing, by a webhook of the owner's name", { ...CHAT, name: "yamada@example.jp", kinds: [] }, false],
])("who asks for %s", (_, recipient, concerned) => {
  expect(isConcerned(recipient, "kanto", owned("本社", "yamada@example.jp"))).toBe(concerned);
});

test("recipients come first, then owners in the order of their things, everybody once", () => {
  const shares = [
    { context: "kanto", items: [owned("a", "sato@example.jp"), owned("b", "it@EXAMPLE.jp")] },
    { context: "osaka", items: [owned("c", "Sato@example.jp"), owned("d", "総務課")] },
  ];
  expect(told(shares, { recipients: [CHAT, IT, TICKET, { ...IT, name: "again", kinds: [] }] })).toEqual([
    "webhook chat: kanto/a kanto/b osaka/c osaka/d",
    "mail it@example.jp: kanto/a kanto/b osaka/c osaka/d",
    "command chat: kanto/a kanto/b osaka/c osaka/d",
    "mail sato@example.jp: kanto/a osaka/c",
  ]);
});

test("owners are told in the settings' language, and of nothing that is not theirs", () => {
  const shares = [{ context: "kanto", items: [owned("a", "sato@example.jp"), item("b")] }];
  const [owner] = targetsOf(shares, { language: "en", stages: [], smtp: SMTP, recipients: [] });
  expect(owner?.recipient).toMatchObject({ way: "mail", address: "sato@example.jp", language: "en" });
  expect(owner?.shares).toMatchObject([{ context: "kanto", items: [{ name: "a" }] }]);
});

test("owners need a mail server; who is told of nothing is left out", () => {
  const shares = [{ context: "kanto", items: [owned("a", "sato@example.jp")] }];
  const withoutMail = targetsOf(shares, { language: "en", stages: [], recipients: [{ ...CHAT, contexts: ["osaka"] }] });
  expect(withoutMail).toEqual([]);
  expect(told([{ context: "kanto", items: [] }], { recipients: [IT] })).toEqual([]);
});

test("a tenant with nothing for somebody is none of his shares", () => {
  const shares = [
    { context: "kanto", items: [item("a")] },
    { context: "osaka", items: [item("b")] },
  ];
  expect(told(shares, { recipients: [{ ...IT, contexts: ["osaka"] }] })).toEqual(["mail it@example.jp: osaka/b"]);
});

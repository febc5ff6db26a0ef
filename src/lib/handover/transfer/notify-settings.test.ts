import fc from "fast-check";
import { expect, test } from "vitest";
import { shouldNotify } from "../../renewals/notify/recipients.ts";
import type { RenewalItem, RenewalKind } from "../../model/renewal.ts";
import { parseNotifySettings } from "../../renewals/notify/settings-schema.ts";
import { removeRecipient, replaceRecipient, type Succession } from "./notify-settings.ts";

const SETTINGS = `smtp: {host: localhost, security: none, from: a@example.jp}
# who hears of it
recipients:
  - name: 前任
    way: mail
    address: Taro@example.jp   # until March
  - name: chat
    way: command
    command: [/usr/local/bin/ticket]
`;

const TARO: Succession = {
  context: "main",
  leaver: { called: "佐藤 一郎", id: null, account: "taro01", words: ["佐藤 一郎", "taro01", "taro@example.jp"] },
  successor: { name: "髙橋 花子", address: "hanako@example.jp" },
};

test("replaces the address, and keeps comments and other recipients", () => {
  const { content, replaced } = replaceRecipient(SETTINGS, TARO);
  expect(replaced).toEqual(["Taro@example.jp"]);
  expect(content).toContain("# who hears of it");
  expect(content).toContain("# until March");
  expect(parseNotifySettings(content, "x").recipients).toMatchObject([
    { address: "hanako@example.jp" },
    { name: "chat" },
  ]);
});

test("does not list a successor twice", () => {
  const both = `${SETTINGS}  - {name: 後任, way: mail, address: HANAKO@example.jp}\n`;
  const { content } = replaceRecipient(both, TARO);
  expect(parseNotifySettings(content, "x").recipients).toMatchObject([
    { name: "chat" },
    { address: "HANAKO@example.jp" },
  ]);
});

test.each([SETTINGS, "", "recipients: []\n", "smtp: {host: x}\n"])(
  "changes nothing if the leaver is not a recipient",
  (content) => {
    const leaver = { ...TARO.leaver, words: ["nobody@example.jp", "前任"] };
    expect(replaceRecipient(content, { ...TARO, leaver })).toEqual({
      content,
      replaced: [],
    });
  },
);

const SMTP = "smtp: {host: localhost, security: none, from: a@example.jp}\n";

const entry = (name: string, address: string, more = ""): string =>
  `  - {name: ${name}, way: mail, address: ${address}${more}}\n`;

const after = (entries: string, succession = TARO) =>
  parseNotifySettings(replaceRecipient(`${SMTP}recipients:\n${entries}`, succession).content, "x").recipients;

test("replaces the leaver's name, keeps the text around it, and keeps any other name", () => {
  const names = (name: string): string | undefined => after(entry(name, "taro@example.jp"))[0]?.name;
  expect(names("佐藤　一郎（情シス）")).toBe("髙橋 花子");
  expect(names('"情シス(taro01、鈴木)"')).toBe("情シス(髙橋 花子、鈴木)");
  expect(names("it")).toBe("it");
  expect(after(entry("佐藤 一郎", "it@example.jp"))).toMatchObject([{ name: "佐藤 一郎", address: "it@example.jp" }]);
});

test("the settings are still valid for any name of the successor", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 150 }), fc.boolean(), (called, isBlock) => {
      fc.pre(called.trim() !== "" && !/\p{Cc}/u.test(called.trim()));
      const block = "  - name: taro01\n    way: mail\n    address: taro@example.jp\n";
      const name = `花子 ${called}`;
      const successor = { ...TARO.successor, name };
      const [one] = after(isBlock ? block : entry("taro01", "taro@example.jp"), { ...TARO, successor });
      expect(name.startsWith(one?.name ?? "none")).toBe(true);
      expect(one?.name.length).toBeGreaterThanOrEqual(Math.min(name.length, 99));
    }),
  );
  const [cut] = after(entry("taro01", "taro@example.jp"), {
    ...TARO,
    successor: { ...TARO.successor, name: `${"あ".repeat(99)}𠮷\n子` },
  });
  expect(cut?.name).toBe("あ".repeat(99));
});

test("a successor listed for another context is then listed for both", () => {
  const [ofLeaver, ofSuccessor] = [", contexts: [main]", ", contexts: [other]"];
  const merged = after(entry("taro", "taro@example.jp", ofLeaver) + entry("hanako", "Hanako@example.jp", ofSuccessor));
  expect(merged).toMatchObject([{ address: "Hanako@example.jp", contexts: ["other", "main"] }]);
  const kinds = after(
    entry("taro", "taro@example.jp", ", kinds: [vpp-token]") +
      entry("hanako", "hanako@example.jp", ", kinds: [custom]"),
  );
  expect(kinds).toMatchObject([{ address: "hanako@example.jp", kinds: ["custom", "vpp-token"] }]);
  const all = after(entry("taro", "taro@example.jp") + entry("hanako", "hanako@example.jp", ", contexts: [other]"));
  expect(all.map(({ contexts }) => contexts)).toEqual([undefined]);
});

test("keeps the leaver's entry for other contexts, with its comments", () => {
  const other = entry("taro", "taro@example.jp", ", contexts: [other]");
  const untouched = `${SMTP}recipients:\n${other}`;
  expect(replaceRecipient(untouched, TARO)).toEqual({ content: untouched, replaced: [] });
  const both = `${SMTP}recipients:
  # of both
  - name: taro01
    way: mail
    language: en
    address: taro@example.jp # until March
    contexts:
      - main
      - other # Osaka
`;
  const { content, replaced } = replaceRecipient(both, TARO);
  expect(replaced).toEqual(["taro@example.jp"]);
  for (const comment of ["# of both", "# until March", "# Osaka"]) expect(content.split(comment)).toHaveLength(2);
  expect(parseNotifySettings(content, "x").recipients).toMatchObject([
    { name: "taro01", address: "taro@example.jp", contexts: ["other"], language: "en" },
    { name: "髙橋 花子", address: "hanako@example.jp", contexts: ["main"], language: "en" },
  ]);
});

test("only the leaver loses reminders in the context, and nobody does in other contexts", () => {
  const KINDS = ["vpp-token", "custom"] as const;
  const CONTEXTS = ["main", "other", "third"];
  const scope = fc.record({
    contexts: fc.option(fc.subarray(CONTEXTS, { minLength: 1 })),
    kinds: fc.option(fc.subarray([...KINDS])),
  });
  const addresses = ["taro@example.jp", "taro2@example.jp", "hanako@example.jp", "it@example.jp"];
  const listed = fc
    .subarray(addresses, { minLength: 1 })
    .chain((some) => fc.tuple(...some.map((address) => fc.tuple(fc.constant(address), scope))));
  const leaver = { ...TARO.leaver, words: ["taro@example.jp", "taro2@example.jp"] };
  fc.assert(
    fc.property(listed, (entries) => {
      const lines = entries.map(([address, { contexts, kinds }]) =>
        entry(
          "x",
          address,
          `${contexts === null ? "" : `, contexts: [${contexts.join(", ")}]`}${kinds === null ? "" : `, kinds: [${kinds.join(", ")}]`}`,
        ),
      );
      const content = `${SMTP}recipients:\n${lines.join("")}`;
      const hearing = (settings: string, context: string, kind: RenewalKind): readonly string[] => {
        const item = { kind, owner: null } as RenewalItem;
        return parseNotifySettings(settings, "x").recipients.flatMap((one) =>
          one.way === "mail" && shouldNotify(one, context, item) ? [one.address] : [],
        );
      };
      const next = replaceRecipient(content, { ...TARO, leaver }).content;
      const left = KINDS.flatMap((kind) => hearing(next, "main", kind));
      expect(left.filter((one) => leaver.words.includes(one))).toEqual([]);
      for (const context of CONTEXTS) {
        for (const kind of KINDS) {
          const [was, is] = [hearing(content, context, kind), hearing(next, context, kind)];
          const heirs = was.map((one) => (leaver.words.includes(one) && !is.includes(one) ? "hanako@example.jp" : one));
          for (const heir of heirs)
            expect([content, next, is]).toEqual([content, next, expect.arrayContaining([heir])]);
        }
      }
    }),
  );
});

test.each([
  ["others get everything", ["{name: b, way: mail, address: b@x.jp}"], undefined, ["removed"]],
  ["nobody else is there", [], undefined, ["kept"]],
  ["others get only some kinds", ["{name: b, way: mail, address: b@x.jp, kinds: [custom]}"], undefined, ["kept"]],
  [
    "others are for this context only",
    ["{name: b, way: mail, address: b@x.jp, contexts: [osaka]}"],
    undefined,
    ["kept"],
  ],
  ["both are for this context", ["{name: b, way: mail, address: b@x.jp, contexts: [osaka]}"], "[osaka]", ["removed"]],
  ["the leaver is for another context", ["{name: b, way: mail, address: b@x.jp}"], "[tokyo]", []],
] as const)("a leaver's entry is removed only if others cover it: %s", (_, others, contexts, expected) => {
  const own = `{name: a, way: mail, address: A@x.jp${contexts === undefined ? "" : `, contexts: ${contexts}`}}`;
  const content = `# kept\nrecipients:\n${[own, ...others].map((one) => `  - ${one}\n`).join("")}`;
  const leaver = { called: "a", id: null, account: null, words: ["a@x.jp"] };
  const { removed, kept, content: after } = removeRecipient(content, { context: "osaka", leaver });
  expect([...removed.map(() => "removed"), ...kept.map(() => "kept")]).toEqual(expected);
  expect(after.includes("A@x.jp")).toBe(removed.length === 0);
  expect(after).toContain("# kept");
});

import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { parseNotifySettings as parse } from "./settings-schema.ts";
import { readSecret, maskSecrets } from "./secret.ts";
import { freshFolder } from "#support/folder.ts";

const SMTP = ["smtp:", "  host: smtp.example.jp", "  from: CLOMO <renewals@example.jp>"];

const parseNotifySettings = async (content: string, where: string) => parse(content, where);

const lines = (...all: readonly string[]): string => all.join("\n");

const refusalOf = async (promise: Promise<unknown>): Promise<Failure> => {
  const failure = await promise.catch((error: unknown) => error);
  if (failure instanceof Failure) return failure;
  throw new Error("nothing was refused");
};

test("reads a file with every part", async () => {
  const settings = await parseNotifySettings(
    lines(
      "language: en",
      ...SMTP,
      "  security: tls",
      "  user: renewals",
      "  password-file: smtp-password",
      "recipients:",
      "  - {name: 001, way: mail, address: it@example.jp, language: ja}",
      "  - name: chat",
      "    way: webhook",
      "    url-file: chatwork-url",
      "    headers-file: headers",
      "    contexts: [kanto, osaka]",
      "  - {name: own, way: webhook, url-file: url, template-file: body.json}",
      "  - {name: dead man, way: heartbeat, url-file: heartbeat-url}",
    ),
    "notify.yaml",
  );
  expect(settings).toEqual({
    language: "en",
    smtp: {
      host: "smtp.example.jp",
      port: 465,
      security: "tls",
      from: "CLOMO <renewals@example.jp>",
      user: "renewals",
      "password-file": "smtp-password",
    },
    recipients: [
      { name: "001", way: "mail", address: "it@example.jp", language: "ja" },
      {
        name: "chat",
        way: "webhook",
        "url-file": "chatwork-url",
        "headers-file": "headers",
        language: "en",
        contexts: ["kanto", "osaka"],
      },
      {
        name: "own",
        way: "webhook",
        "url-file": "url",
        "template-file": "body.json",
        language: "en",
      },
    ],
    heartbeats: [{ name: "dead man", way: "heartbeat", "url-file": "heartbeat-url" }],
  });
});

test("omitted settings get their defaults", async () => {
  const { language, smtp } = await parseNotifySettings(lines(...SMTP), "notify.yaml");
  expect([language, smtp?.port, smtp?.security]).toEqual(["ja", 587, "starttls"]);
});

test.each([
  ["not YAML", ["a: [", "b"], 2],
  ["blank", [""], 1],
  ["a list", ["- a"], 1],
  ["an unknown part", ["language: ja", "recipient: []"], 2],
  ["the same part twice", ["language: ja", "language: en"], 2],
  ["an unknown language", ["language: fr"], 1],
  ["an unknown way", ["recipients:", "  - name: a", "    way: fax"], 3],
  ["a key of another way", [...SMTP, "recipients:", "  - {name: a, way: mail, address: a@example.jp, url-file: a}"], 5],
  ["no name", [...SMTP, "recipients:", "  - {way: mail, address: a@example.jp}"], 5],
  ["a name of several lines", [...SMTP, "recipients:", '  - {name: "a\\nb", way: mail, address: a@example.jp}'], 5],
  [
    "an address that is none",
    [...SMTP, "recipients:", "  - name: a", "    way: mail", "    address: a b@example.jp"],
    7,
  ],
  ["two addresses", [...SMTP, "recipients:", "  - {name: a, way: mail, address: 'a@example.jp,b@example.jp'}"], 5],
  ["mail without a server", ["recipients:", "  - {name: a, way: mail, address: a@example.jp}"], 2],
  [
    "a recipient twice",
    [
      ...SMTP,
      "recipients:",
      "  - {name: a, way: mail, address: a@example.jp}",
      "  - {name: b, way: mail, address: A@example.jp}",
    ],
    6,
  ],
  ["an unknown key of smtp", [...SMTP, "  password: secret"], 4],
  ["a user without a password", [...SMTP, "  user: a"], 4],
  ["a password in the clear", [...SMTP, "  security: none", "  user: a", "  password-file: a"], 4],
  ["a webhook without an address", ["recipients:", "  - {name: a, way: webhook}"], 2],
  ["an empty list of contexts", ["recipients:", "  - {name: a, way: webhook, url-file: a, contexts: []}"], 2],
])("refuses settings at their line: %s", async (_, content, line) => {
  const failure = await refusalOf(parseNotifySettings(lines(...content), "notify.yaml"));
  expect([failure.code, failure.where]).toEqual(["input-rejected", `notify.yaml:${line}`]);
});

const WEBHOOK = "name: a, way: webhook, url-file: a";
const LOCAL = ["smtp:", "  host: 127.0.0.1", "  from: a@example.jp", "  security: none"];

const one = (recipient: string): readonly string[] => ["recipients:", `  - {${recipient}}`];

test.each<[string, readonly string[], object]>([
  ["the first port", [...SMTP, "  port: 1"], { smtp: { port: 1 } }],
  ["the last port", [...SMTP, "  port: 65535"], { smtp: { port: 65_535 } }],
  ["the port of a server without encryption", LOCAL, { smtp: { port: 25, security: "none" } }],
  [
    "a password in the clear to this machine",
    [...LOCAL, "  user: u", "  password-file: p"],
    { smtp: { user: "u", "password-file": "p" } },
  ],
  ["an address alone as sender", ["smtp: {host: h, from: a@example.jp}"], { smtp: { from: "a@example.jp" } }],
  ["no recipients", ["recipients: []"], { recipients: [] }],
  ["a name of 100 characters", one(WEBHOOK.replace("a,", `${"a".repeat(100)},`)), {}],
  [
    "one name by two ways",
    [...SMTP, "recipients:", `  - {${WEBHOOK}}`, "  - {name: a, way: mail, address: a@example.jp}"],
    { recipients: [{ way: "webhook" }, { way: "mail" }] },
  ],
])("accepts settings: %s", async (_, content, settings) => {
  expect(await parseNotifySettings(lines(...content), "notify.yaml")).toMatchObject(settings);
});

test("refuses a file that is too long before parsing it", async () => {
  const { code, where } = await refusalOf(parseNotifySettings("#".repeat(1_000_001), "notify.yaml"));
  expect([code, where]).toEqual(["input-rejected", "notify.yaml"]);
  expect((await parseNotifySettings(`language: ja\n${"#".repeat(900_000)}`, "notify.yaml")).language).toBe("ja");
});

test("reads a secret from a file that only its owner can read", async () => {
  const folder = freshFolder();
  const place = { folder, userId: 1000 };
  const file = join(folder, "password");
  await writeFile(file, "ひみつ\r\n", { mode: 0o600 });
  expect(await readSecret("password", place)).toBe("ひみつ");
  await chmod(file, 0o640);
  const refusals = [
    ["password", "input-rejected"],
    ["none", "not-found"],
    ["none/password", "not-found"],
    [".", "usage"],
  ] as const;
  for (const [source, code] of refusals) {
    const failure = await refusalOf(readSecret(source, place));
    expect(failure.code).toBe(code);
    expect(JSON.stringify([failure.what, failure.where, failure.hint])).not.toContain("ひみつ");
  }
  expect(await readSecret("password", { ...place, userId: undefined })).toBe("ひみつ");
});

test("of a secret file that others can read, the command is shown that hides it", async () => {
  const folder = freshFolder();
  const file = join(folder, "password");
  await writeFile(file, "ひみつ");
  await chmod(file, 0o640);
  const { hint } = await refusalOf(readSecret("password", { folder, userId: 0 }));
  expect(hint?.en).toContain(`chmod 600 ${file}`);
});

test("removes secrets from another program's output", () => {
  const base64 = Buffer.from("geheim1").toString("base64");
  expect(maskSecrets(`535 geheim1 ${base64} no`, ["geheim1"])).toBe("535 ••• ••• no");
});

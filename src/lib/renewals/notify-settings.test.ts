import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { parseNotifySettings } from "./notify-settings-parse.ts";
import { readSecret, withoutSecrets } from "./notify-settings-secret.ts";
import { isLoopback, isMailAddress } from "./notify-settings.ts";
import { USUAL_STAGES } from "./stages.ts";

const SMTP = ["smtp:", "  host: smtp.example.jp", "  from: CLOMO <renewals@example.jp>"];

const lines = (...all: readonly string[]): string => all.join("\n");

const refusalOf = async (promise: Promise<unknown>): Promise<Failure> => {
  const failure = await promise.catch((error: unknown) => error);
  if (failure instanceof Failure) return failure;
  throw new Error("nothing was refused");
};

test("a file with every part", async () => {
  const settings = await parseNotifySettings(
    lines(
      "language: en",
      "stages: [30, 7, 7, 60]",
      ...SMTP,
      "  security: tls",
      "  user: renewals",
      "  password-env: SMTP_PASSWORD",
      "recipients:",
      "  - {name: 001, way: mail, address: it@example.jp, language: ja, kinds: [vpp-token]}",
      "  - name: chat",
      "    way: webhook",
      "    service: chatwork",
      "    url-file: chatwork-url",
      "    token-env: CHATWORK_TOKEN",
      "    contexts: [kanto, osaka]",
      '  - {name: own, way: webhook, service: template, url-env: URL, template: \'{"a": ["{{subject}}"]}\'}',
      "  - {name: ticket, way: command, command: [ticket, --new], timeout: 5}",
    ),
    "notify.yaml",
  );
  expect(settings).toEqual({
    language: "en",
    stages: [60, 30, 7],
    smtp: {
      host: "smtp.example.jp",
      port: 465,
      security: "tls",
      from: "CLOMO <renewals@example.jp>",
      user: "renewals",
      password: { env: "SMTP_PASSWORD" },
    },
    recipients: [
      { name: "001", way: "mail", address: "it@example.jp", language: "ja", kinds: ["vpp-token"] },
      {
        name: "chat",
        way: "webhook",
        service: "chatwork",
        url: { file: "chatwork-url" },
        token: { env: "CHATWORK_TOKEN" },
        language: "en",
        contexts: ["kanto", "osaka"],
      },
      {
        name: "own",
        way: "webhook",
        service: "template",
        url: { env: "URL" },
        template: '{"a": ["{{subject}}"]}',
        language: "en",
      },
      { name: "ticket", way: "command", command: ["ticket", "--new"], timeoutMs: 5000, language: "en" },
    ],
  });
});

test("what is not said has its usual value", async () => {
  const { stages, language, smtp } = await parseNotifySettings(lines(...SMTP), "notify.yaml");
  expect([stages, language, smtp?.port, smtp?.security]).toEqual([USUAL_STAGES, "ja", 587, "starttls"]);
});

test("the mail server's own authority is a file", async () => {
  const { smtp } = await parseNotifySettings(lines(...SMTP, "  ca-file: mail-ca.pem"), "notify.yaml");
  expect(smtp).toMatchObject({ caFile: "mail-ca.pem" });
});

test.each([
  ["not YAML", ["a: [", "b"], 2],
  ["blank", [""], 1],
  ["a list", ["- a"], 1],
  ["an unknown part", ["language: ja", "recipient: []"], 2],
  ["the same part twice", ["language: ja", "language: en"], 2],
  ["an unknown language", ["language: fr"], 1],
  ["a stage that is no number", ["stages:", "  - 90", "  - soon"], 3],
  ["an unknown way", ["recipients:", "  - name: a", "    way: fax"], 3],
  ["a key of another way", [...SMTP, "recipients:", "  - {name: a, way: mail, address: a@example.jp, url-env: A}"], 5],
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
  ["an unknown kind", [...SMTP, "recipients:", "  - {name: a, way: mail, address: a@example.jp, kinds: [push]}"], 5],
  ["an unknown key of smtp", [...SMTP, "  password: secret"], 4],
  ["a user without a password", [...SMTP, "  user: a"], 4],
  ["a password in the clear", [...SMTP, "  security: none", "  user: a", "  password-env: A"], 4],
  [
    "a secret where its variable belongs",
    [
      "recipients:",
      "  - name: a",
      "    way: webhook",
      "    service: slack",
      "    url-env: https://hooks.slack.com/services/SECRET",
    ],
    5,
  ],
  [
    "both sources of a secret",
    ["recipients:", "  - name: a", "    way: webhook", "    service: slack", "    url-env: A", "    url-file: a"],
    6,
  ],
  ["a webhook without an address", ["recipients:", "  - {name: a, way: webhook, service: slack}"], 2],
  ["Chatwork without a token", ["recipients:", "  - {name: a, way: webhook, service: chatwork, url-env: A}"], 2],
  [
    "a template that is not JSON",
    [
      "recipients:",
      "  - name: a",
      "    way: webhook",
      "    service: template",
      "    url-env: A",
      "    template: '{{text}}'",
    ],
    6,
  ],
  ["an empty command", ["recipients:", "  - {name: a, way: command, command: []}"], 2],
  ["a command line", ["recipients:", "  - {name: a, way: command, command: rm -rf /}"], 2],
])("%s is refused with its line", async (_, content, line) => {
  const failure = await refusalOf(parseNotifySettings(lines(...content), "notify.yaml"));
  expect([failure.code, failure.where]).toEqual(["input-rejected", `notify.yaml:${line}`]);
  expect(JSON.stringify([failure.what, failure.hint])).not.toContain("SECRET");
});

test.each([
  ["a@example.jp", true],
  ["山田@例え.jp", true],
  ["a@b@c", false],
  ["a", false],
  ["<a@example.jp>", false],
  ["a@example.jp\r\nBcc: b@example.jp", false],
])("whether %j is one mail address: %s", (value, is) => {
  expect(isMailAddress(value)).toBe(is);
});

test("only this machine is this machine", () => {
  expect(["localhost", "127.0.0.1", "::1", "[::1]"].every(isLoopback)).toBe(true);
  expect(["127.0.0.1.example.jp", "localhost.example.jp", "10.0.0.1", "0.0.0.0"].some(isLoopback)).toBe(false);
});

test("a secret comes from the environment, or from a file that only its owner may read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "secret-"));
  const place = { environment: { PASSWORD: "geheim", BLANK: "" }, folder, modes: true };
  const file = join(folder, "password");
  try {
    await writeFile(file, "ひみつ\r\n", { mode: 0o600 });
    expect(await readSecret({ file: "password" }, place)).toBe("ひみつ");
    expect(await readSecret({ env: "PASSWORD" }, place)).toBe("geheim");
    await chmod(file, 0o640);
    const refusals = [{ file: "password" }, { file: "none" }, { file: "." }, { env: "BLANK" }, { env: "NONE" }];
    for (const source of refusals) {
      const failure = await refusalOf(readSecret(source, place));
      expect(failure.code).toBe("input-rejected");
      expect(JSON.stringify([failure.what, failure.where, failure.hint])).not.toContain("ひみつ");
    }
    expect(await readSecret({ file: "password" }, { ...place, modes: false })).toBe("ひみつ");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what another program says is told without secrets", () => {
  const base64 = Buffer.from("geheim1").toString("base64");
  expect(withoutSecrets(`535 geheim1 ${base64} no`, ["geheim1"])).toBe("535 ••• ••• no");
});

import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SMTPServerOptions } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import { openChatServer, openPostOffice, type ChatServer, type PostOffice } from "#support/renewals/post-office.ts";
import { freshHome, run } from "#support/cli/home.ts";

const DAY_MS = 86_400_000;

/** A day far enough from both ends of its stage (15) that midnight may pass meanwhile. */
const EXPIRES = new Date(Date.now() + 12 * DAY_MS).toISOString().slice(0, 10);

class Desk {
  readonly home: string;
  readonly office: PostOffice;
  readonly chat: ChatServer;

  private constructor(home: string, office: PostOffice, chat: ChatServer) {
    this.home = home;
    this.office = office;
    this.chat = chat;
  }

  static async open(options: SMTPServerOptions = {}): Promise<Desk> {
    const desk = new Desk(freshHome(), await openPostOffice(options), await openChatServer());
    onTestFinished(async () => {
      await Promise.all([desk.office.close(), desk.chat.close()]);
    });
    await writeFile(join(desk.home, "secret"), "geheim-1\n", { mode: 0o600 });
    await desk.settings([
      "smtp:",
      "  host: 127.0.0.1",
      `  port: ${desk.office.port}`,
      "  security: none",
      "  from: renewals@example.jp",
      "recipients:",
      "  - {name: it, way: mail, address: it@example.jp}",
      "  - {name: ops, way: mail, address: ops@example.jp, language: en}",
      "  - {name: chat, way: webhook, url-env: CHAT_URL}",
    ]);
    return desk;
  }

  settings(lines: readonly string[]): Promise<void> {
    return writeFile(join(this.home, "notify.yaml"), lines.join("\n"));
  }

  clomoctl(...args: readonly string[]) {
    return run(args, { home: this.home, env: { CHAT_URL: this.chat.url } });
  }

  async add(name: string, ...more: readonly string[]): Promise<void> {
    const added = await this.clomoctl("renewals", "add", name, "--kind", "custom", "--expires", EXPIRES, ...more);
    if (added.code !== 0) throw new Error(added.stderr);
  }
}

test("a dry run shows what the next run then sends once", async () => {
  const desk = await Desk.open();
  await desk.add("example.jp", "--owner", "yamada@example.jp");
  const plan = await desk.clomoctl("renewals", "notify", "--dry-run", "--format", "json");
  const rows = JSON.parse(plan.text) as readonly Record<string, unknown>[];
  expect(rows.map(({ recipient, way, stage, outcome }) => [recipient, way, stage, outcome].join(" "))).toEqual([
    "it@example.jp mail 15 due",
    "ops@example.jp mail 15 due",
    "chat webhook 15 due",
    "yamada@example.jp mail 15 due",
  ]);
  expect([desk.office.connections(), desk.chat.posted]).toEqual([0, []]);
  const sent = await desk.clomoctl("renewals", "notify", "--format", "json", "--fields", "recipient,outcome");
  expect([sent.code, sent.stderr]).toEqual([0, ""]);
  expect(JSON.parse(sent.text)).toEqual(rows.map(({ recipient }) => ({ recipient, outcome: "sent" })));
  expect(desk.office.delivered.map(({ to, mail }) => [to, mail.subject])).toEqual([
    ["it@example.jp", expect.stringMatching(/^【年次更新・期限】あと 1[123] 日: その他の期日「example.jp」$/)],
    ["ops@example.jp", expect.stringMatching(/^\[Renewal\] 1[123] days left: other date "example.jp"$/)],
    ["yamada@example.jp", expect.stringMatching(/^【年次更新・期限】/)],
  ]);
  for (const { mail } of desk.office.delivered) {
    expect(mail.text).toContain(EXPIRES);
    expect(mail.html).toContain(EXPIRES);
  }
  expect(desk.chat.posted).toHaveLength(1);
  const again = await desk.clomoctl("renewals", "notify");
  expect([again.code, again.text, again.stderr]).toEqual([0, "", ""]);
  expect([desk.office.delivered.length, desk.chat.posted.length]).toEqual([3, 1]);
});

test("a recipient that fails exits with 7 and is tried again, and no secret is ever shown", async () => {
  const desk = await Desk.open({
    authOptional: false,
    onAuth: ({ password }, _, done) =>
      password === "geheim-2" ? done(null, { user: "renewals" }) : done(new Error(`no ${password}`)),
  });
  const out = join(desk.home, "got.json");
  await desk.settings([
    "smtp:",
    "  {host: 127.0.0.1, security: none, from: renewals@example.jp, user: renewals, password-file: secret, " +
      `port: ${desk.office.port}}`,
    "recipients:",
    "  - {name: it, way: mail, address: it@example.jp}",
    "  - {name: chat, way: webhook, url-env: CHAT_URL}",
    "  - name: ticket",
    "    way: command",
    `    command: [${process.execPath}, -e, 'require("fs").writeFileSync(process.argv[1], require("fs").readFileSync(0) + "" + process.env.CHAT_URL)', ${out}]`,
  ]);
  await desk.add("example.jp");
  desk.chat.status = 500;
  const first = await desk.clomoctl(
    "renewals",
    "notify",
    "--verbose",
    "--format",
    "json",
    "--fields",
    "recipient,outcome",
  );
  expect(first.code).toBe(7);
  expect(JSON.parse(first.text)).toEqual([
    { recipient: "it@example.jp", outcome: "failed" },
    { recipient: "chat", outcome: "failed" },
    { recipient: "ticket", outcome: "sent" },
  ]);
  expect(first.stderr).toMatch(/could not notify chat: 127\.0\.0\.1:\d+: HTTP 500/);
  const got = await readFile(out, "utf8");
  expect(got).toContain("example.jp");
  // a command does not get the secrets of others
  expect(got.endsWith("undefined")).toBe(true);

  await chmod(join(desk.home, "secret"), 0o644);
  const open = await desk.clomoctl("renewals", "notify", "--verbose");
  expect(open.stderr).toContain("other users can read the secret file");
  await chmod(join(desk.home, "secret"), 0o600);
  await writeFile(join(desk.home, "secret"), "geheim-2");
  desk.chat.status = 200;
  const second = await desk.clomoctl("renewals", "notify", "--format", "json", "--fields", "recipient,outcome");
  expect([second.code, second.text]).toEqual([0, expect.stringMatching(/it@example\.jp.*sent[^]*chat.*sent/)]);
  for (const { text, stderr } of [first, open, second]) {
    expect(text + stderr).not.toMatch(/geheim|SECRET|Z2VoZWlt/);
  }
});

test("all contexts are in one digest per recipient", async () => {
  const desk = await Desk.open();
  await desk.clomoctl("context", "add", "kanto", "--embedded");
  await desk.add("本社", "--context", "local");
  await desk.add("関東", "--context", "kanto");
  const { code, text } = await desk.clomoctl("renewals", "notify", "--all-contexts", "--format", "json");
  expect([code, JSON.parse(text)]).toEqual([0, expect.objectContaining({ length: 6 })]);
  expect(desk.office.delivered.map(({ to }) => to)).toEqual(["it@example.jp", "ops@example.jp"]);
  expect(desk.office.delivered[0]?.mail.text).toMatch(/local[^]*kanto|kanto[^]*local/);
});

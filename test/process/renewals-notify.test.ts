import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import ICAL from "ical.js";
import type { SMTPServerOptions } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import { openChat, openPostOffice, type Chat, type PostOffice } from "#support/renewals/post-office.ts";
import { freshHome, run, start } from "#support/process/program.ts";

const DAY_MS = 86_400_000;

/** A day far enough from both ends of its stage (15) that midnight may pass meanwhile. */
const EXPIRES = new Date(Date.now() + 12 * DAY_MS).toISOString().slice(0, 10);

/** A home with a mail server, a chat, and settings that name them. */
class Desk {
  readonly home: string;
  readonly office: PostOffice;
  readonly chat: Chat;

  private constructor(home: string, office: PostOffice, chat: Chat) {
    this.home = home;
    this.office = office;
    this.chat = chat;
  }

  static async open(options: SMTPServerOptions = {}): Promise<Desk> {
    const desk = new Desk(await freshHome(), await openPostOffice(options), await openChat());
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
      "  - {name: chat, way: webhook, service: slack, url-env: CHAT_URL}",
    ]);
    return desk;
  }

  settings(lines: readonly string[]): Promise<void> {
    return writeFile(join(this.home, "notify.yaml"), lines.join("\n"));
  }

  clomoctl(...args: readonly string[]) {
    return run(args, { home: this.home, env: { CHAT_URL: this.chat.url } });
  }

  start(...args: readonly string[]) {
    return start(args, { home: this.home, env: { CHAT_URL: this.chat.url } });
  }

  async add(name: string, ...more: readonly string[]): Promise<void> {
    const added = await this.clomoctl("renewals", "add", name, "--kind", "custom", "--expires", EXPIRES, ...more);
    if (added.code !== 0) throw new Error(added.stderr);
  }
}

test("without settings it is said where they belong; wrong ones are refused with their line", async () => {
  const desk = await Desk.open();
  await desk.settings(["recipients:", "  - {name: a, way: pigeon}"]);
  const wrong = await desk.clomoctl("renewals", "notify");
  expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining("notify.yaml:2")]);
  const home = await freshHome();
  const missing = await run(["renewals", "notify", "--dry-run", "--lang", "ja"], { home });
  expect([missing.code, missing.stderr]).toEqual([6, expect.stringContaining(join(home, "notify.yaml"))]);
});

test("a plan shows what a run then sends, once", async () => {
  const desk = await Desk.open();
  await desk.add("example.jp", "--owner", "yamada@example.jp");
  const plan = await desk.clomoctl("renewals", "notify", "--dry-run", "--format", "json");
  const rows = JSON.parse(plan.text) as readonly Record<string, unknown>[];
  expect(rows.map(({ recipient, way, stage, outcome }) => [recipient, way, stage, outcome].join(" "))).toEqual([
    "yamada@example.jp mail 15 due",
    "it@example.jp mail 15 due",
    "ops@example.jp mail 15 due",
    "chat webhook 15 due",
  ]);
  expect([desk.office.connections(), desk.chat.posted]).toEqual([0, []]);
  const sent = await desk.clomoctl("renewals", "notify", "--format", "json", "--fields", "recipient,outcome");
  expect([sent.code, sent.stderr]).toEqual([0, ""]);
  expect(JSON.parse(sent.text)).toEqual(rows.map(({ recipient }) => ({ recipient, outcome: "sent" })));
  expect(desk.office.delivered.map(({ to, mail }) => [to, mail.subject])).toEqual([
    ["yamada@example.jp", expect.stringMatching(/^【更新期限】/)],
    ["it@example.jp", expect.stringMatching(/^【更新期限】あと 1[123] 日: その他の期日「example.jp」$/)],
    ["ops@example.jp", expect.stringMatching(/^\[Renewal\] 1[123] days left: other date "example.jp"$/)],
  ]);
  for (const { mail } of desk.office.delivered) {
    expect(mail.text).toContain(EXPIRES);
    expect(mail.html).toContain(EXPIRES);
    const [event] = new ICAL.Component(ICAL.parse(mail.calendar) as unknown[]).getAllSubcomponents("vevent");
    expect(event?.getFirstPropertyValue("dtstart")?.toString()).toBe(EXPIRES);
  }
  expect(desk.chat.posted).toHaveLength(1);
  const again = await desk.clomoctl("renewals", "notify");
  expect([again.code, again.text, again.stderr]).toEqual([0, "", ""]);
  expect([desk.office.delivered.length, desk.chat.posted.length]).toEqual([3, 1]);
});

test("four processes at the same moment say it once", async () => {
  const desk = await Desk.open();
  await desk.add("example.jp");
  await desk.add("契約");
  const ended = await Promise.all(Array.from({ length: 4 }, () => desk.clomoctl("renewals", "notify")));
  // one that finds another at it says so, and leaves the recipient to it
  expect(ended.map(({ code }) => code).filter((code) => code !== 0 && code !== 7)).toEqual([]);
  expect(ended.map(({ code }) => code === 7)).toEqual(
    ended.map(({ stderr }) => stderr.includes("another run is notifying ")),
  );
  await desk.clomoctl("renewals", "notify");
  const said = [
    ...desk.office.delivered.flatMap(({ to, mail }) =>
      [...mail.text.matchAll(/^■ (.*)$/gm)].map(([line]) => `${to} ${line}`),
    ),
    ...desk.chat.posted.flatMap(({ body }) => [...body.matchAll(/■ /g)]).map((_, index) => `chat ${index}`),
  ];
  expect(said).toHaveLength(6);
  expect(new Set(said).size).toBe(6);
});

test("a process killed between sending and recording is taken up with the same Message-ID", async () => {
  const held = Promise.withResolvers<string>();
  const arrived = Promise.withResolvers<void>();
  let stalls = true;
  const desk = await Desk.open({
    onData: (stream, _, done) => {
      let raw = "";
      stream.on("data", (chunk: Buffer) => {
        raw += chunk.toString("latin1");
      });
      stream.on("end", () => {
        held.resolve(raw);
        if (stalls) arrived.resolve();
        else done();
      });
    },
  });
  await desk.add("example.jp");
  const running = desk.start("renewals", "notify");
  await arrived.promise;
  running.process.kill("SIGKILL");
  expect((await running.ended).signal).toBe("SIGKILL");
  stalls = false;
  const [id] = /^Message-ID: (.*)$/im.exec(await held.promise)?.slice(1) ?? [];

  const soon = await desk.clomoctl("renewals", "notify", "--format", "tsv", "--fields", "recipient,outcome");
  expect(soon.text).toBe("recipient\toutcome\nit@example.jp\tsent\nops@example.jp\tsent\nchat\tsent\n");
  const database = new DatabaseSync(join(desk.home, "tenants", "embedded", "tenant.db"));
  const kept = database.prepare("select messageId from renewal_notice where recipient = 'it@example.jp'").get();
  database.close();
  expect(id?.trim()).toBe(`<${String(kept?.["messageId"])}>`);
});

test("a recipient that fails is exit 7 and tried again; no secret is ever shown", async () => {
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
    "  - {name: chat, way: webhook, service: slack, url-env: CHAT_URL}",
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
  expect(open.stderr).toContain("secret file is readable by others");
  await chmod(join(desk.home, "secret"), 0o600);
  await writeFile(join(desk.home, "secret"), "geheim-2");
  desk.chat.status = 200;
  const second = await desk.clomoctl("renewals", "notify", "--format", "json", "--fields", "recipient,outcome");
  expect([second.code, second.text]).toEqual([0, expect.stringMatching(/it@example\.jp.*sent[^]*chat.*sent/)]);
  for (const { text, stderr } of [first, open, second]) {
    expect(text + stderr).not.toMatch(/geheim|SECRET|Z2VoZWlt/);
  }
});

test("all contexts are one digest a recipient", async () => {
  const desk = await Desk.open();
  await desk.clomoctl("context", "add", "kanto", "--embedded");
  await desk.add("本社", "--context", "embedded");
  await desk.add("関東", "--context", "kanto");
  const { code, text } = await desk.clomoctl("renewals", "notify", "--all-contexts", "--format", "json");
  expect([code, JSON.parse(text)]).toEqual([0, expect.objectContaining({ length: 6 })]);
  expect(desk.office.delivered.map(({ to }) => to)).toEqual(["it@example.jp", "ops@example.jp"]);
  expect(desk.office.delivered[0]?.mail.text).toMatch(/embedded[^]*kanto|kanto[^]*embedded/);
});

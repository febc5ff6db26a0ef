import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SMTPServerOptions } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import { openChatServer, openPostOffice } from "#support/renewals/post-office.ts";
import { run as runHere } from "#support/cli/home.ts";
import { freshHome, run, start } from "#support/process/program.ts";

const DAY_MS = 86_400_000;

/** A day far enough from both ends of its stage (15) that midnight may pass meanwhile. */
const EXPIRES = new Date(Date.now() + 12 * DAY_MS).toISOString().slice(0, 10);

/** A home with a mail server, a chat, and settings that name them. */
const openDesk = async (options: SMTPServerOptions = {}) => {
  const [home, office, chat] = [await freshHome(), await openPostOffice(options), await openChatServer()];
  onTestFinished(async () => {
    await Promise.all([office.close(), chat.close()]);
  });
  await writeFile(join(home, "chat-url"), chat.url, { mode: 0o600 });
  const settings = `smtp: {host: 127.0.0.1, port: ${office.port}, security: none, from: renewals@example.jp}
recipients:
  - {name: it, way: mail, address: it@example.jp}
  - {name: ops, way: mail, address: ops@example.jp, language: en}
  - {name: chat, way: webhook, url-file: chat-url}`;
  await writeFile(join(home, "notify.yaml"), settings);
  return {
    home,
    office,
    chat,
    clomoctl: (...args: readonly string[]) => run(args, { home }),
    add: async (name: string): Promise<void> => {
      const added = await runHere(["renewals", "add", name, "--kind", "custom", "--expires", EXPIRES], { home });
      if (added.code !== 0) throw new Error(added.stderr);
    },
  };
};

test("four processes at the same time send a reminder once", async () => {
  const desk = await openDesk();
  await desk.add("example.jp");
  await desk.add("契約");
  const ended = await Promise.all(Array.from({ length: 4 }, () => desk.clomoctl("status", "--notify")));
  expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  await desk.clomoctl("status", "--notify");
  const said = [
    ...desk.office.delivered.flatMap(({ to, mail }) =>
      [...mail.text.matchAll(/^- local: (.*)$/gm)].map(([line]) => `${to} ${line}`),
    ),
    ...desk.chat.posted.flatMap(({ body }) => [...body.matchAll(/- local: /g)]).map((_, index) => `chat ${index}`),
  ];
  expect(said).toHaveLength(6);
  expect(new Set(said).size).toBe(6);
});

test("a process killed between sending and recording is resumed with the same Message-ID", async () => {
  const held = Promise.withResolvers<string>();
  const arrived = Promise.withResolvers<void>();
  let stalls = true;
  const desk = await openDesk({
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
  const running = start(["status", "--notify"], { home: desk.home });
  await arrived.promise;
  running.process.kill("SIGKILL");
  expect((await running.ended).signal).toBe("SIGKILL");
  stalls = false;
  const [id] = /^Message-ID: (.*)$/im.exec(await held.promise)?.slice(1) ?? [];

  expect(await desk.clomoctl("status", "--notify")).toMatchObject({ code: 2 });
  const database = new DatabaseSync(join(desk.home, "tenants", "local", "tenant.db"));
  const kept = database.prepare("select messageId from renewal_notice where recipient = 'it@example.jp'").get();
  database.close();
  expect(id?.trim()).toBe(`<${String(kept?.["messageId"])}>`);
});

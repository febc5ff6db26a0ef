import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "./command.ts";
import { buildReminderMessage } from "../message.ts";
import type { Delivery } from "../outcome.ts";
import { createReminders } from "#support/renewals/digest.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "command-"));
});
afterEach(() => rm(folder, { recursive: true }));

const digest = createReminders();

const runScript = async (script: string, args: readonly string[] = [], timeout = 120): Promise<Delivery> => {
  await writeFile(join(folder, "script.mjs"), script);
  const command = [process.execPath, "script.mjs", ...args] as const;
  return runCommand(
    { command, timeout },
    { environment: { KNOWN: "1" }, folder },
    await buildReminderMessage(digest),
    digest.due,
  );
};

test("the command reads one JSON object and receives its arguments unchanged", async () => {
  const script = `
    import { readFileSync, writeFileSync } from "node:fs";
    const { KNOWN, HOME } = process.env;
    writeFileSync("got.json", JSON.stringify([process.argv.slice(2), JSON.parse(readFileSync(0, "utf8")), KNOWN, HOME ?? null]));`;
  expect(await runScript(script, ["$(touch x)", "a b"])).toEqual({ sent: true });
  const got: unknown = JSON.parse(await readFile(join(folder, "got.json"), "utf8"));
  expect(got).toEqual([
    ["$(touch x)", "a b"],
    {
      messageId: digest.messageId,
      subject: "【年次更新・期限】local: あと 30 日: MDM プッシュ通知証明書「本社」",
      text: expect.stringContaining("2027-03-01 あと 30 日"),
      items: [
        {
          context: "local",
          id: "019a0000-0000-7000-8000-000000000001",
          kind: "push-certificate",
          name: "本社",
          organisation: null,
          owner: null,
          expiresAt: "2027-03-01T03:00:00.000Z",
          expiresOn: "2027-03-01",
          daysLeft: 30,
          stage: 30,
        },
      ],
    },
    "1",
    null,
  ]);
});

test("a command that does not read its input may succeed", async () => {
  expect(await runScript("")).toEqual({ sent: true });
});

test("an exit code other than 0, a missing command and a timeout are failures", async () => {
  expect(await runScript("process.exit(4)")).toMatchObject({ sent: false, reason: { en: "exit 4" } });
  const message = await buildReminderMessage(digest);
  const absent = { command: [join(folder, "none")] as const, timeout: 60 };
  expect(await runCommand(absent, { environment: {}, folder }, message, digest.due)).toMatchObject({
    sent: false,
    reason: { en: "ENOENT" },
  });
  expect(await runScript("setInterval(() => {}, 1000)", [], 0.3)).toMatchObject({
    sent: false,
    reason: { en: "timed out after 0.3 s" },
  });
});
